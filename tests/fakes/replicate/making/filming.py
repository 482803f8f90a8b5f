"""Films from words and from pictures."""

from PIL import Image, ImageOps

from tests.fakes.replicate import sizes
from tests.fakes.replicate.making.films import Film
from tests.fakes.replicate.making.work import SMALLEST_SIDE, Size, Work

# So many pictures differ; each stands still for a while.
DISTINCT = 8
INTERPOLATED_RATE = 30
HAILUO_RATE = 24
ANIMATED_SIZE, ANIMATED_FRAMES, ANIMATED_RATE = (512, 512), 16, 8
LANDSCAPE = (16, 9)


def wan(work: Work) -> Film:
    """By resolution, and the aspect ratio that is asked for or that the first picture has."""
    given = work.given
    size = sizes.WAN[given["resolution"]]
    first = work.picture("image")
    if first is not None:
        size = sizes.matching(first.size, size)
    elif given["aspect_ratio"] == "9:16":
        size = size[::-1]
    rate, count = int(given["frames_per_second"]), int(given["num_frames"])
    if given["interpolate_output"]:
        rate, count = INTERPOLATED_RATE, round(count / rate * INTERPOLATED_RATE)
    return _film(work, size, count, rate, first, work.picture("last_image"))


def hailuo(work: Work) -> Film:
    """By seconds, and a resolution that counts the shorter side."""
    first = work.picture("first_frame_image")
    size = sizes.with_shorter_side(first.size if first else LANDSCAPE, int(work.given["resolution"][:-1]))
    count = int(work.given["duration"]) * HAILUO_RATE
    return _film(work, size, count, HAILUO_RATE, first, work.picture("last_frame_image"))


def animated(work: Work) -> Film:
    """Two seconds, always."""
    return _film(work, ANIMATED_SIZE, ANIMATED_FRAMES, ANIMATED_RATE, None, None)


def _film(work: Work, asked: Size, count: int, rate: int, first: Image.Image | None, last: Image.Image | None) -> Film:
    """From the first picture to the last one; where there is none, the prompt draws it."""
    size = _even(work.scaled(asked))
    begin = ImageOps.fit(first, size) if first else work.draw(size)
    end = ImageOps.fit(last, size) if last else work.draw(size, " at the end")
    between = [Image.blend(begin, end, n / (DISTINCT - 1)) for n in range(DISTINCT)]
    return Film(between, count, rate)


def _even(size: Size) -> Size:
    width, height = (max(SMALLEST_SIDE, side // 2 * 2) for side in size)
    return width, height
