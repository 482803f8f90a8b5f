"""Trees that people shape or plant in rows: bonsai, cypresses, poplars."""

from math import pi, sin
from random import Random

from ..color import lighten, mix, parse
from ..geometry import Point, blob, limb, polygon
from ..scene import Scene
from .boughs import Tones, bark, crown


def bonsai(scene: Scene, rng: Random, foot: Point, tall: float, tones: Tones, depth: float) -> None:
    """A twisted trunk with cushions of leaves, in a dish."""
    hand, side = scene.hand, rng.choice((-1, 1))
    foot = (foot[0], foot[1] - tall * 0.1)
    spine = [
        foot,
        (foot[0] + side * tall * 0.09, foot[1] - tall * 0.16),
        (foot[0] - side * tall * 0.08, foot[1] - tall * 0.34),
        (foot[0] + side * tall * 0.06, foot[1] - tall * 0.5),
        (foot[0] + side * tall * 0.02, foot[1] - tall * 0.66),
    ]
    bark(
        scene, limb(spine, [tall * 0.12, tall * 0.085, tall * 0.07, tall * 0.045, tall * 0.02]), foot, tall * 0.1, depth
    )
    pads = [
        (spine[4], 0.2),
        ((foot[0] - side * tall * 0.32, foot[1] - tall * 0.42), 0.17),
        ((foot[0] + side * tall * 0.36, foot[1] - tall * 0.3), 0.18),
        ((foot[0] + side * tall * 0.22, foot[1] - tall * 0.54), 0.13),
    ]
    for (x, y), _ in pads[1:]:
        start = min(spine, key=lambda p: abs(p[1] - y - tall * 0.02))
        hand.petal(
            limb(
                [start, ((start[0] + x) / 2, y + tall * 0.05), (x, y + tall * 0.01)],
                [tall * 0.04, tall * 0.028, tall * 0.012],
            ),
            scene.palette.bark,
            depth=depth,
        )
    clumps = [
        ((x + dx * r * tall, y - abs(dx) * -tall * 0.012 + rng.uniform(-4, 4)), tall * r * 0.42)
        for (x, y), r in pads
        for dx in (-0.7, -0.25, 0.25, 0.7)
    ]
    crown(scene, rng, clumps, tones, depth, mark=0.9, dense=1.2)
    w, y = tall * 0.22, foot[1] - 2
    pot = mix(parse("#3f5f8a"), scene.palette.blossoms[0], 0.25)
    hand.petal(
        polygon(
            [
                (foot[0] - w, y),
                (foot[0] + w, y),
                (foot[0] + w * 0.82, y + tall * 0.11),
                (foot[0] - w * 0.82, y + tall * 0.11),
            ]
        ),
        pot,
        paint=hand.across(foot[0] - w, 0, foot[0] + w, 0, lighten(pot, 0.1), pot, lighten(pot, -0.12)),
    )
    hand.petal(blob(rng, (foot[0], y), w * 0.92, tall * 0.018), scene.leaf(0.4))


def column(scene: Scene, rng: Random, foot: Point, tall: float, tones: Tones, depth: float) -> None:
    """Cypress and poplar: a flame of foliage."""
    bark(scene, limb([foot, (foot[0], foot[1] - tall * 0.12)], [tall * 0.035, tall * 0.03]), foot, tall * 0.02, depth)
    clumps = []
    for i in range(13):
        t = i / 12
        wide = 0.095 * tall * sin(pi * (0.1 + 0.86 * t**0.85)) ** 0.75
        clumps.append(
            ((foot[0] + rng.uniform(-0.18, 0.18) * wide, foot[1] - tall * (0.1 + 0.86 * t)), max(tall * 0.014, wide))
        )
    crown(scene, rng, clumps, tones, depth, mark=0.85, dense=1.25)
