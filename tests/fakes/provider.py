"""A provider that does what the prompt says, so that a test can script it from another process.

Words in the prompt: `takes=SECONDS`, `delivers=N`, `refuses`, `stumbles=N` (fails N times, then works),
`hangs=SECONDS` (in fetching), `garbage` (delivers what is no picture), `empty`, `breaks` (raises what nobody expects).
"""

import io
import json
import re
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from PIL import Image

from imagegarden.providers.base import Finished, Order, Output, PermanentError, Running, Started, TemporaryError

# The usual rhythm of looking at a model that takes about three seconds.
FIRST_LOOK_SECONDS = 2.5
NEXT_LOOK_SECONDS = 0.25
SIDE = 256


class ScriptedProvider:
    """Stands where the garden engine stands. Its calls are counted, and written to `journal` for other processes."""

    name = "garden"

    def __init__(self, journal: Path | None = None) -> None:
        self.calls: Counter[str] = Counter()
        self._journal = journal

    def start(self, order: Order) -> Started:
        self._note("start", order)
        if "refuses" in order.prompt:
            raise PermanentError("refused by script", code="content_refused")
        if "breaks" in order.prompt:
            raise RuntimeError("broken by script")
        if self.calls[f"start {order.prompt}"] <= _number(order.prompt, "stumbles", 0):
            raise TemporaryError("stumbled by script", retry_after=0.05)
        takes = _number(order.prompt, "takes", 0)
        return Started(job_id=f"{order.attempt}@{time.time()}", look_after=min(takes, FIRST_LOOK_SECONDS))

    def find(self, order: Order) -> Sequence[str]:
        self._note("find", order)
        return []

    def check(self, job_id: str, order: Order) -> Running | Finished:
        self._note("check", order)
        takes = _number(order.prompt, "takes", 0)
        elapsed = time.time() - float(job_id.rpartition("@")[2])
        if elapsed < takes:
            return Running(progress=round(100 * elapsed / takes), look_after=NEXT_LOOK_SECONDS)
        count = 0 if "empty" in order.prompt else round(_number(order.prompt, "delivers", order.count))
        return Finished(tuple(str(n) for n in range(count)))

    def files(
        self, finished: Finished, order: Order, ordinals: Sequence[int], on_progress: Callable[[int], None]
    ) -> Iterator[Output]:
        self._note("files", order)
        time.sleep(_number(order.prompt, "hangs", 0))
        for n in ordinals:
            content = b"<html>not a picture</html>" if "garbage" in order.prompt else picture(order, n)
            yield Output(ordinal=n, content=content)
            on_progress(100 * (n + 1) // order.count)

    def cancel(self, job_id: str) -> None:
        self.calls["cancel"] += 1

    def _note(self, call: str, order: Order) -> None:
        self.calls[call] += 1
        self.calls[f"{call} {order.attempt}"] += 1
        self.calls[f"{call} {order.prompt}"] += 1
        if self._journal is not None:
            with self._journal.open("a") as journal:
                journal.write(json.dumps({"call": call, "attempt": str(order.attempt), "prompt": order.prompt}) + "\n")


def picture(order: Order, ordinal: int) -> bytes:
    """A small real PNG that differs with prompt, seed and ordinal."""
    tint = zlib.crc32(f"{order.prompt} {order.seed} {ordinal}".encode())
    image = Image.linear_gradient("L").resize((SIDE, SIDE)).convert("RGB")
    image.paste((tint & 255, tint >> 8 & 255, tint >> 16 & 255), (0, 0, SIDE, SIDE // 2))
    written = io.BytesIO()
    image.save(written, "PNG", compress_level=1)
    return written.getvalue()


def _number(prompt: str, word: str, default: float) -> float:
    found = re.search(rf"\b{word}=([\d.]+)", prompt)
    return float(found[1]) if found else default
