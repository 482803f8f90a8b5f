"""Trees that lose their leaves: oaks, cherries, birches, willows."""

from math import pi
from random import Random

from ..color import lighten, mix, parse
from ..geometry import Point, arc_points, dab, leaf, limb, smooth
from ..scene import Scene
from .boughs import UP, Tones, bark, branches, crown, fallen, rounded, snow_tips


def broad(scene: Scene, rng: Random, foot: Point, tall: float, tones: Tones, depth: float) -> None:
    """Oak and its like: a stout trunk and a wide crown; bare in a snowy winter."""
    path, tips = branches(rng, foot, tall, spread=0.62, forks=3, lean=rng.uniform(-0.08, 0.08))
    bark(scene, path, foot, tall * 0.05, depth)
    if scene.snowy:
        snow_tips(scene, rng, tips, depth)
        return
    clumps = [((x, y), tall * rng.uniform(0.065, 0.12)) for (x, y), _ in tips]
    clumps += rounded(rng, tips, tall, 14)
    crown(scene, rng, clumps, tones, depth, mark=1.0)
    if scene.season == "autumn":
        fallen(scene, rng, foot, tall * 0.5, tones[2], depth)


def blossom(scene: Scene, rng: Random, foot: Point, tall: float, tones: Tones, depth: float) -> None:
    """A cherry in bloom: dark leaning boughs under clouds of petals."""
    lean = 0.28 * (1 if foot[0] < scene.width / 2 else -1)
    path, tips = branches(rng, foot, tall, spread=0.72, forks=3, lean=lean)
    bark(scene, path, foot, tall * 0.05, depth, mix(scene.palette.bark, parse("#3a2230"), 0.5))
    pink = tones[2]
    petals: Tones = (
        mix(lighten(pink, -0.15), parse("#a0567c"), 0.3),
        lighten(pink, -0.05),
        mix(pink, parse("#ffffff"), 0.25),
        mix(pink, parse("#ffffff"), 0.72),
    )
    clumps = [((x, y), tall * rng.uniform(0.05, 0.1)) for (x, y), _ in tips]
    clumps += rounded(rng, tips, tall, 9)
    clumps += [
        ((x + rng.gauss(0, tall * 0.05), y + rng.gauss(0, tall * 0.035)), tall * rng.uniform(0.025, 0.05))
        for (x, y), _ in tips
    ]
    crown(scene, rng, clumps, petals, depth, mark=1.1, dense=0.72)
    fallen(scene, rng, foot, tall * 0.55, petals[2], depth)


def birch(scene: Scene, rng: Random, foot: Point, tall: float, tones: Tones, depth: float) -> None:
    """A slender white trunk with dark bars and a thin fluttering crown."""
    spine = arc_points(foot, UP + rng.uniform(-0.06, 0.06), tall * 0.95, rng.uniform(-0.12, 0.12), 6)
    width = tall * 0.042
    hand = scene.hand
    twigs, clumps = "", []
    for i in range(13):
        t = 0.35 + 0.6 * i / 12
        x, y = spine[min(6, int(t * 6))]
        y = foot[1] - tall * 0.95 * t
        side = 1 if i % 2 else -1
        branch = arc_points(
            (x, y), UP + side * rng.uniform(0.5, 0.95), tall * (0.26 - 0.17 * t) * rng.uniform(0.8, 1.3), side * 0.7, 4
        )
        twigs += limb(branch, [width * 0.3, width * 0.24, width * 0.18, width * 0.12, 0.6])
        clumps += [(branch[-1], tall * rng.uniform(0.035, 0.065)), (branch[2], tall * rng.uniform(0.03, 0.05))]
    hand.dabs(twigs, parse("#5b5048"), tone=0.3, depth=depth)
    trunk = limb(spine, [width * (1 - 0.8 * i / 6) for i in range(7)])
    pale, gray = parse("#f7f3ea"), parse("#a9a6a8")
    sides = (pale, pale, gray) if scene.lit_side < 0 else (gray, pale, pale)
    hand.petal(
        trunk, pale, paint=hand.across(foot[0] - width / 2, 0, foot[0] + width / 2, 0, *sides, depth=depth), depth=depth
    )
    bars = ""
    for _ in range(26):
        t = rng.random()
        x, y = spine[int(t * 6)][0], foot[1] - tall * 0.95 * t
        side = rng.choice((-1, 1))
        bars += dab((x + side * width * 0.24 * (1 - t), y), width * 0.3 * (1 - 0.7 * t), rng.uniform(-0.15, 0.15), 0.12)
    hand.dabs(bars, parse("#2f2a2c"), tone=0.1, depth=depth)
    if not scene.snowy:
        clumps.append((spine[-1], tall * 0.05))
        crown(scene, rng, clumps, tones, depth, mark=0.95, dense=0.8)


def willow(scene: Scene, rng: Random, foot: Point, tall: float, tones: Tones, depth: float) -> None:
    """Arching boughs and curtains of leaves."""
    path, tips = branches(rng, foot, tall * 0.9, spread=0.7, forks=3)
    bark(scene, path, foot, tall * 0.05, depth)
    crown(
        scene,
        rng,
        [((x, y), tall * 0.085) for (x, y), _ in tips],
        (tones[0], tones[0], tones[1], tones[2]),
        depth,
        mark=0.9,
    )
    layers = ["", "", "", ""]
    lines = ""
    for (x, y), _ in tips:
        for _ in range(scene.count(4.4 if tall > 350 else 3)):
            start = (x + rng.gauss(0, tall * 0.06), y + rng.gauss(0, tall * 0.03))
            drop = min(tall * rng.uniform(0.22, 0.5), foot[1] - start[1] - tall * 0.04)
            sway = rng.uniform(-0.1, 0.1) + (start[0] - foot[0]) / tall * 0.25
            end = (start[0] + sway * drop, start[1] + drop)
            lines += smooth([start, (start[0] + sway * drop * 0.8, start[1] + drop * 0.4), end])
            tone = min(3, max(0, int(1.6 + (start[0] - foot[0]) / tall * scene.lit_side * 3 + rng.uniform(-0.9, 0.9))))
            for k in range(7):
                t = (k + 1) / 7
                at = (start[0] + sway * drop * min(1.0, t * 1.3), start[1] + drop * t)
                layers[tone] += leaf(at, pi / 2 + (1 if k % 2 else -1) * 0.45, tall * 0.044, tall * 0.011)
    scene.hand.line(lines, tones[0], 1.0, depth=depth, opacity=0.6)
    for strands, color, lit in zip(layers, tones, (0.25, 0.45, 0.6, 0.75), strict=True):
        scene.hand.dabs(strands, color, tone=lit, depth=depth)
