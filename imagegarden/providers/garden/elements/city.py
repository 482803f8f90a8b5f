"""A city by the water: rows of houses, windows that are lit after dark, their image in the river."""

from random import Random

from ..color import lighten, mix, parse, to_hex
from ..geometry import Point, polygon
from ..scene import Scene
from . import sky, water

# From where on the near bank lies.
STREET = 0.82


def lay(scene: Scene) -> None:
    """Sky, skyline, river."""
    sky.paint(scene)
    if scene.light.is_dark:
        # The lamps of the streets shine up into the air.
        for share, strength in ((0.62, 0.5), (0.3, 0.42)):
            warm = scene.palette.grade(parse("#f0a860"))
            scene.hand.glow(scene.focus, scene.horizon, scene.width * share, warm, strength)
    with scene.hand.document.symbol() as far:
        skyline(scene)
    scene.hand.document.place(far, "translate(0 0)")
    scene.hand.document.cut()
    water.surface(scene, scene.horizon, far)
    scene.hand.document.cut()
    _quay(scene)
    if scene.brief.figures or scene.brief.subjects:
        _street(scene)


def skyline(scene: Scene) -> None:
    """Three rows of houses, the far ones pale."""
    for row, (depth, tall, number) in enumerate(((0.74, 0.5, 11), (0.44, 0.44, 9), (0.1, 0.24, 11))):
        _row(scene, scene.rng(f"row{row}"), depth, tall, number)


def _row(scene: Scene, rng: Random, depth: float, tall: float, number: int) -> None:
    color = mix(scene.palette.rock, scene.palette.bark, 0.35)
    windows, step = "", scene.width / number
    base = scene.horizon + 2
    for i in range(number):
        x, wide = step * (i + rng.uniform(-0.15, 0.15)), step * rng.uniform(0.72, 1.02)
        # The tallest stand together, on a third: a skyline needs one summit.
        near = max(0.0, 1 - abs(x + wide / 2 - scene.focus) / (scene.width * 0.5))
        high = scene.horizon * tall * (0.35 + 0.5 * rng.random() + 0.8 * near**2)
        scene.hand.mass(_house(rng, x, base, wide, high), lighten(color, rng.uniform(-0.05, 0.05)), depth=depth)
        windows += _windows(scene, rng, (x, base), wide, high)
    lit = scene.light.time in ("night", "dusk", "sunset", "storm")
    pane = scene.palette.grade(parse("#ffd27a")) if lit else lighten(color, 0.16)
    if lit:
        scene.hand.document.add("path", d=windows, fill=to_hex(pane), fill_opacity=0.95 - depth * 0.6)
    else:
        scene.hand.dabs(windows, pane, tone=0.5, depth=depth, opacity=0.5)


def _house(rng: Random, x: float, base: float, wide: float, high: float) -> str:
    top = base - high
    shape = rng.random()
    if shape < 0.2:
        roof: list[Point] = [(x, top), (x + wide / 2, top - wide * 0.55), (x + wide, top)]
    elif shape < 0.4:
        roof = [
            (x, top),
            (x + wide * 0.2, top),
            (x + wide * 0.2, top - wide * 0.3),
            (x + wide * 0.47, top - wide * 0.3),
            (x + wide * 0.5, top - wide * 0.9),
            (x + wide * 0.53, top - wide * 0.3),
            (x + wide * 0.8, top - wide * 0.3),
            (x + wide * 0.8, top),
            (x + wide, top),
        ]
    else:
        roof = [(x, top), (x + wide, top)]
    return polygon([(x, base), *roof, (x + wide, base)])


def _windows(scene: Scene, rng: Random, foot: Point, wide: float, high: float) -> str:
    lit = 0.5 if scene.light.is_dark else 0.75
    columns, rows = max(2, int(wide / 15)), max(2, int(high / 19))
    marks = ""
    for column in range(columns):
        for row in range(1, rows):
            if rng.random() < lit:
                x = foot[0] + wide * (column + 0.5) / columns
                y = foot[1] - high * row / rows
                marks += f"M{x - 2.6:.1f} {y - 4:.1f}h5.2v7h-5.2z"
    return marks


def _street(scene: Scene) -> None:
    """The near bank, for whoever stands before the city."""
    level = scene.height * STREET
    stone = mix(scene.palette.rock, scene.palette.sand, 0.4)
    edge = [(-20.0, level), (scene.width + 20, level)]
    scene.hand.ground(edge, scene.height + 20, lighten(stone, 0.02), lighten(stone, -0.16), soft=False)
    scene.hand.document.cut()


def _quay(scene: Scene) -> None:
    line = [(-10.0, scene.horizon - 3), (scene.width + 10, scene.horizon - 3)]
    under = [(scene.width + 10, scene.horizon + 7), (-10.0, scene.horizon + 7)]
    scene.hand.dabs(polygon([*line, *under]), lighten(scene.palette.rock, -0.2), tone=0.2, depth=0.1)
