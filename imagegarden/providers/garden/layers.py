"""An order as layers: its drawing cut into what stands one before the other, each with its own transparency."""

from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise

import numpy as np
import resvg_py
from PIL import Image

from .pictures import Bytes
from .svg import Document

# What is smaller than this many characters joins its neighbor: a layer costs time, however little is on it.
_SMALL = 2600
KINDS = ("flower", "tree", "plant", "built", "creature")


@dataclass(frozen=True)
class Part:
    """A part of a drawing; the kind is "" for land, water and air."""

    kind: str
    svg: str


@dataclass(frozen=True)
class Layer:
    """A part in pixels: colors with their alpha already multiplied in, only as far as it reaches."""

    kind: str
    left: int
    top: int
    pixels: Bytes

    @property
    def right(self) -> int:
        """The first column beyond it."""
        return self.left + int(self.pixels.shape[1])

    @property
    def bottom(self) -> int:
        """The first row beyond it."""
        return self.top + int(self.pixels.shape[0])


def parts(document: Document, most: int) -> list[Part]:
    """The parts of a drawing, back to front, at most so many: the smallest neighbors are put together."""
    found: list[Part] = []
    for svg in document.parts():
        kind = next((kind for kind in KINDS if svg.startswith(f'<g class="{kind}')), "")
        if found and not kind and len(svg) < _SMALL:
            found[-1] = Part(found[-1].kind, found[-1].svg + svg)
        else:
            found.append(Part(kind, svg))
    while len(found) > most:
        _join_smallest(found)
    return found


def _join_smallest(found: list[Part]) -> None:
    # Sky and what stands on it stay apart as long as there is anything else to join.
    alike = [i for i, (one, other) in enumerate(pairwise(found)) if one.kind == other.kind and i]
    index = min(alike or range(1, len(found) - 1) or [0], key=lambda i: len(found[i].svg) + len(found[i + 1].svg))
    one, other = found[index], found[index + 1]
    found[index : index + 2] = [Part(one.kind or other.kind, one.svg + other.svg)]


def rasterize(document: Document, part: Part, width: int, height: int) -> Layer:
    """Turn one part into pixels."""
    png = resvg_py.svg_to_bytes(svg_string=document.render_part(width, height, part.svg), skip_system_fonts=True)
    with Image.open(BytesIO(png)) as image:
        pixels = np.array(image.convert("RGBA"))
    box = Image.fromarray(pixels[:, :, 3]).getbbox() or (0, 0, 1, 1)
    left, top, right, bottom = box
    cropped = np.ascontiguousarray(pixels[top:bottom, left:right])
    return Layer(part.kind, left, top, _premultiplied(cropped))


def _premultiplied(pixels: Bytes) -> Bytes:
    alpha = pixels[:, :, 3:].astype(np.uint16)
    pixels[:, :, :3] = (pixels[:, :, :3] * alpha + 127) // 255
    return pixels


def lay(canvas: Bytes, layer: Layer) -> None:
    """Put a layer on a canvas of RGB, in place."""
    spot = canvas[layer.top : layer.bottom, layer.left : layer.right]
    through = 255 - layer.pixels[:, :, 3:].astype(np.uint16)
    spot[:] = (spot * through + 127) // 255 + layer.pixels[:, :, :3]
