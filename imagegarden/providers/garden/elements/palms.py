"""Palms: a ringed trunk under a fountain of fronds."""

from math import atan2, cos, hypot, pi, sin
from random import Random

from ..color import lighten, mix, parse
from ..geometry import Point, arc_points, dab, ellipse, leaf, limb, smooth
from ..scene import Scene
from .boughs import UP, Tones, bark


def palm(scene: Scene, rng: Random, foot: Point, tall: float, tones: Tones, depth: float) -> None:
    """A bowed ringed trunk and a fountain of fronds."""
    lean = (1 if foot[0] < scene.width / 2 else -1) * rng.uniform(0.12, 0.3)
    spine = arc_points(foot, UP + lean, tall * 0.8, -lean * 1.1, 9)
    widths = [tall * (0.05 - 0.024 * (i / 9) ** 0.5) + (tall * 0.02 if i == 0 else 0) for i in range(10)]
    bark(scene, limb(spine, widths), foot, tall * 0.06, depth, mix(scene.palette.bark, parse("#a07a58"), 0.45))
    rings = ""
    for i in range(30):
        t = i / 30 * 9
        k, rest = int(t), t - int(t)
        x, y = (
            spine[k][0] + (spine[k + 1][0] - spine[k][0]) * rest,
            spine[k][1] + (spine[k + 1][1] - spine[k][1]) * rest,
        )
        rings += dab((x, y), widths[k] * 0.48, lean * (1 - t / 5), 0.07)
    scene.hand.dabs(rings, lighten(scene.palette.bark, -0.1), tone=0.3, depth=depth, opacity=0.6)
    top = spine[-1]
    fronds = [
        (UP + side * spread, length)
        for spread, length in ((1.75, 0.34), (1.3, 0.42), (0.9, 0.44), (0.5, 0.4), (0.15, 0.32))
        for side in (-1, 1)
    ]
    tall *= 0.8
    for i, (angle, length) in enumerate(fronds):
        _frond(
            scene, rng, top, angle + rng.uniform(-0.12, 0.12), tall * length * rng.uniform(0.9, 1.1), tones, depth, i
        )
    nuts = "".join(
        ellipse((top[0] + dx * tall * 0.022, top[1] + tall * 0.022 + abs(dx) * 2), tall * 0.019, tall * 0.021)
        for dx in (-1, 0.2, 1.2)
    )
    scene.hand.petal(nuts, parse("#7a5230"), depth=depth)


def _frond(
    scene: Scene, rng: Random, top: Point, angle: float, length: float, tones: Tones, depth: float, index: int
) -> None:
    side = 1 if cos(angle) > 0 else -1
    spine = arc_points(top, angle, length, side * rng.uniform(0.9, 1.35), 16)
    upper, lower = "", ""
    for i in range(1, 16):
        (x0, y0), (x1, y1) = spine[i - 1], spine[i]
        along = hypot(x1 - x0, y1 - y0) or 1
        aim = pi / 2 if along == 0 else _angle(spine[i - 1], spine[i])
        size = length * 0.3 * sin(pi * (0.12 + 0.84 * i / 16)) ** 0.8
        upper += leaf((x1, y1), aim - side * 0.85, size * 0.8, size * 0.13, side * 0.15)
        lower += leaf((x1, y1), aim + side * 0.95, size, size * 0.13, side * 0.18)
    lit = 1 if side == scene.lit_side else 0
    scene.hand.dabs(lower, tones[lit], tone=0.2, depth=depth)
    scene.hand.dabs(upper, tones[1 + lit + (index > 5)], tone=0.5, depth=depth)
    rib = scene.light.rim(tones[3], 0.7) if scene.light.is_dark else tones[3]
    scene.hand.line(smooth(spine), rib, max(0.8, length * 0.012), depth=depth, opacity=0.85)


def _angle(one: Point, other: Point) -> float:
    return atan2(other[1] - one[1], other[0] - one[0])
