"""The door of the garden engine: an order goes in, a picture comes out. Pure, picklable, the same every time."""

from dataclasses import dataclass
from hashlib import sha256

from imagegarden.providers import base

from . import composition, raster
from .brief import read
from .finish import Pixels
from .looks import look
from .palettes import PALETTES
from .scene import Scene
from .styles import STYLES, pixel

__all__ = ["PALETTES", "STYLES", "Order", "Picture", "compose", "draw", "facts", "finish", "paint", "rasterize"]


@dataclass(frozen=True)
class Order:
    """What somebody wants to see."""

    prompt: str
    style: str
    color: str
    width: int
    height: int
    seed: int


def order_of(order: base.Order, ordinal: int = 0) -> Order:
    """What is drawn for an output of a provider's order: each grows from the order's seed plus its ordinal."""
    return Order(
        prompt=order.prompt,
        style=order.style,
        color=order.color,
        width=order.width,
        height=order.height,
        seed=order.seed + ordinal,
    )


@dataclass(frozen=True)
class Picture:
    """The finished picture, as pixels and as the drawing it came from."""

    png: bytes
    svg: str


def compose(order: Order) -> str:
    """Draw the order as SVG. What was asked for stands in no file: files are given away."""
    drawing = paint(order).hand.document.render(order.width, order.height, raster.SOFTWARE)
    if not STYLES[looked(order)[0]].has_cells:
        return drawing
    return pixel.draw_cells(pixel.cells(raster.pixels_of(drawing)), order.width, order.height, raster.SOFTWARE)


def paint(order: Order, *, mounted: bool = True) -> Scene:
    """Draw the order, and keep the scene and its document; not mounted, it has no frame."""
    number = _number(order)
    return composition.paint(read(order.prompt, number), sheet_of(order, number), mounted=mounted)


def sheet_of(order: Order, number: int) -> composition.Sheet:
    """The sheet that an order is drawn on."""
    style, color = looked(order)
    return composition.Sheet(order.width, order.height, STYLES[style], PALETTES[color], number)


def looked(order: Order) -> tuple[str, str]:
    """The style and the palette that an order is drawn in."""
    return look(order.prompt, order.style, order.color)


def rasterize(svg: str, order: Order) -> bytes:
    """Turn the drawing into a PNG that says how it was made, and not from which words."""
    if STYLES[looked(order)[0]].has_cells:
        return raster.encode(raster.pixels_of(svg), facts(order))
    return raster.develop(svg, lambda pixels: finish(pixels, order), facts(order))


def facts(order: Order) -> dict[str, str]:
    """What a picture says of its making."""
    style, color = looked(order)
    return {
        "Style": style,
        "Color": color,
        "Seed": str(order.seed),
        "Software": raster.SOFTWARE,
    }


def finish(pixels: Pixels, order: Order) -> Pixels:
    """Touch the pixels up as the order's style does; they may change in place."""
    style, color = looked(order)
    return STYLES[style].finish(pixels, _number(order) % 2**32, PALETTES[color])


def draw(order: Order) -> Picture:
    """Draw the order and turn it into pixels."""
    svg = compose(order)
    return Picture(png=rasterize(svg, order), svg=svg)


def _number(order: Order) -> int:
    # Style, color and size stay out of it: the same prompt and seed keep their composition in every style.
    text = f"{order.seed}\n{order.prompt}"
    return int.from_bytes(sha256(text.encode("utf-8", "replace")).digest()[:8], "big")
