"""Output files, made when first asked for, in threads, and kept while there is room."""

import asyncio
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor

from tests.fakes.replicate import inputs, pictures
from tests.fakes.replicate.making import films
from tests.fakes.replicate.making.work import Work
from tests.fakes.replicate.predictions import Prediction

THREADS = 2
ROOM = 256 * 1024 * 1024


class Renderer:
    """Makes each file once, also when several ask at once."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="render")
        self._made: OrderedDict[tuple[str, int, float], asyncio.Task[bytes]] = OrderedDict()
        self._taken = 0

    async def content(self, prediction: Prediction, ordinal: int, scale: float) -> bytes:
        """One output file."""
        # Who asked may go away; the others still wait for it.
        return await asyncio.shield(self._begin(prediction, ordinal, scale))

    def make_ahead(self, prediction: Prediction, scale: float, *, delay: float) -> None:
        """Make all its files in `delay` seconds, when it is half done, so that they are there at its end."""
        loop = asyncio.get_running_loop()
        for ordinal in range(prediction.file_count()):
            loop.call_later(delay, lambda n=ordinal: self._begin(prediction, n, scale))

    def forget(self) -> None:
        """Keep nothing."""
        self._made.clear()
        self._taken = 0

    def _begin(self, prediction: Prediction, ordinal: int, scale: float) -> asyncio.Task[bytes]:
        key = (prediction.id, ordinal, scale)
        if key not in self._made:
            self._made[key] = asyncio.create_task(self._make(prediction, ordinal, scale))
        self._made.move_to_end(key)
        return self._made[key]

    async def _make(self, prediction: Prediction, ordinal: int, scale: float) -> bytes:
        loop = asyncio.get_running_loop()
        content = await loop.run_in_executor(self._threads, render, prediction, ordinal, scale)
        self._taken += len(content)
        while self._taken > ROOM and len(self._made) > 1:
            _, oldest = self._made.popitem(last=False)
            self._taken -= len(oldest.result()) if oldest.done() and not oldest.cancelled() else 0
        return content


def render(prediction: Prediction, ordinal: int, scale: float) -> bytes:
    """The bytes of one output file."""
    model, given = prediction.model, prediction.model.filled(prediction.given)
    assert model.make is not None
    work = Work(prediction.prompt, prediction.seed, ordinal, given, prediction.inputs, scale)
    made = model.make(work)
    label = pictures.label_of(
        prediction.prompt,
        prediction.seed,
        ordinal,
        prediction=prediction.id,
        model=model.slug,
        size=list(made.size),
        inputs=inputs.described(prediction.inputs, model.list_fields()),
    )
    if isinstance(made, films.Film):
        return films.encode(made, label)
    return pictures.encode(made, model.extension_for(given), int(given.get("output_quality", 80)), label)
