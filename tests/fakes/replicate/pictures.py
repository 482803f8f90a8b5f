"""Pictures that are real, cheap, the same for the same prompt, seed and ordinal, and that say whose they are."""

import base64
import functools
import hashlib
import io
import json
import random
from typing import Any

from PIL import Image, ImageDraw, PngImagePlugin

from tests.fakes.replicate.making.films import read_comment

FORMATS = {"png": "PNG", "jpg": "JPEG", "webp": "WEBP"}
CONTENT_TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp", "mp4": "video/mp4"}
LABEL = "Description"
IMAGE_DESCRIPTION = 0x010E
# An EXIF block holds 64 KB; the hash tells long prompts apart.
LONGEST_PROMPT = 4000
SHAPES = 6


def draw(prompt: str, seed: int, ordinal: int, size: tuple[int, int]) -> Image.Image:
    """A gradient with a few shapes on it."""
    chance = random.Random(hashlib.sha256(f"{seed} {ordinal} {prompt}".encode()).digest())
    color = functools.partial(chance.randbytes, 3)
    width, height = size
    ramp = Image.linear_gradient("L").rotate(chance.choice((0, 90, 180, 270))).resize(size)
    image = Image.merge("RGB", [ramp.point(_between(*pair)) for pair in zip(color(), color(), strict=True)])
    canvas = ImageDraw.Draw(image)
    for _ in range(SHAPES):
        left, top = chance.randrange(width), chance.randrange(height)
        box = (left, top, left + chance.randint(1, width // 2 + 1), top + chance.randint(1, height // 2 + 1))
        chance.choice((canvas.ellipse, canvas.rectangle))(box, fill=tuple(color()))
    return image


def encode(image: Image.Image, kind: str, quality: int, label: dict[str, Any]) -> bytes:
    """A file of this type, with the label in its metadata."""
    written = io.BytesIO()
    said = json.dumps(label)
    if kind == "png":
        about = PngImagePlugin.PngInfo()
        about.add_text(LABEL, said)
        image.save(written, "PNG", compress_level=1, pnginfo=about)
    else:
        exif = Image.Exif()
        exif[IMAGE_DESCRIPTION] = said
        image.save(written, FORMATS[kind], quality=max(1, quality), method=0, exif=exif)
    return written.getvalue()


def label_of(
    prompt: str, seed: int, ordinal: int, *, prediction: str | None = None, model: str | None = None, **more: Any
) -> dict[str, Any]:
    """What a file says about itself."""
    return {
        "prediction": prediction,
        "model": model,
        "prompt": prompt[:LONGEST_PROMPT],
        "prompt_sha256": hashlib.sha256(prompt.encode()).hexdigest(),
        "seed": seed,
        "ordinal": ordinal,
        **more,
    }


def read_label(content: bytes) -> dict[str, Any]:
    """What a picture or a film says about itself.

    That is its prediction, model, prompt, prompt_sha256, seed, ordinal and size; and inputs, which holds by field the
    `sha256`, the number of `bytes` and the `size` of a file, or a list of these for a field that takes many.
    """
    if content[4:8] == b"ftyp":
        return read_comment(content)
    with Image.open(io.BytesIO(content)) as image:
        said = image.text[LABEL] if image.format == "PNG" else image.getexif()[IMAGE_DESCRIPTION]  # type: ignore[attr-defined]
    label: dict[str, Any] = json.loads(said)
    return label


@functools.lru_cache(maxsize=256)
def data_url(prompt: str, seed: int, ordinal: int) -> str:
    """A small picture in an address."""
    content = encode(draw(prompt, seed, ordinal, (64, 64)), "png", 80, label_of(prompt, seed, ordinal))
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"


def _between(first: int, last: int) -> list[int]:
    return [first + (last - first) * level // 255 for level in range(256)]
