"""The pictures that the site shows of itself, drawn by the garden engine: landing page, styles, colors.

    python -m benchmarks.samples [-o imagegarden/static/img/samples]

Files are named after what they show; templates/generate/_samples.html and macros/choices.html ask for them by name.
"""

import argparse
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw

from imagegarden.providers import catalogue
from imagegarden.providers.garden.color import to_hex
from imagegarden.providers.garden.engine import PALETTES, Order, draw

FOLDER = Path("imagegarden/static/img/samples")
KB = 1024
# What the landing page shows: prompt, style, color, aspect ratio, longer side in pixels, seed.
LANDING = (
    ("cherry blossom over a river", "art", "vibrant", "16:9", 768, 7),
    ("a lotus pond at dawn", "watercolor", "vibrant", "1:1", 640, 7),
    ("a snowy pine forest under the moon", "papercut", "vibrant", "3:4", 768, 7),
    ("a field of lavender at sunset", "art", "vibrant", "4:3", 768, 7),
    ("bamboo in the mist", "ink", "vibrant", "3:4", 768, 7),
    ("a wild meadow with poppies and butterflies", "art", "spring", "1:1", 640, 7),
    ("a palm by the sea at night with stars", "papercut", "dusk", "4:3", 768, 7),
    ("a lonely oak in autumn", "watercolor", "autumn", "1:1", 640, 7),
)
# One sentence in every look: the same prompt and seed keep their composition.
STYLE_PROMPT = "three red tulips on a hill"
COLOR_PROMPT = "a lonely oak on a hill by a lake"
SEED = 7


@dataclass(frozen=True)
class Sample:
    """A file to be written, and what it shows."""

    name: str
    order: Order
    side: int
    most_bytes: int
    # A strip of the palette's own colors below the picture.
    has_swatches: bool = False


def samples() -> Iterator[Sample]:
    """Every sample of the site."""
    for prompt, style, color, ratio, side, seed in LANDING:
        width, height = catalogue.SIZES[ratio]
        yield Sample(prompt, Order(prompt, style, color, width, height, seed), side, 60 * KB)
    for style in catalogue.STYLES:
        order = Order(STYLE_PROMPT, style, catalogue.DEFAULT_COLOR, 1024, 1024, SEED)
        yield Sample(f"wide {style}", order, 384, 30 * KB)
        yield Sample(f"style {style}", order, 128, 6 * KB)
    for color in catalogue.COLORS:
        order = Order(COLOR_PROMPT, catalogue.DEFAULT_STYLE, color, 1024, 1024, SEED)
        yield Sample(f"color {color}", order, 160, 6 * KB, has_swatches=True)


def write(sample: Sample, folder: Path) -> tuple[str, int]:
    """Draw a sample and write it in the best quality that its size allows; its file's name and bytes."""
    with Image.open(BytesIO(draw(sample.order).png)) as picture:
        small = picture.convert("RGB")
    small.thumbnail((sample.side, sample.side), Image.Resampling.LANCZOS)
    if sample.has_swatches:
        small = _with_swatches(small, sample.order.color)
    for quality in range(84, 20, -4):
        written = BytesIO()
        small.save(written, "WEBP", quality=quality, method=6)
        if written.tell() <= sample.most_bytes:
            break
    path = folder / f"{sample.name.replace(' ', '-')}.webp"
    path.write_bytes(written.getvalue())
    return path.name, written.tell()


def _with_swatches(picture: Image.Image, color: str) -> Image.Image:
    """The middle of a picture, eight by five, and below it what the palette is made of."""
    palette = PALETTES[color]
    width, height = picture.width, picture.width * 5 // 8
    strip = height // 3
    top = (picture.height - (height - strip)) // 3
    card = picture.crop((0, top, width, top + height))
    pen = ImageDraw.Draw(card)
    sky = palette.skies[palette.time]
    shown = (sky[0], sky[2], palette.leaves[2], palette.ground, palette.blossoms[0], palette.blossoms[2])
    for index, swatch in enumerate(shown):
        left, right = width * index // len(shown), width * (index + 1) // len(shown)
        pen.rectangle((left, height - strip, right, height), fill=to_hex(palette.grade(swatch)))
    return card


def main(arguments: Sequence[str] | None = None) -> None:
    """Write all samples."""
    parser = argparse.ArgumentParser(prog="benchmarks.samples", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("-o", "--output", type=Path, default=FOLDER)
    folder = parser.parse_args(arguments).output
    folder.mkdir(parents=True, exist_ok=True)
    wanted = list(samples())
    with ProcessPoolExecutor() as pool:
        for name, size in pool.map(write, wanted, [folder] * len(wanted)):
            print(f"{size / KB:6.1f} KB  {name}")
    for old in {path.name for path in folder.glob("*.webp")} - {f"{s.name.replace(' ', '-')}.webp" for s in wanted}:
        (folder / old).unlink()


if __name__ == "__main__":
    main()
