"""Plants that are neither flower nor tree: ferns, cacti, mushrooms, ivy; the grasses have a module of their own."""

from collections.abc import Callable
from itertools import pairwise
from math import atan2, cos, pi, sin
from random import Random

from ..brief import Subject
from ..color import Color, lighten, mix, parse
from ..geometry import Point, arc_points, ellipse, leaf, limb, polar, smooth
from ..scene import Scene
from . import grasses

UP = -pi / 2


def plant(
    scene: Scene, rng: Random, subject: Subject, foot: Point, tall: float, depth: float = 0.0, *, named: bool = True
) -> None:
    """One plant of any kind, standing at its foot."""
    own = subject.colors[0] if subject.colors else parse(subject.species.color)
    if scene.palette.key in ("autumn", "mono") and not subject.colors:
        own = mix(own, scene.leaf(0.55), 0.5)
    with scene.hand.document.group(class_=f"plant {subject.species.key}" if named else None):
        _FORMS[subject.species.form](scene, rng, foot, tall * subject.species.size, own, depth)


def fern(scene: Scene, rng: Random, foot: Point, tall: float, color: Color, depth: float) -> None:
    """A rosette of arching fronds."""
    number = max(5, scene.count(9))
    for i in sorted(range(number), key=lambda k: -abs(k - number / 2)):
        share = i / (number - 1) * 2 - 1
        frond(
            scene,
            rng,
            foot,
            UP + share * 1.05 + rng.uniform(-0.12, 0.12),
            tall * rng.uniform(0.75, 1.05),
            share * 0.9 + rng.uniform(-0.15, 0.15),
            color,
            depth,
        )


def frond(
    scene: Scene, rng: Random, base: Point, angle: float, length: float, curl: float, color: Color, depth: float
) -> None:
    """One fern frond: leaflets that shorten toward the tip, the lit row over the shaded one."""
    steps = 20
    spine = arc_points(base, angle, length, curl, steps)
    sides = {-1: "", 1: ""}
    for i in range(2, steps):
        aim = atan2(spine[i][1] - spine[i - 1][1], spine[i][0] - spine[i - 1][0])
        size = length * 0.24 * (sin(pi * (0.14 + 0.86 * i / steps)) ** 0.9)
        for side in (-1, 1):
            sides[side] += leaf(spine[i], aim + side * 1.05, size, size * 0.27, -side * 0.12)
    upper = -1 if cos(angle) >= 0 else 1
    scene.hand.dabs(sides[-upper], lighten(color, -0.13), tone=0.25, depth=depth)
    scene.hand.dabs(sides[upper], lighten(color, 0.04), tone=0.5, depth=depth)
    scene.hand.line(
        smooth(spine),
        mix(lighten(color, 0.15), scene.light.glow, 0.2),
        max(0.9, length * 0.009),
        depth=depth,
        opacity=0.85,
    )


def cactus(scene: Scene, rng: Random, foot: Point, tall: float, color: Color, depth: float) -> None:
    """A saguaro with arms, ribs and a few blossoms."""
    wide = tall * 0.17
    x, y = foot
    for side in rng.sample((-1, 1), 2)[: rng.choice((1, 2, 2))]:
        start = y - tall * rng.uniform(0.32, 0.5)
        reach, rise = wide * rng.uniform(1.15, 1.45), tall * rng.uniform(0.2, 0.34)
        spine = [
            (x, start),
            (x + side * reach * 0.65, start + wide * 0.12),
            (x + side * reach, start - wide * 0.3),
            (x + side * reach, start - rise),
        ]
        _column(scene, rng, spine, wide * 0.56, color, depth)
    _column(scene, rng, [foot, (x + rng.uniform(-4, 4), y - tall * 0.5), (x, y - tall)], wide, color, depth)


def _column(scene: Scene, rng: Random, spine: list[Point], wide: float, color: Color, depth: float) -> None:
    hand = scene.hand
    top = spine[-1]
    cap = (top[0], top[1] - wide * 0.32)
    dark, light = lighten(color, -0.16), mix(lighten(color, 0.12), scene.light.glow, 0.18)
    sides = (light, color, dark) if scene.lit_side < 0 else (dark, color, light)
    body = limb([*spine, cap], [wide * 0.9, *([wide] * (len(spine) - 2)), wide * 0.94, wide * 0.36])
    hand.petal(
        body, color, paint=hand.across(top[0] - wide / 2, 0, top[0] + wide / 2, 0, *sides, depth=depth), depth=depth
    )
    ribs, spines = "", ""
    for k in range(5):
        share = (k - 2) / 2.6
        line = (
            [(px + share * wide * 0.5, py) for px, py in spine[:-1]]
            if len(spine) == 3
            else [(px + share * wide * 0.5, py) for px, py in spine[2:-1]]
        )
        line += [(top[0] + share * wide * 0.5, top[1]), (top[0] + share * wide * 0.2, cap[1] + 1)]
        ribs += smooth(line)
        for (x0, y0), (x1, y1) in pairwise(line):
            for _ in range(int(abs(y1 - y0) / 16)):
                t = rng.random()
                at = (x0 + (x1 - x0) * t, y0 + (y1 - y0) * t)
                spines += "".join(leaf(at, rng.uniform(-2.8, -0.3), wide * 0.12, wide * 0.014) for _ in range(2))
    hand.line(ribs, lighten(color, -0.2), max(1.0, wide * 0.035), depth=depth, opacity=0.45)
    hand.dabs(spines, parse("#fff6dc"), tone=0.6, depth=depth, opacity=0.9)
    bloom = scene.palette.blossoms[0]
    for dx in (-0.22, 0.05, 0.28):
        at = (top[0] + dx * wide, cap[1] + abs(dx) * wide * 0.3)
        petals = "".join(leaf(at, UP + s, wide * 0.24, wide * 0.11) for s in (-0.9, -0.45, 0, 0.45, 0.9))
        hand.petal(petals, bloom, depth=depth)


