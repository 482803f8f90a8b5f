"""The garden engine as a provider. It keeps no job: `files` draws, in processes of its own, what the order says."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, as_completed, wait
from concurrent.futures.process import BrokenProcessPool

from imagegarden.providers.base import (
    Finished,
    Order,
    Output,
    PermanentError,
    Read,
    Running,
    Started,
    TemporaryError,
)
from imagegarden.providers.garden import engine, processes
from imagegarden.providers.garden.enrich import enrich

# Generous: pictures of other orders may be ahead in the drawing processes.
DRAWING_SECONDS = 240
LARGEST_POOL = 4
# Composing is quick; what remains is turning the drawing into pixels.
COMPOSED_SHARE = 0.2
# The model that draws from words, the one that makes words, and those that make all else in one go.
DRAWING, WORDS = "garden", "garden-words"
MADE = ("garden-film", "garden-resample", "garden-restore", "garden-fill", "garden-recolor")


class GardenProvider:
    """Draws pictures from their prompts on this machine. Not an AI."""

    name = "garden"

    def __init__(self, read: Read) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None

    def warm_up(self) -> None:
        """Start the drawing processes, so that the first picture need not wait for them."""
        self._get_pool().submit(os.getpid)

    def start(self, order: Order) -> Started:
        """Take the order: nothing has to be kept, since the order says it all."""
        return Started(job_id=str(order.attempt), look_after=0)

    def find(self, order: Order) -> Sequence[str]:
        """Every order is taken."""
        return [str(order.attempt)]

    def check(self, job_id: str, order: Order) -> Running | Finished:
        """Nothing runs between taking an order and drawing it; words are found at once."""
        if order.model == WORDS:
            return Finished((), text=enrich(order.prompt, order.seed))
        return Finished(tuple(str(ordinal) for ordinal in range(order.count)))

    def cancel(self, job_id: str) -> None:
        """Nothing to stop: whoever draws stops asking for more."""

    def files(
        self, finished: Finished, order: Order, ordinals: Sequence[int], on_progress: Callable[[int], None]
    ) -> Iterator[Output]:
        """Make the outputs, each yielded as soon as it is done. Raises ProviderError.

        Output n grows from the order's seed plus n, so each can be made alone and again.
        """
        if order.model in MADE or (order.model == DRAWING and order.image is not None):
            return self._made(order, ordinals, on_progress)
        return self._drawn(order, ordinals, on_progress)

    def _made(self, order: Order, ordinals: Sequence[int], on_progress: Callable[[int], None]) -> Iterator[Output]:
        """Outputs that are made in one go."""
        sources = {name: self._read(source) for name, source in order.sources.items()}
        futures = {self._submit(processes.make, order, n, sources): n for n in ordinals}
        done = 0
        try:
            for future in as_completed(futures, DRAWING_SECONDS):
                yield Output(ordinal=futures[future], content=future.result())
                done += 1
                on_progress(100 * done // len(ordinals))
        except TimeoutError as error:
            self._discard_pool()
            raise TemporaryError(f"nothing was made within {DRAWING_SECONDS} s") from error
        except BrokenProcessPool as error:
            self._discard_pool()
            raise TemporaryError("the drawing processes were lost") from error
        except ValueError as error:
            raise PermanentError(f"this cannot be made: {error}", code="model_failed") from error
        finally:
            for future in futures:
                future.cancel()

    def _drawn(self, order: Order, ordinals: Sequence[int], on_progress: Callable[[int], None]) -> Iterator[Output]:
        """Pictures from words: composed and then turned into pixels, so that there is progress to show."""
        composing = {self._submit(engine.compose, engine.order_of(order, n)): n for n in ordinals}
        rasterizing: dict[Future[bytes], tuple[int, str]] = {}
        done = 0.0
        try:
            while composing or rasterizing:
                finished_now, _ = wait([*composing, *rasterizing], DRAWING_SECONDS, FIRST_COMPLETED)
                if not finished_now:
                    raise TemporaryError(f"no picture was drawn within {DRAWING_SECONDS} s")
                for future in finished_now:
                    if future in composing:
                        n = composing.pop(future)
                        svg = str(future.result())
                        rasterizing[self._submit(engine.rasterize, svg, engine.order_of(order, n))] = (n, svg)
                        done += COMPOSED_SHARE
                        on_progress(round(100 * done / len(ordinals)))
                    else:
                        n, svg = rasterizing.pop(future)
                        done += 1 - COMPOSED_SHARE
                        yield Output(ordinal=n, content=future.result(), svg=svg.encode())
                        on_progress(round(100 * done / len(ordinals)))
        except (BrokenProcessPool, TemporaryError) as error:
            self._discard_pool()
            raise TemporaryError("the drawing processes were lost") from error
        finally:
            for future in [*composing, *rasterizing]:
                future.cancel()

    def _submit(self, function: Callable[..., object], *args: object) -> "Future[bytes]":
        return self._get_pool().submit(function, *args)  # type: ignore[arg-type]

    def _get_pool(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._pool is None:
                # Spawned, not forked: the worker has threads, whose locks a fork would copy in whatever state.
                self._pool = ProcessPoolExecutor(
                    max_workers=min(LARGEST_POOL, os.cpu_count() or 1),
                    mp_context=multiprocessing.get_context("spawn"),
                    initializer=_end_with_parent,
                )
            return self._pool

    def _discard_pool(self) -> None:
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            for process in list((pool._processes or {}).values()):
                process.kill()
            pool.shutdown(wait=False, cancel_futures=True)


def _end_with_parent() -> None:
    """In a drawing process: end when the worker is killed, leave Ctrl-C to it, and let pages go first."""
    os.nice(5)
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        parent = multiprocessing.parent_process()
        if parent is not None:
            parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
