"""Plants that are neither flower nor tree: ferns, bamboo, cacti, mushrooms, reeds, grain, grass, ivy."""

from collections.abc import Callable
from itertools import pairwise
from math import atan2, cos, pi, sin
from random import Random

from ..brief import Subject
from ..color import Color, lighten, mix, parse
from ..geometry import Point, arc_points, blade, dab, ellipse, leaf, limb, polar, smooth
from ..scene import Scene

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


def bamboo(scene: Scene, rng: Random, foot: Point, tall: float, color: Color, depth: float) -> None:
    """One culm with its rings, and sprays of narrow leaves."""
    hand = scene.hand
    lean = rng.uniform(-0.05, 0.05)
    x, y = foot
    wide = tall * rng.uniform(0.018, 0.027)
    side = scene.lit_side
    joint = tall / rng.uniform(8, 11)
    spine = [(x + lean * joint * i, y - joint * i) for i in range(int(tall / joint) + 2)]
    hand.petal(limb(spine, [wide] * len(spine)), color, depth=depth)
    for share, thick, shade, tone in ((-0.34, 0.26, -0.16, 0.3), (0.26, 0.2, 0.1, 0.7)):
        strip = limb([(px + side * share * wide, py) for px, py in spine], [wide * thick] * len(spine))
        hand.dabs(strip, lighten(color, shade), tone=tone, depth=depth, opacity=0.8)
    pale = "".join(dab(point, wide * 0.62, lean, 0.13) for point in spine[1:])
    dark = "".join(dab((px, py + wide * 0.17), wide * 0.58, lean, 0.1) for px, py in spine[1:])
    hand.dabs(pale, lighten(color, 0.16), tone=0.7, depth=depth)
    hand.dabs(dark, lighten(color, -0.24), tone=0.2, depth=depth)
    for i, point in enumerate(spine[2:]):
        if rng.random() < 0.2 + 0.05 * i:
            bamboo_spray(scene, rng, point, rng.choice((-1, 1)), tall * rng.uniform(0.05, 0.085), color, depth)


def bamboo_spray(scene: Scene, rng: Random, at: Point, side: int, size: float, color: Color, depth: float) -> None:
    """A twig with leaves that hang like brush strokes."""
    twig = arc_points(at, UP + side * 0.9, size * 1.1, side * 0.9, 4)
    scene.hand.line(smooth(twig), color, max(0.8, size * 0.03), depth=depth)
    for shade, tone in ((-0.1, 0.25), (0.06, 0.5)):
        marks = ""
        for point in twig[1:]:
            for _ in range(3):
                marks += leaf(
                    point,
                    pi / 2 - side * rng.uniform(0.1, 1.3),
                    size * rng.uniform(0.55, 1.05),
                    size * 0.13,
                    rng.uniform(-0.1, 0.1),
                )
        scene.hand.dabs(marks, lighten(color, shade), tone=tone, depth=depth)


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


def reeds(scene: Scene, rng: Random, foot: Point, tall: float, color: Color, depth: float) -> None:
    """A clump of reeds, some with cattails."""
    for shade, tone in ((-0.14, 0.2), (-0.02, 0.4), (0.1, 0.6)):
        marks = "".join(
            blade(
                (foot[0] + rng.gauss(0, tall * 0.09), foot[1] + rng.uniform(-4, 6)),
                UP + rng.gauss(0, 0.13),
                tall * rng.uniform(0.5, 1.0),
                tall * 0.022,
                rng.uniform(-0.5, 0.5),
            )
            for _ in range(9)
        )
        scene.hand.dabs(marks, lighten(color, shade), tone=tone, depth=depth)
    for _ in range(3):
        x = foot[0] + rng.gauss(0, tall * 0.1)
        top = (x + rng.uniform(-0.06, 0.06) * tall, foot[1] - tall * rng.uniform(0.75, 1.02))
        scene.hand.line(f"M{x:.1f} {foot[1]:.1f}L{top[0]:.1f} {top[1]:.1f}", color, max(1.2, tall * 0.008), depth=depth)
        scene.hand.petal(
            limb([(top[0], top[1] + tall * 0.16), top], [tall * 0.03, tall * 0.027]), parse("#6b4226"), depth=depth
        )


def wheat(scene: Scene, rng: Random, foot: Point, tall: float, color: Color, depth: float) -> None:
    """One bowed ear with its beard."""
    spine = arc_points(foot, UP + rng.uniform(-0.08, 0.08), tall, rng.choice((-1, 1)) * rng.uniform(0.3, 0.7), 12)
    scene.hand.line(smooth(spine), lighten(color, -0.1), max(1.2, tall * 0.008), depth=depth)
    for side, shade in ((-1, -0.08), (1, 0.06)):
        grains, beard = "", ""
        for i in range(8, 13):
            aim = atan2(spine[i][1] - spine[i - 1][1], spine[i][0] - spine[i - 1][0])
            for half in (0.0, 0.5):
                at = polar(spine[i], aim, -half * tall / 12)
                grains += leaf(at, aim + side * 0.42, tall * 0.06, tall * 0.022)
                beard += leaf(at, aim + side * 0.26, tall * 0.17, tall * 0.0035)
        scene.hand.dabs(beard, lighten(color, 0.1), tone=0.6, depth=depth, opacity=0.75)
        scene.hand.dabs(grains, lighten(color, shade), tone=0.5, depth=depth)


def grass(scene: Scene, rng: Random, foot: Point, tall: float, color: Color, depth: float) -> None:
    """A tuft with feathery plumes."""
    for shade, tone in ((-0.16, 0.2), (-0.04, 0.4), (0.1, 0.62)):
        marks = "".join(
            blade(
                (foot[0] + rng.gauss(0, tall * 0.05), foot[1]),
                UP + rng.gauss(0, 0.3),
                tall * rng.uniform(0.4, 0.9),
                tall * 0.022,
                rng.uniform(-1, 1),
            )
            for _ in range(12)
        )
        scene.hand.dabs(marks, lighten(color, shade), tone=tone, depth=depth)
    for _ in range(4):
        spine = arc_points(foot, UP + rng.gauss(0, 0.14), tall * rng.uniform(0.85, 1.1), rng.uniform(-0.4, 0.4), 9)
        scene.hand.line(smooth(spine), color, 1.4, depth=depth)
        plume = "".join(
            dab((px + rng.gauss(0, tall * 0.012), py), tall * 0.028, UP + rng.uniform(-0.7, 0.7), 0.2)
            for px, py in spine[6:]
            for _ in range(9)
        )
        scene.hand.dabs(plume, parse("#ecd9b8"), tone=0.6, depth=depth, opacity=0.8)


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
    "bamboo": bamboo,
    "cactus": cactus,
    "mushroom": mushroom,
    "reeds": reeds,
    "wheat": wheat,
    "grass": grass,
    "ivy": ivy,
}
