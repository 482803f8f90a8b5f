"""What flower heads share: petal colors, cupped petals, hearts full of florets."""

from math import atan2, cos, pi, sin, sqrt
from random import Random

from ...color import Color, lighten, mix, parse, turn
from ...geometry import Point, dab, ellipse, polar, smooth
from ...scene import Scene

GOLDEN = pi * (3 - sqrt(5))
UP = -pi / 2


def shades(color: Color) -> tuple[Color, Color, Color]:
    """Deep, middle and light version of a petal color."""
    deep = turn(lighten(color, -0.13), -8 if color.a > 0 else 8)
    return deep, color, mix(lighten(color, 0.09), parse("#fff4dc"), 0.28)


def cup_petal(foot: Point, angle: float, length: float, width: float, bend: float) -> str:
    """A petal that is broad below and closes to a point."""
    side = angle + pi / 2
    low, high = polar(foot, angle, length * 0.12), polar(foot, angle, length * 0.66)
    tip = polar(polar(foot, angle, length), side, bend * length)
    return smooth(
        [
            foot,
            polar(low, side, -width * 0.4),
            polar(polar(foot, angle, length * 0.4), side, -width * 0.52),
            polar(high, side, -width * 0.36),
            tip,
            polar(high, side, width * 0.36),
            polar(polar(foot, angle, length * 0.4), side, width * 0.52),
            polar(low, side, width * 0.4),
        ],
        closed=True,
    )


def slanted(angle: float, ratio: float) -> float:
    """The direction of an angle on a circle seen at a slant."""
    return atan2(sin(angle) * ratio, cos(angle))


def disc(scene: Scene, rng: Random, at: Point, r: float, ratio: float, color: Color, seeds: int) -> None:
    """A flower's heart: florets by the golden angle, lit from one side."""
    hand = scene.hand
    hand.petal(
        ellipse(at, r, r * ratio),
        color,
        paint=hand.radial(
            at[0] + scene.lit_side * r * 0.3, at[1] - r * 0.35, r * 1.4, lighten(color, 0.1), lighten(color, -0.14)
        ),
    )
    marks: dict[bool, str] = {True: "", False: ""}
    for i in range(scene.count(seeds)):
        reach = r * 0.95 * sqrt((i + 0.5) / scene.count(seeds))
        point = (at[0] + cos(i * GOLDEN) * reach, at[1] + sin(i * GOLDEN) * reach * ratio)
        marks[i % 2 == 0] += dab(point, max(0.8, r * 0.062), i * GOLDEN, 0.5)
    hand.dabs(marks[True], lighten(color, 0.14), tone=0.75, opacity=0.8)
    hand.dabs(marks[False], lighten(color, -0.16), tone=0.2, opacity=0.7)
