"""Art style, the default: gouache with rich gradients, soft light and a trace of the brush."""

from ..finish import Pixels, bloom, brush, expose, grain, vignette
from ..palettes import Palette
from .base import Hand


class Art(Hand):
    """Full color, full depth."""

    key = "art"
    label = "Art style"

    @classmethod
    def finish(cls, pixels: Pixels, seed: int, palette: Palette) -> Pixels:
        """Let bright things bleed a little, roughen edges as a brush would, darken the corners."""
        pixels = brush(pixels, seed, reach=1.5)
        pixels = bloom(pixels, 0.22)
        pixels = vignette(expose(pixels, 165), 0.22)
        return grain(pixels, seed, 2.0)
