"""Films without an AI: a picture that grows from its prompt, and a picture that comes alive."""

from collections.abc import Callable, Iterable, Iterator

from . import engine, growing, pictures, reel, unfolding
from .pictures import Bytes


def grow(order: engine.Order, seconds: float, *, on_frame: Callable[[int], None] | None = None) -> bytes:
    """Film how the picture of the prompt grows; on_frame hears how many frames are done. Raises ValueError."""
    frames = growing.frames(order, reel.count(seconds))
    return reel.write(_counted(frames, on_frame), order.width, order.height)


def unfold(content: bytes, width: int, height: int, seconds: float, seed: int) -> bytes:
    """Film a slow walk into a picture, cropped to fill the frame: it begins as it is. Raises ValueError."""
    frames = unfolding.frames(pictures.read(content), width, height, reel.count(seconds), seed)
    return reel.write(frames, width, height)


def _counted(frames: Iterable[Bytes], on_frame: Callable[[int], None] | None) -> Iterator[Bytes]:
    for number, frame in enumerate(frames, 1):
        yield frame
        if on_frame is not None:
            on_frame(number)