def mushroom(scene: Scene, rng: Random, foot: Point, tall: float, color: Color, depth: float) -> None:
    """A stem, gills in shade and a spotted cap that catches the light."""
    hand, (x, y) = scene.hand, foot
    lean = rng.uniform(-0.08, 0.08) * tall
    top = (x + lean, y - tall * 0.72)
    wide = tall * rng.uniform(0.36, 0.5)
    cream = parse("#f5ead2")
    stem = limb([foot, (x + lean * 0.3, y - tall * 0.35), top], [tall * 0.2, tall * 0.13, tall * 0.12])
    sides = (cream, cream, lighten(cream, -0.24)) if scene.lit_side < 0 else (lighten(cream, -0.24), cream, cream)
    hand.petal(stem, cream, paint=hand.across(x - tall * 0.09, 0, x + tall * 0.09, 0, *sides, depth=depth), depth=depth)
    hand.petal(ellipse(top, wide * 0.96, wide * 0.2), lighten(cream, -0.2), depth=depth)
    gills = "".join(
        f"M{top[0]:.1f} {top[1] - 2:.1f}L{top[0] + cos(a) * wide * 0.9:.1f} {top[1] + sin(a) * wide * 0.18:.1f}"
        for a in (i * 0.26 for i in range(13))
    )
    hand.line(gills, lighten(cream, -0.36), max(0.7, tall * 0.008), depth=depth, opacity=0.6)
    skirt = smooth(
        [
            (top[0] - tall * 0.085, top[1] + tall * 0.13),
            (top[0], top[1] + tall * 0.17),
            (top[0] + tall * 0.085, top[1] + tall * 0.13),
            (top[0] + tall * 0.05, top[1] + tall * 0.1),
            (top[0] - tall * 0.05, top[1] + tall * 0.1),
        ],
        closed=True,
    )
    hand.petal(skirt, lighten(cream, 0.02), depth=depth)
    high = wide * rng.uniform(0.72, 0.95)
    cap = smooth(
        [
            (top[0] - wide, top[1] + 1),
            (top[0] - wide * 0.86, top[1] - high * 0.5),
            (top[0] - wide * 0.4, top[1] - high * 0.92),
            (top[0], top[1] - high),
            (top[0] + wide * 0.4, top[1] - high * 0.92),
            (top[0] + wide * 0.86, top[1] - high * 0.5),
            (top[0] + wide, top[1] + 1),
        ]
    )
    cap += f"Q{top[0]:.1f} {top[1] + wide * 0.16:.1f} {top[0] - wide:.1f} {top[1] + 1:.1f}Z"
    paint = hand.radial(
        top[0] + scene.lit_side * wide * 0.4,
        top[1] - high * 0.7,
        wide * 1.5,
        mix(lighten(color, 0.12), scene.light.glow, 0.2),
        lighten(color, -0.14),
        depth=depth,
    )
    hand.petal(cap, color, paint=paint, depth=depth)
    spots = ""
    for dx, dy, r in (
        (-0.5, 0.4, 0.12),
        (-0.12, 0.72, 0.13),
        (0.34, 0.55, 0.12),
        (0.02, 0.32, 0.09),
        (0.64, 0.22, 0.09),
        (-0.74, 0.14, 0.07),
        (0.3, 0.2, 0.06),
    ):
        spots += ellipse(
            (top[0] + dx * wide + rng.uniform(-3, 3), top[1] - dy * high),
            r * wide * (1 - 0.3 * abs(dx)),
            r * wide * 0.8,
        )
    hand.petal(spots, parse("#fff8e8"), depth=depth)


def ivy(scene: Scene, rng: Random, foot: Point, tall: float, color: Color, depth: float) -> None:
    """A vine that climbs, leaf after heart-shaped leaf."""
    spine = [(foot[0] + sin(i * 0.9 + foot[0]) * tall * 0.07, foot[1] - tall * i / 14) for i in range(15)]
    scene.hand.line(smooth(spine), scene.palette.bark, max(1.5, tall * 0.008), depth=depth)
    for i, at in enumerate(spine):
        for side in (-1, 1):
            size = tall * rng.uniform(0.06, 0.1) * (1.1 - 0.5 * i / 14)
            stem = polar(at, UP + side * 1.2, size * 0.5)
            scene.hand.petal(
                leaf(stem, UP + side * rng.uniform(1.2, 2.3), size, size * 0.85),
                lighten(color, rng.uniform(-0.14, 0.1)),
                depth=depth,
            )


_FORMS: dict[str, Callable[[Scene, Random, Point, float, Color, float], None]] = {
    "fern": fern,
    "bamboo": grasses.bamboo,
    "cactus": cactus,
    "mushroom": mushroom,
    "reeds": grasses.reeds,
    "wheat": grasses.wheat,
    "grass": grasses.grass,
    "ivy": ivy,
}
