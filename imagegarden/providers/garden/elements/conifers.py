"""Pines and firs: tiers of drooping boughs, with snow on them in winter."""

from math import pi
from random import Random

from ..color import lighten, mix, parse
from ..geometry import Point, leaf, limb, polygon
from ..scene import Scene
from .boughs import Tones


def conifer(scene: Scene, rng: Random, foot: Point, tall: float, tones: Tones, depth: float) -> None:
    """One spruce from top to skirt."""
    hand, (x, y) = scene.hand, foot
    bark = mix(scene.palette.bark, parse("#3a2a28"), 0.4)
    hand.petal(limb([foot, (x, y - tall * 0.9)], [tall * 0.045, tall * 0.008]), bark, depth=depth)
    tiers = max(6, round(13 * max(0.6, hand.detail)))
    for i in reversed(range(tiers)):
        t = (i + 0.6) / tiers
        level = y - tall + tall * 0.9 * t
        reach = tall * 0.27 * t**0.85 * rng.uniform(0.88, 1.1)
        _tier(scene, rng, (x, level), reach, tall / tiers * 2.1, tones, depth)
    hand.dabs(leaf((x, y - tall * 0.93), -pi / 2, tall * 0.1, tall * 0.02), tones[2], tone=0.5, depth=depth)


def _tier(scene: Scene, rng: Random, at: Point, reach: float, drop: float, tones: Tones, depth: float) -> None:
    x, y = at
    hand = scene.hand
    teeth = 7
    low = []
    for k in range(teeth * 2 + 1):
        share = k / teeth - 1
        dip = drop * (0.42 + 0.4 * abs(share)) if k % 2 == 0 else drop * (0.22 + 0.3 * abs(share))
        low.append((x + share * reach, y + dip * rng.uniform(0.9, 1.12)))
    outline = polygon([(x, y - drop * 0.45), *low])
    hand.petal(
        outline,
        tones[1],
        paint=hand.across(
            x - scene.lit_side * reach,
            y + drop,
            x + scene.lit_side * reach,
            y,
            tones[0],
            tones[1],
            mix(tones[1], tones[2], 0.6),
            depth=depth,
        ),
        depth=depth,
    )
    needles = ""
    for _ in range(scene.count(20)):
        share = rng.uniform(-0.95, 0.95)
        start = (x + share * reach * 0.85, y + drop * (0.02 + 0.36 * abs(share)) + rng.uniform(-0.15, 0.2) * drop)
        needles += leaf(
            start, pi / 2 - share * 0.9 + rng.uniform(-0.2, 0.2), drop * rng.uniform(0.2, 0.36), drop * 0.05
        )
    hand.dabs(needles, tones[2], tone=0.3, depth=depth, opacity=0.55)
    if scene.snowy:
        _load(scene, rng, at, reach, drop, depth)


def _load(scene: Scene, rng: Random, at: Point, reach: float, drop: float, depth: float) -> None:
    """Snow that lies on a tier, bluish where it is turned from the light."""
    x, y = at
    for shift, color, tone in ((0.1, parse("#a9c4e0"), 0.5), (0.0, lighten(parse("#f2f8ff"), 0.02), 0.8)):
        upper, lower = [], []
        for k in range(9):
            share = k / 4 - 1
            line = y + drop * (0.5 * abs(share) ** 1.2 - 0.12 + shift)
            upper.append((x + share * reach * 0.9, line - drop * 0.22 * (1 - abs(share) * 0.7)))
            lower.append((x + share * reach * 0.9, line + drop * rng.uniform(-0.04, 0.16) * (1.15 - abs(share))))
        scene.hand.dabs(polygon([*upper, *reversed(lower)]), color, tone=tone, depth=depth, opacity=0.92)
