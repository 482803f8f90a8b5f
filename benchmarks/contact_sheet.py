"""Contact sheets of the garden engine, to be looked at: 64 pictures of all looks and sizes, or what is asked for.

python -m benchmarks.contact_sheet [-o var/contact-sheet.png]
python -m benchmarks.contact_sheet [--style ink] [--color dusk] "a prompt of your own" ...
python -m benchmarks.contact_sheet --styles [--prompt "a lotus pond at dawn"]
"""

import argparse
import time
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from imagegarden.providers import catalogue
from imagegarden.providers.garden.engine import PALETTES, STYLES, Order, draw

PROMPTS = (
    "a lotus pond at dawn",
    "three red tulips on a hill",
    "a snowy pine forest under the moon",
    "a lonely oak in autumn",
    "cherry blossom over a river",
    "a field of lavender at sunset",
    "cactus in the desert at noon",
    "bamboo in the mist",
    "sunflowers under a stormy sky",
    "ferns and mushrooms in a dark forest with fireflies",
    "a palm by the sea at night with stars",
    "a wild meadow with poppies and butterflies",
)
# What the engine knows: two of these in each style, in turn with palettes and sizes.
MOTIFS = (
    *PROMPTS,
    "a fox in the forest",
    "a teapot on a rainy day",
    "a lighthouse in a storm",
    "a bicycle in autumn",
    "a city at night",
    "a portrait of a woman",
    "a galaxy",
    "a hot air balloon over the mountains at sunset",
    "a whale under the sea",
    "a castle on a hill at dusk",
    "a swan on a misty lake",
    "a bowl of fruit",
    "an astronaut and a planet",
    "a deer in a snowy forest",
    "an owl under the moon",
    "a steam train in spring",
    "كوخ على البحيرة",
    "कमल का तालाब",
    "🦊🌙",
    "a dragon and a castle",
)
NUMBER = 64
_CELL, _GAP, _CAPTION = 420, 12, 34


def varied(seed: int) -> list[Order]:
    """64 orders: every motif twice, every style, palette and size in turn."""
    styles, colors, sizes = list(STYLES), list(PALETTES), list(catalogue.SIZES.values())
    orders = []
    for i in range(NUMBER):
        width, height = sizes[i % len(sizes)]
        # Steps that share no factor with how many there are: neighbors differ in everything.
        style, color = styles[(i * 2 + i // 32) % len(styles)], colors[(i * 3 + i // 8) % len(colors)]
        orders.append(Order(MOTIFS[i % len(MOTIFS)], style, color, width, height, seed + i))
    return orders


def _caption(order: Order) -> str:
    # The sheet's font knows no other script.
    prompt = order.prompt[:34] if order.prompt.isascii() else "(another script)"
    return f"{prompt} / {order.style} / {order.color}"


def sheet(orders: Sequence[Order], captions: Sequence[str], columns: int) -> Image.Image:
    """Draw the orders in a grid, each with its caption and the time it took."""
    rows = -(-len(orders) // columns)
    size = (columns * (_CELL + _GAP) + _GAP, rows * (_CELL + _GAP + _CAPTION) + _GAP)
    paper = Image.new("RGB", size, "#0E1512")
    pen, font = ImageDraw.Draw(paper), ImageFont.load_default(15)
    for index, (order, caption) in enumerate(zip(orders, captions, strict=True)):
        x = _GAP + index % columns * (_CELL + _GAP)
        y = _GAP + index // columns * (_CELL + _GAP + _CAPTION)
        began = time.process_time()
        png = draw(order).png
        spent = time.process_time() - began
        with Image.open(BytesIO(png)) as picture:
            picture.thumbnail((_CELL, _CELL), Image.Resampling.LANCZOS)
            paper.paste(picture, (x, y))
        pen.text((x, y + _CELL + 7), caption, font=font, fill="#E8EFE9")
        print(f"{spent:5.2f} s  {caption}")
    return paper


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw the sheet that the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="benchmarks.contact_sheet", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    parser.add_argument("prompts", nargs="*")
    parser.add_argument("-o", "--output", type=Path, default=Path("var/contact-sheet.png"))
    parser.add_argument("--styles", action="store_true", help="one prompt in every style and color")
    parser.add_argument("--prompt", default=PROMPTS[0], help="the prompt of --styles")
    parser.add_argument("--style", choices=STYLES, default="art")
    parser.add_argument("--color", choices=PALETTES, default="vibrant")
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args(arguments)

    if asked.styles:
        looks = [(style, color) for style in STYLES for color in PALETTES]
        orders = [Order(asked.prompt, style, color, 1024, 1024, asked.seed) for style, color in looks]
        paper = sheet(
            orders, [f"{STYLES[style].label} / {PALETTES[color].label}" for style, color in looks], len(PALETTES)
        )
    elif not asked.prompts:
        orders = varied(asked.seed)
        paper = sheet(orders, [_caption(order) for order in orders], 8)
    else:
        orders = [Order(prompt, asked.style, asked.color, 1024, 1024, asked.seed) for prompt in asked.prompts]
        paper = sheet(orders, asked.prompts, 4)
    asked.output.parent.mkdir(parents=True, exist_ok=True)
    paper.save(asked.output)


if __name__ == "__main__":
    main()
