"""Films: looked into, and written anew where some browser would not play them."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av
from av.container import InputContainer, OutputContainer
from PIL import Image

from imagegarden.imaging.decoding import BadPicture
from imagegarden.imaging.limits import MAX_FILM_SECONDS, MAX_FRAME_PIXELS

CODEC, PIXELS = "h264", "yuv420p"
QUALITY = "20"
STILL_QUALITY = 60
MICROSECOND = 1_000_000


@dataclass(frozen=True)
class Film:
    """A film that every browser plays, and the still that stands for it."""

    content: bytes
    still: Image.Image
    seconds: float


def read_film(content: bytes) -> Film:
    """The film, decoded from beginning to end: a truncated file is found here. Raises BadPicture."""
    try:
        with av.open(io.BytesIO(content), "r", format="mp4") as container:
            _require_sound(container)
            stills, seconds = _look_through(container)
            plays = _plays_everywhere(container, content)
        content = _without_words(content) if plays else _written_anew(content)
    except (av.FFmpegError, OSError, ValueError, IndexError) as error:
        raise BadPicture(f"{len(content)} bytes are not a film") from error
    return Film(content, max(stills, key=_detail), seconds)


def _require_sound(container: InputContainer) -> None:
    stream = container.streams.video[0]
    if not 0 < stream.width * stream.height <= MAX_FRAME_PIXELS:
        raise BadPicture(f"{stream.width} x {stream.height} pixels are too many for a film")
    if container.duration is not None and container.duration / MICROSECOND > MAX_FILM_SECONDS:
        raise BadPicture(f"a film of {container.duration / MICROSECOND:.0f} s is too long")


def _look_through(container: InputContainer) -> tuple[list[Image.Image], float]:
    """Its first frame, one from the middle and its last, and how long it is in seconds."""
    stream = container.streams.video[0]
    stream.thread_type = "AUTO"
    rate = float(stream.average_rate or 24)
    half = (container.duration or 0) / MICROSECOND / 2
    kept: dict[str, Any] = {}
    count = 0
    for frame in container.decode(stream):
        if count > MAX_FILM_SECONDS * 60:
            raise BadPicture("a film without end")
        count += 1
        kept.setdefault("first", frame)
        if count / rate >= half:
            kept.setdefault("middle", frame)
        kept["last"] = frame
    if not kept:
        raise BadPicture("a film without a picture")
    return [frame.to_image() for frame in kept.values()], count / rate


def _detail(still: Image.Image) -> int:
    """How much there is to see: what a picture of it weighs."""
    written = io.BytesIO()
    still.convert("RGB").resize((256, 256)).save(written, "JPEG", quality=STILL_QUALITY)
    return len(written.getvalue())


def _plays_everywhere(container: InputContainer, content: bytes) -> bool:
    codec = container.streams.video[0].codec_context
    return "mp4" in container.format.name and codec.name == CODEC and codec.pix_fmt == PIXELS and _starts_fast(content)


def _starts_fast(content: bytes) -> bool:
    """Whether a player knows all about it before the pictures come."""
    boxes = [name for name in _boxes(content) if name in (b"moov", b"mdat")]
    return boxes[:1] == [b"moov"]


def _boxes(content: bytes) -> Iterator[bytes]:
    place = 0
    while place + 8 <= len(content):
        length, name = int.from_bytes(content[place : place + 4], "big"), content[place + 4 : place + 8]
        yield name
        if length == 1:
            length = int.from_bytes(content[place + 8 : place + 16], "big")
        if length < 8:
            return
        place += length


def _without_words(content: bytes) -> bytes:
    """The same film, packed anew without its title, comments and sound."""
    with av.open(io.BytesIO(content), "r", format="mp4") as given, _packing() as (made, path):
        source = given.streams.video[0]
        stream = made.add_stream_from_template(source)
        for packet in given.demux(source):
            # What is empty only says that it is over.
            if packet.dts is not None:
                packet.stream = stream
                made.mux(packet)
        made.close()
        return path.read_bytes()


def _written_anew(content: bytes) -> bytes:
    """The same pictures as H.264 in an MP4 that starts at once; without sound."""
    with av.open(io.BytesIO(content), "r", format="mp4") as given, _packing() as (made, path):
        source = given.streams.video[0]
        stream = made.add_stream("libx264", rate=source.average_rate or 24, options={"crf": QUALITY})
        stream.width, stream.height = source.width // 2 * 2, source.height // 2 * 2
        stream.pix_fmt = PIXELS
        for frame in given.decode(source):
            fitting = frame.reformat(width=stream.width, height=stream.height, format=PIXELS)
            fitting.pts = None
            made.mux(stream.encode(fitting))
        made.mux(stream.encode())
        made.close()
        return path.read_bytes()


@contextmanager
def _packing() -> Iterator[tuple[OutputContainer, Path]]:
    """A new MP4 with its index in front: to move it there, the file is read again by its name."""
    with TemporaryDirectory(prefix="film-") as folder:
        path = Path(folder) / "film.mp4"
        with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as made:
            yield made, path
