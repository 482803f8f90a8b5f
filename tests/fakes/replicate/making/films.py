"""Films that are real and cheap: few pictures, each shown for some frames."""

import io
import json
import tempfile
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.video.stream import VideoStream
from PIL import Image

# Nearly what was put in, so that a test can compare the first frame.
OPTIONS = {"preset": "ultrafast", "crf": "16", "threads": "1", "g": "50"}
COMMENT = "comment"


@dataclass(frozen=True)
class Film:
    """Pictures of one size, with even sides, that share `count` frames among them."""

    pictures: list[Image.Image]
    count: int
    rate: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.pictures[0].size


def encode(film: Film, label: dict[str, Any]) -> bytes:
    """An MP4 that can be played while it loads, with the label as its comment."""
    # What makes it so is done by a second pass over the file, which the library does on names alone.
    with tempfile.TemporaryDirectory(prefix="fake-film-") as folder:
        path = Path(folder, "out.mp4")
        with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
            container.metadata[COMMENT] = json.dumps(label)
            stream = container.add_stream("libx264", rate=film.rate, options=OPTIONS)
            assert isinstance(stream, VideoStream)
            stream.width, stream.height = film.size
            stream.pix_fmt = "yuv420p"
            stream.time_base = Fraction(1, film.rate)
            _fill(container, stream, film)
        return path.read_bytes()


def read_comment(content: bytes) -> dict[str, Any]:
    """What a film says about itself."""
    with av.open(io.BytesIO(content)) as container:
        label: dict[str, Any] = json.loads(container.metadata[COMMENT])
        return label


def _fill(container: Any, stream: VideoStream, film: Film) -> None:
    frames = [av.VideoFrame.from_image(picture).reformat(format="yuv420p") for picture in film.pictures]
    for n in range(film.count):
        frame = frames[n * len(frames) // film.count]
        frame.pts, frame.time_base = n, Fraction(1, film.rate)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))
