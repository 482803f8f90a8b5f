"""Grounds for what stands in no landscape: a table before a wall, a quiet wall for a portrait."""

from math import pi

from ..color import Color, lighten, mix, saturate
from ..geometry import dab, ellipse, leaf, polygon
from ..scene import Scene

_TABLE = 0.7


def _wall(scene: Scene) -> tuple[Color, Color]:
    """A color that stays behind: muted, and darker toward the floor."""
    palette = scene.palette
    hues = (
        mix(palette.water, palette.leaves[1], 0.35),
        mix(palette.rock, palette.water, 0.3),
        mix(palette.leaves[2], palette.rock, 0.4),
        mix(palette.sand, palette.blossoms[1], 0.25),
        mix(palette.blossoms[3], palette.rock, 0.6),
    )
    base = saturate(hues[scene.brief.chance % len(hues)], 0.6)
    lift = 0.06 if not scene.light.is_dark else -0.14
    return scene.light.on(lighten(base, lift)), scene.light.on(lighten(base, lift - 0.16))


def table(scene: Scene) -> None:
    """A wall with the light of a window on it, and a table's top."""
    hand, width, height = scene.hand, scene.width, scene.height
    high, low = _wall(scene)
    hand.ground([(-20, -20), (width + 20, -20)], height + 20, high, low, raw=True)
    _window_light(scene, high)
    hand.document.cut()
    level = height * _TABLE
    wood = mix(scene.palette.sand, scene.palette.bark, 0.42)
    hand.ground([(-20, level), (width + 20, level)], height + 20, lighten(wood, 0.06), lighten(wood, -0.14), soft=False)
    rng = scene.rng("grain")
    grain = "".join(
        dab((rng.uniform(0, width), level + (height - level) * rng.random() ** 0.8 + 4), rng.uniform(60, 220), 0, 0.008)
        for _ in range(scene.count(40))
    )
    hand.dabs(grain, lighten(wood, -0.16), tone=0.4, opacity=0.3)
    hand.document.cut()


def _window_light(scene: Scene, wall: Color) -> None:
    hand, width, height = scene.hand, scene.width, scene.height
    x = width * (0.64 if scene.focus < width / 2 else 0.36)
    glow = scene.light.glow
    hand.glow(x, height * 0.34, width * 0.5, glow, 0.34)
    lit = mix(wall, glow, 0.32)
    side, pane, lean = 1 if x < width / 2 else -1, width * 0.11, height * 0.06
    for column in (-1, 0):
        for row in (0, 1):
            left = x + column * pane * 1.12
            top = height * (0.16 + 0.2 * row) + side * column * lean * 0.5
            panes = [
                (left, top),
                (left + pane, top + side * lean * 0.5),
                (left + pane, top + height * 0.18 + side * lean * 0.5),
                (left, top + height * 0.18),
            ]
            hand.dabs(polygon(panes), lit, tone=0.5, opacity=0.5)


def studio(scene: Scene) -> None:
    """A wall, a pale round behind the head, and leaves at both sides."""
    hand, width, height = scene.hand, scene.width, scene.height
    high, low = _wall(scene)
    hand.ground([(-20, -20), (width + 20, -20)], height + 20, lighten(high, 0.06), low, raw=True)
    hand.document.cut()
    x = width * (0.47 if scene.focus < width / 2 else 0.53)
    radius = min(width, height) * 0.36
    hand.glow(x, height * 0.42, radius * 1.7, scene.light.glow, 0.35)
    hand.mass(ellipse((x, height * 0.42), radius, radius), mix(high, scene.light.glow, 0.55), depth=0.2, raw=True)
    hand.document.cut()
    rng = scene.rng("leaves")
    for side in (-1, 1):
        for row, tone in ((0, 0.2), (1, 0.42)):
            for i in range(6):
                foot = (width / 2 + side * width * (0.56 - 0.05 * row), height * (1.04 - 0.09 * i))
                aim = -pi / 2 - side * rng.uniform(-0.2, 1.15)
                size = min(width, height) * rng.uniform(0.2, 0.34)
                hand.petal(leaf(foot, aim, size, size * 0.34, rng.uniform(-0.1, 0.1)), scene.leaf(tone), depth=0.1)
    hand.document.cut()
