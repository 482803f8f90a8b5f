"""Grasses great and small: bamboo, reeds, grain, tufts."""

from math import atan2, pi
from random import Random

from ..color import Color, lighten, parse
from ..geometry import Point, arc_points, blade, dab, leaf, limb, polar, smooth
from ..scene import Scene

UP = -pi / 2


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
