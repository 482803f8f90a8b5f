"""Night photo: a long exposure after dark, the background out of focus, lamps as discs of light, a fine grain."""

from collections.abc import Sequence
from random import Random

import numpy as np

from ..color import Color, lighten, mix, parse
from ..finish import Pixels, bloom, expose, grain, vignette
from ..palettes import Palette
from ..svg import Stop
from .base import Hand

_LAMPS = ("#ffb347", "#ff8a3d", "#ffd27a", "#ff6f61", "#7fd4ff", "#fff2c4")


class NightPhoto(Hand):
    """Dark, and what little light there is."""

    key = "nightphoto"
    label = "Night photo"
    hour = "night"
    blur = 3.2

    def see(self, color: Color, depth: float = 0.0) -> Color:
        """Near things catch a lamp beside the camera; far ones are lost."""
        lit = self.light.on(color, depth * 0.8)
        warm = mix(self.light.palette.grade(color), self.light.palette.grade(parse("#ffb869")), 0.12)
        near = mix(lit, Color(warm.light * 0.94, warm.a, warm.b), 0.62)
        return mix(near, Color(lit.light * 0.55, lit.a * 0.8, lit.b * 0.8), min(1.0, depth * 1.6))

    def sky(self, colors: Sequence[Color], bottom: float) -> None:
        """Almost black above, the glow of far lamps along the horizon."""
        dark = [lighten(color, shift) for color, shift in zip(colors, (-0.06, -0.06, -0.05, 0.02), strict=True)]
        dark[3] = mix(dark[3], self.light.palette.grade(parse("#d98a4a")), 0.24)
        super().sky(dark, bottom)

    def lamps(self, level: float, rng: Random) -> None:
        """Far lamps out of focus, as discs of light with a brighter rim."""
        for _ in range(30):
            x, y = rng.uniform(0, self.document.width), level + rng.gauss(0, 26) - abs(rng.gauss(0, 30))
            radius, strength = rng.uniform(8, 28), rng.uniform(0.14, 0.5)
            color = self.light.palette.grade(parse(rng.choice(_LAMPS)))
            stops = (Stop(0, color, strength * 0.7), Stop(0.82, color, strength), Stop(1, color, 0.0001))
            paint = self.document.gradient("radial", stops, cx=0.5, cy=0.5, r=0.5)
            self.document.add("circle", cx=x, cy=y, r=radius, fill=paint)

    @classmethod
    def finish(cls, pixels: Pixels, seed: int, palette: Palette) -> Pixels:
        """What lens and sensor do: light that spreads, deep blacks, dark corners, grain."""
        pixels = bloom(expose(pixels, 150), 0.5)
        share = np.clip(pixels, 0, 255) / np.float32(255)
        pixels = (share * share * (3 - 2 * share) * np.float32(0.62) + share * np.float32(0.38)) * np.float32(255)
        pixels = vignette(pixels, 0.52)
        return grain(pixels, seed, 5.0)
