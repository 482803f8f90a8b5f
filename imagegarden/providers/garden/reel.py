"""Frames to a film: H.264 in MP4, ready to be played while it is still loading."""

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import av
from av.video.reformatter import Colorspace

from .pictures import Bytes
from .raster import SOFTWARE

RATE = 24
# The muxer's numbers for BT.709, which players take HD for.
_BT709 = 1
_LIMITED = 1
# A fixed number, because another one gives other bytes.
_THREADS = 2


def count(seconds: float) -> int:
    """How many frames a film of that length has."""
    return max(1, round(seconds * RATE))


def write(frames: Iterable[Bytes], width: int, height: int) -> bytes:
    """Encode RGB frames of an even size. Raises ValueError for an odd one."""
    if width % 2 or height % 2 or width < 16 or height < 16:
        raise ValueError("a film needs even sides of at least 16 pixels")
    # To move the index to the front the muxer has to read the file again, and it can do so only by its name.
    with TemporaryDirectory(prefix="film-") as folder:
        path = Path(folder) / "film.mp4"
        _encode(path, frames, width, height)
        return path.read_bytes()


def _encode(path: Path, frames: Iterable[Bytes], width: int, height: int) -> None:
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        container.metadata["comment"] = SOFTWARE
        stream = container.add_stream("libx264", rate=RATE, options={"preset": "veryfast", "crf": "18"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        context = stream.codec_context
        context.thread_count = _THREADS
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        context.color_range = _LIMITED
        for pixels in frames:
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            container.mux(stream.encode(frame.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709)))
        container.mux(stream.encode())
