"""Linocut: a key block in dark ink over two or three colored blocks, with the marks of the gouge."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from ..color import Color, lighten, mix, parse, saturate, to_hex, to_rgb
from ..finish import Pixels, Plane, fibers, grain, noise, small_blur
from ..palettes import Palette
from .base import Hand

_INK = parse("#1b1d2a")
_BLOCKS = 10


class Linocut(Hand):
    """Cut, rolled and pressed."""

    key = "linocut"
    label = "Linocut"
    flat = True
    detail = 0.42

    def see(self, color: Color, depth: float = 0.0) -> Color:
        """Few steps of light: what is cut away or left standing."""
        lit = saturate(self.light.on(color, depth * 0.9), 1.12)
        step = round(lit.light * 7) / 7
        return Color(lit.light * 0.4 + step * 0.6, lit.a, lit.b)

    def mass(
        self, path: str, top: Color, bottom: Color | None = None, *, depth: float = 0.0, raw: bool = False
    ) -> None:
        """A block with a cut edge."""
        self._cut(
            path, self._vertical(top, bottom, depth, raw), top if raw else self.see(top, depth), 3.4 * (1 - 0.7 * depth)
        )

    def petal(self, path: str, color: Color, *, paint: str | None = None, depth: float = 0.0) -> None:
        """A smaller block with a cut edge."""
        seen = self.see(color, depth)
        self._cut(path, paint or to_hex(seen), seen, 2.8 * (1 - 0.7 * depth))

    def across(self, x1: float, y1: float, x2: float, y2: float, *colors: Color, depth: float = 0.0) -> str:
        """A block has one color."""
        return to_hex(self.see(colors[len(colors) // 2], depth))

    def radial(self, x: float, y: float, radius: float, inner: Color, outer: Color, *, depth: float = 0.0) -> str:
        """A block has one color."""
        return to_hex(self.see(outer, depth))

    def sky(self, colors: Sequence[Color], bottom: float) -> None:
        """Rolled from dark to light, so that the gouge can follow it."""
        super().sky(
            [lighten(color, shift) for color, shift in zip(colors, (-0.16, -0.04, 0.04, 0.08), strict=True)], bottom
        )

    def glow(self, x: float, y: float, radius: float, color: Color, strength: float = 0.6) -> None:
        """Light is cut in steps; little of it is left."""
        super().glow(x, y, radius, color, strength * 0.55)

    def disc(self, x: float, y: float, radius: float, color: Color) -> None:
        """A disc cut out whole."""
        super().disc(x, y, radius * 1.3, self.paper)

    def _cut(self, path: str, paint: str, color: Color, width: float) -> None:
        # What is light is parted by a line of ink, what is dark by a line cut out.
        edge = self.light.palette.grade(_INK) if color.light > 0.68 else self.paper
        self.document.add("path", d=path, fill=paint, stroke=to_hex(edge), stroke_width=width, stroke_linejoin="round")

    @classmethod
    def finish(cls, pixels: Pixels, seed: int, palette: Palette) -> Pixels:
        """Cut the key block by light and dark, and print it over the colors."""
        height, width = pixels.shape[:2]
        scale = float((height * width) ** 0.5 / 1024)
        # A strong color counts as light: it is a block of its own, and the key block stays off it.
        tone: Plane = (
            pixels @ np.array((0.2, 0.4, 0.08), dtype=np.float32) + pixels.max(axis=2) * np.float32(0.32)
        ) / np.float32(255)
        low, high = (float(level) for level in np.percentile(tone[::8, ::8], (3, 97)))
        # What is dark by night stays dark: only within these bounds is a picture stretched to all of the tones.
        low, high = min(low, 0.32), max(high, 0.62)
        tone = (tone - np.float32(low)) / np.float32(high - low)
        # A gouge follows the large forms: its furrows bend with the soft light around them.
        soft: Plane = small_blur(tone[:, :, None] * 255, max(2, round(40 * scale)))[:, :, 0] / np.float32(255)
        inked = _furrows(tone, soft, scale, seed)
        printed = _blocks(pixels, palette)
        ink = np.array(to_rgb(palette.grade(_INK)), dtype=np.float32)
        printed += (ink - printed) * inked[:, :, None]
        # Ink that was rolled thin lets the paper through in specks.
        specks = np.clip(noise(height, width, 2.2 * scale, seed + 3) - 0.62, 0, 1) * 1.6
        paper = np.array(to_rgb(palette.paper), dtype=np.float32)
        printed += (paper - printed) * (specks * 0.5)[:, :, None]
        return grain(fibers(printed, seed, 0.02), seed, 1.5)


def _furrows(tone: Plane, soft: Plane, scale: float, seed: int) -> Plane:
    """Where the key block prints, from 0 to 1: solid in the darks, nothing in the lights, furrows between."""
    height, width = tone.shape
    y = np.arange(height, dtype=np.float32)[:, None]
    x = np.arange(width, dtype=np.float32)[None, :]
    bend = noise(height, width, 190 * scale, seed) * np.float32(26 * scale) + soft * np.float32(90 * scale)
    phase = (y + 0.16 * x + bend) * np.float32(2 * np.pi / (11 * scale))
    rough = noise(height, width, 3.2 * scale, seed + 1) * 0.05 + noise(height, width, 24 * scale, seed + 2) * 0.05
    level = 0.3 + 0.23 * np.sin(phase) + rough
    return np.asarray(np.clip((level - tone) * 9 + 0.5, 0, 1), dtype=np.float32)


def _blocks(pixels: Pixels, palette: Palette) -> Pixels:
    """The colored blocks: few colors, all lighter than the ink."""
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    small = image.resize((96, 96), Image.Resampling.BOX)
    few = small.quantize(_BLOCKS, method=Image.Quantize.MAXCOVERAGE)
    mapped = image.quantize(palette=few, dither=Image.Dither.NONE)
    colors = [_block(tuple((few.getpalette() or [])[3 * i : 3 * i + 3]), palette) for i in range(_BLOCKS)]
    table = np.zeros((256, 3), dtype=np.float32)
    table[: len(colors)] = colors
    return np.asarray(table[np.asarray(mapped)], dtype=np.float32)


def _block(rgb: tuple[int, ...], palette: Palette) -> tuple[int, int, int]:
    color = parse("#" + "".join(f"{channel:02x}" for channel in (*rgb, 0, 0, 0)[:3]))
    if color.light > 0.94:
        return to_rgb(palette.paper)
    lifted = Color(max(0.6, min(0.82, color.light + 0.16)), color.a, color.b)
    return to_rgb(mix(saturate(lifted, 1.08), palette.paper, 0.1))
