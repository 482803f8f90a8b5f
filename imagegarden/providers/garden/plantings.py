"""What a prompt names, drawn to stand in a picture that is already there: colors, and how much each pixel covers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from . import composition, engine, layers, tonality
from .brief import Brief, read
from .elements import framing
from .pictures import Bytes, strips

Plane = NDArray[np.float32]
# The engine draws that many pixels at most; for larger places its drawing is stretched.
_LARGEST = 2_000_000
_SMALLEST_SIDE = 64


@dataclass(frozen=True)
class Planting:
    """A drawing without its ground; or with it, when the prompt speaks of a place and not only of what stands there."""

    colors: Bytes
    cover: Plane
    is_place: bool = False

    def under(self, light: tonality.Tonality, amount: tuple[float, float]) -> "Planting":
        """The same, so far in the light of the picture that it stands in."""
        own = tonality.measure(self.colors, self.cover > 0.5)
        return replace(self, colors=tonality.lend(self.colors, own, light, amount))

    def over(self, below: Bytes, share: Plane) -> Bytes:
        """Lay the drawing over what is below, of its size, each pixel by its share."""
        laid = np.empty_like(self.colors)
        for strip in strips(laid.shape[1], laid.shape[0]):
            rows = slice(strip.top, strip.bottom)
            opacity = (self.cover[rows] * share[rows])[:, :, None]
            ground = below[rows].astype(np.float32)
            laid[rows] = np.round(ground + (self.colors[rows] - ground) * opacity)
        return laid


def grow(order: engine.Order, width: int, height: int, *, ground: bool = True) -> Planting:
    """Draw what the prompt names, at that size; without ground, nothing but what stands or flies there."""
    sized = _sized(order, width, height)
    scene = engine.paint(sized, mounted=False)
    parts = layers.parts(scene.hand.document, 40)
    is_place = ground and _is_place(scene.brief)
    standing = [part for part in parts if part.kind]
    shown = parts if is_place or (ground and not standing) else standing
    size = (sized.width, sized.height)
    stack = [layers.rasterize(scene.hand.document, part, *size) for part in shown]
    return _stretched(replace(_developed(stack, sized), is_place=is_place), width, height)


def sow(order: engine.Order, width: int, height: int, rows: int) -> Planting:
    """Draw grasses along the lower edge of a picture of that size: only so many of its rows, from below."""
    sized = _sized(order, width, height)
    scene = composition.stage(read(order.prompt, order.seed), engine.sheet_of(sized, order.seed))
    framing.grasses(scene, amount=2.0, tall=0.13)
    whole = layers.Part("plant", "".join(scene.hand.document.parts()))
    stack = [layers.rasterize(scene.hand.document, whole, sized.width, sized.height)]
    sown = _developed(stack, sized)
    top = min(sized.height - 1, round(sized.height * (1 - rows / height)))
    return _stretched(Planting(sown.colors[top:], sown.cover[top:]), width, rows)


def _sized(order: engine.Order, width: int, height: int) -> engine.Order:
    scale = min(1.0, (_LARGEST / (width * height)) ** 0.5)
    size = max(_SMALLEST_SIDE, round(width * scale)), max(_SMALLEST_SIDE, round(height * scale))
    return replace(order, width=size[0], height=size[1])


def _is_place(brief: Brief) -> bool:
    return bool(brief.places or brief.time or brief.sky or brief.weather)


def _developed(stack: Sequence[layers.Layer], order: engine.Order) -> Planting:
    """The layers one over the other, touched up by the style; its border falls outside: nothing ends here."""
    colors, cover = _stacked(stack, (order.width, order.height))
    margin = round((order.width * order.height) ** 0.5 * 0.08) + 4
    wide = cv2.copyMakeBorder(colors, margin, margin, margin, margin, cv2.BORDER_REPLICATE)
    finished = engine.finish(wide.astype(np.float32), order)[margin:-margin, margin:-margin]
    return Planting(np.clip(finished, 0, 255).astype(np.uint8), cover)


def _stretched(planting: Planting, width: int, height: int) -> Planting:
    if planting.cover.shape == (height, width):
        return planting
    colors = cv2.resize(planting.colors, (width, height), interpolation=cv2.INTER_LINEAR)
    cover = cv2.resize(planting.cover, (width, height), interpolation=cv2.INTER_LINEAR)
    return Planting(np.asarray(colors, dtype=np.uint8), np.asarray(cover, dtype=np.float32), planting.is_place)


def _stacked(stack: Sequence[layers.Layer], size: tuple[int, int]) -> tuple[Bytes, Plane]:
    colors = np.zeros((size[1], size[0], 3), dtype=np.uint8)
    through = np.ones((size[1], size[0]), dtype=np.float32)
    for layer in stack:
        layers.lay(colors, layer)
        spot = through[layer.top : layer.bottom, layer.left : layer.right]
        spot *= 1 - layer.pixels[:, :, 3] / np.float32(255)
    cover = 1 - through
    # What is half covered is half as bright over black; without its share of black it blends with any ground.
    pure = np.clip(colors / np.maximum(cover, 0.02)[:, :, None], 0, 255).astype(np.uint8)
    bare = (cover < 0.02).astype(np.uint8)
    return (_led_on(pure, bare) if bare.any() else pure), cover


def _led_on(colors: Bytes, bare: Bytes) -> Bytes:
    """Give what is bare the color of what stands nearest: the style's finish must find no black there."""
    if bare.all():
        return colors
    _, labels = cv2.distanceTransformWithLabels(bare, cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL)
    nearest = np.zeros((int(labels.max()) + 1, 3), dtype=np.uint8)
    covered = bare == 0
    nearest[labels[covered]] = colors[covered]
    return np.asarray(nearest[labels], dtype=np.uint8)
