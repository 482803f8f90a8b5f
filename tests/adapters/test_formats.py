"""Pictures in other formats, and masks that come as pictures with a hole."""

import io
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from imagegarden.imaging import masks
from imagegarden.imaging.formats import converted

SIZE = (40, 30)


def png(image: Image.Image, **more: Any) -> bytes:
    written = io.BytesIO()
    image.save(written, "PNG", **more)
    return written.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "I;16"])
@pytest.mark.parametrize("name", ["png", "webp", "jpeg"])
def test_a_picture_of_any_mode_can_be_had_in_any_format(mode: str, name: str) -> None:
    found = opened(converted(png(Image.new(mode, SIZE)), name, None))
    assert (found.format, found.size) == (name.upper(), SIZE)


def test_in_jpeg_what_was_transparent_is_white() -> None:
    image = opened(converted(png(Image.new("RGBA", SIZE, (255, 0, 0, 0))), "jpeg", None))
    assert image.getpixel((5, 5)) == (255, 255, 255)


def test_other_formats_stay_transparent() -> None:
    image = opened(converted(png(Image.new("RGBA", SIZE, (255, 0, 0, 0))), "webp", 100))
    assert image.getchannel("A").getextrema() == (0, 0)


def test_what_a_file_says_of_itself_is_left_behind() -> None:
    said = PngInfo()
    said.add_text("Comment", "taken at home")
    content = png(Image.new("RGB", SIZE), pnginfo=said)
    for name in ("png", "webp", "jpeg"):
        assert b"taken at home" not in converted(content, name, 90)


def test_the_hole_of_a_picture_is_what_is_fully_transparent() -> None:
    given = Image.new("RGBA", SIZE, (9, 9, 9, 255))
    given.paste((0, 0, 0, 0), (0, 0, 10, 10))
    given.paste((0, 0, 0, 1), (10, 0, 20, 10))
    mask = opened(masks.read_cutout(png(given), SIZE))
    assert [mask.getpixel(place) for place in ((5, 5), (15, 5), (30, 20))] == [255, 0, 0]


def test_a_palette_may_have_a_hole_too() -> None:
    given = Image.new("P", SIZE, 0)
    given.putpalette([0, 0, 0, 255, 255, 255])
    mask = opened(masks.read_cutout(png(given, transparency=0), SIZE))
    assert mask.getpixel((5, 5)) == 255


@pytest.mark.parametrize(
    ("image", "fault"),
    [
        (Image.new("RGB", SIZE), masks.NotTransparent),
        (Image.new("L", SIZE), masks.NotTransparent),
        (Image.new("RGBA", (30, 40)), masks.WrongSize),
        (Image.new("RGBA", SIZE, (0, 0, 0, 255)), masks.EmptyMask),
    ],
)
def test_a_picture_without_a_hole_is_no_mask(image: Image.Image, fault: type[Exception]) -> None:
    with pytest.raises(fault):
        masks.read_cutout(png(image), SIZE)
