"""Under the sea: light from above, a sandy bed, corals and kelp, bubbles."""

from math import pi
from random import Random

from ..color import lighten, mix, parse
from ..geometry import arc_points, dab, ellipse, limb, polygon, ridge
from ..scene import Scene


def lay(scene: Scene) -> None:
    """Water from edge to edge, and the ground of the sea."""
    hand, palette, height, width = scene.hand, scene.palette, scene.height, scene.width
    light = mix(palette.water, scene.light.glow, 0.42)
    dark = mix(lighten(palette.water, -0.26), palette.leaves[0], 0.3)
    top, low = (light, dark) if not scene.light.is_dark else (lighten(palette.water, -0.12), lighten(dark, -0.12))
    hand.ground([(-20, -20), (width + 20, -20)], height + 20, top, low, raw=True)
    hand.glow(scene.light.x, -40, height * 0.7, scene.light.glow, 0.5)
    _rays(scene)
    hand.document.cut()
    for row, (share, depth) in enumerate(((0.8, 0.6), (0.88, 0.3), (0.95, 0.0))):
        rng = scene.rng(f"bed{row}")
        bed = ridge(rng, width, height * share, height * 0.05, 0.42, 4)
        sand = mix(mix(palette.sand, palette.water, 0.62), low, 0.35 + 0.5 * depth * 0.8)
        if row:
            _growth(scene, rng, height * share, depth)
        hand.ground(bed, height + 20, lighten(sand, 0.02), lighten(sand, -0.16), raw=True)
    hand.document.cut()
    _bubbles(scene)


def _rays(scene: Scene) -> None:
    rng = scene.rng("rays")
    for _ in range(6):
        x, wide = scene.light.x + rng.gauss(0, scene.width * 0.2), rng.uniform(20, 60)
        drift = (scene.width / 2 - scene.light.x) * rng.uniform(0.3, 0.8)
        reach = scene.height * rng.uniform(0.5, 0.78)
        ray = polygon([(x, -10), (x + wide, -10), (x + wide * 2.6 + drift, reach), (x + drift, reach)])
        scene.hand.dabs(ray, scene.light.glow, tone=0.9, opacity=0.08)


def _growth(scene: Scene, rng: Random, level: float, depth: float) -> None:
    """Kelp and corals, more toward the edges: the middle is for whoever swims there."""
    hand = scene.hand
    for i in range(12):
        edge = rng.random() ** 1.4 * 0.44
        x = scene.width * (edge if i % 2 else 1 - edge)
        tall = scene.height * rng.uniform(0.1, 0.32) * (1.1 - edge * 1.5) * (1 - depth * 0.5)
        foot = (x, level + scene.height * 0.06)
        if rng.random() < 0.55:
            spine = arc_points(foot, -pi / 2 + rng.uniform(-0.15, 0.15), tall, rng.uniform(-0.7, 0.7), 7)
            hand.petal(
                limb(spine, [12, 15, 13, 15, 12, 10, 7, 2]), scene.leaf(rng.uniform(0.15, 0.5)), depth=depth * 0.6
            )
        else:
            color = scene.palette.blossoms[rng.randrange(6)]
            for turn in (-0.7, -0.25, 0.2, 0.65):
                branch = arc_points(foot, -pi / 2 + turn, tall * rng.uniform(0.4, 0.7), -turn * 0.5, 4)
                hand.petal(limb(branch, [15, 13, 12, 11, 8]), lighten(color, turn * 0.06), depth=depth * 0.6)
                hand.petal(ellipse(branch[-1], 6.5, 6.5), lighten(color, 0.06), depth=depth * 0.6)


def _bubbles(scene: Scene) -> None:
    rng = scene.rng("bubbles")
    x = scene.width - scene.focus
    marks = "".join(
        ellipse((x + rng.gauss(0, 46), scene.height * rng.uniform(0.12, 0.84)), r := rng.uniform(2, 8), r)
        for _ in range(22)
    )
    scene.hand.dabs(marks, mix(scene.light.glow, parse("#ffffff"), 0.4), tone=0.7, opacity=0.42)
    shoal = ""
    for _ in range(14):
        at = (scene.width - scene.focus + rng.gauss(0, 90), scene.height * 0.26 + rng.gauss(0, 40))
        shoal += dab(at, rng.uniform(8, 14), 0, 0.22) + dab((at[0] - 12, at[1]), 5, pi / 2, 0.5)
    scene.hand.dabs(shoal, lighten(scene.palette.water, -0.2), tone=0.3, depth=0.3, opacity=0.6)
