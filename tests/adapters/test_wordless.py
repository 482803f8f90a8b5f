"""Files of pictures and films lose what they say of themselves, and nothing else."""

import io
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from imagegarden.imaging.films import read_film
from imagegarden.imaging.wordless import without_words
from imagegarden.providers.garden import film
from imagegarden.providers.garden.engine import Order, draw

SECRET = "my private words about Alice"
MIMES = {"PNG": "image/png", "WEBP": "image/webp", "JPEG": "image/jpeg"}


def written(form: str, *, alpha: bool = False, **how: object) -> bytes:
    """A picture with words wherever its format has room for them."""
    image = Image.effect_noise((61, 47), 90).convert("RGBA" if alpha else "RGB")
    exif = Image.Exif()
    exif[0x010E] = SECRET
    more: dict[str, object] = {"exif": exif.tobytes(), **how}
    if form == "PNG":
        info = PngInfo()
        info.add_text("Prompt", SECRET)
        info.add_itxt("Comment", SECRET)
        info.add_text("Long", SECRET, zip=True)
        more["pnginfo"] = info
    if form == "WEBP":
        more["xmp"] = f"<x:xmpmeta>{SECRET}</x:xmpmeta>".encode()
    if form == "JPEG":
        more["comment"] = SECRET
    file = io.BytesIO()
    image.save(file, form, **more)  # type: ignore[arg-type]
    return file.getvalue()


@pytest.mark.parametrize(
    ("form", "how"),
    [
        ("PNG", {}),
        ("PNG", {"alpha": True}),
        ("WEBP", {}),
        ("WEBP", {"alpha": True}),
        ("WEBP", {"lossless": True}),
        ("JPEG", {}),
        ("JPEG", {"progressive": True}),
    ],
)
def test_a_picture_loses_its_words_and_keeps_each_pixel(form: str, how: dict[str, bool]) -> None:
    content = written(form, **how)  # type: ignore[arg-type]
    plain = without_words(content, MIMES[form])
    assert SECRET.encode() in content
    assert SECRET.encode() not in plain
    with Image.open(io.BytesIO(content)) as before, Image.open(io.BytesIO(plain)) as after:
        assert (after.format, after.mode, after.size) == (form, before.mode, before.size)
        assert np.array_equal(np.asarray(before), np.asarray(after))
        assert not {"exif", "xmp", "comment", "Prompt", "Comment", "Long"} & set(after.info)
    assert without_words(plain, MIMES[form]) == plain


@pytest.mark.parametrize("form", MIMES)
def test_colors_stay_as_they_were_meant(form: str) -> None:

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain = without_words(written(form, icc_profile=profile), MIMES[form])
    with Image.open(io.BytesIO(plain)) as after:
        assert after.info["icc_profile"] == profile


def test_a_film_loses_its_words_and_keeps_each_frame(tmp_path: Path) -> None:
    file = tmp_path / "film.mp4"
    with av.open(str(file), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        container.metadata.update({"title": SECRET, "comment": SECRET})
        stream = container.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt, stream.time_base = 64, 48, "yuv420p", Fraction(1, 24)
        for number in range(30):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), number * 8, np.uint8), format="rgb24")
            container.mux(stream.encode(frame.reformat(format="yuv420p")))
        container.mux(stream.encode())
    content = file.read_bytes()
    assert SECRET.encode() in content
    plain = read_film(content)
    assert SECRET.encode() not in plain.content
    assert frames(plain.content) == frames(content)
    assert plain.seconds == pytest.approx(30 / 24)
    assert plain.content.index(b"moov") < plain.content.index(b"mdat")


def frames(content: bytes) -> list[tuple[int | None, float]]:
    with av.open(io.BytesIO(content)) as container:
        return [(frame.pts, float(frame.to_ndarray(format="gray").mean())) for frame in container.decode(video=0)]


def test_what_the_garden_engine_writes_tells_no_prompt() -> None:
    order = Order(prompt=SECRET, style="art", color="spring", width=256, height=256, seed=7)
    picture = draw(order)
    made = film.grow(order, 1)
    for content in (picture.png, picture.svg.encode(), made):
        assert SECRET.encode() not in content
