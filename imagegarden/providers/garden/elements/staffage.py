"""Setting figures into a scene: on the ground, on the water, in the air, on a table, each on a line of thirds."""

from random import Random

from ..brief import Extra
from ..color import Color, lighten, mix, parse
from ..geometry import Point, blob, dab
from ..scene import Scene
from . import city, flowers
from .figures import FIGURES, Figure, Stroke, path

# How far below the horizon a figure stands, as a share of the ground that there is.
_NEAR = {"land": 0.46, "snow": 0.46, "shore": 0.3, "sand": 0.22, "water": 0.4}
_MOST = 5
# What lights everything around it.
_FLAMES = frozenset({"campfire", "candle", "oil-lamp", "cake", "lighthouse"})


def place(scene: Scene) -> None:
    """Set every figure that the prompt names: the first is the subject, the others keep it company."""
    for index, extra in enumerate(scene.brief.figures):
        figure = FIGURES[extra.kind]
        number = min(_MOST, extra.count or (3 if extra.many else 1))
        for i in reversed(range(number)):
            share = (1.0 if index == 0 else 0.62) * (1.0 if i == 0 else 0.74 - 0.05 * i) * scene.brief.scale
            tall = _tall(scene, figure) * share
            _set(scene, extra, figure, _spot(scene, figure, index, i, tall), tall)


def _tall(scene: Scene, figure: Figure) -> float:
    """As tall as it may be, and no wider than the picture allows."""
    # What stands on a table is seen from near.
    tall = figure.tall * (1.22 if scene.brief.setting == "table" else 1.0)
    if not scene.hand.has_scenery and figure.home != "bust":
        tall = max(0.5, min(0.66, tall * 1.5))
    unit = min(scene.height * tall / figure.height, scene.width * 0.36 / figure.half_width)
    return unit * figure.height


def center(scene: Scene) -> float:
    """Where the first figure stands: on a third; a bust and a plate stand near the middle."""
    if scene.brief.setting == "studio" or not scene.hand.has_scenery:
        return scene.width * (0.47 if scene.focus < scene.width / 2 else 0.53)
    if scene.brief.setting == "river":
        # On the bank, and not in the stream.
        return scene.width * (0.27 if scene.focus < scene.width / 2 else 0.73)
    return scene.width - scene.focus if scene.brief.subjects else scene.focus


def _spot(scene: Scene, figure: Figure, index: int, i: int, tall: float) -> Point:
    x = center(scene)
    toward = 1 if x < scene.width / 2 else -1
    half = figure.half_width * tall / figure.height
    # Company stands on the other side, and those behind a little higher.
    x += toward * (scene.width * 0.4 * min(1, index) + i * max(half * 1.5, scene.width * 0.13) * (1 if i < 3 else 0.9))
    # Nothing that matters is cut off; where it is too wide for that, it stands in the middle.
    room = min(scene.width / 2, half * (0.7 if i else 1.06) + scene.hand.margin)
    x = min(scene.width - room, max(room, x))
    return x, _level(scene, figure, tall) - (index * 0.02 + i * 0.018) * scene.height


def _level(scene: Scene, figure: Figure, tall: float) -> float:
    height, setting = scene.height, scene.brief.setting
    if not scene.hand.has_scenery:
        return height * 0.5 + tall * 0.5 if figure.home != "bust" else height - 43
    if figure.home == "bust":
        return height + 4
    if setting == "studio":
        return height * 0.92
    if setting == "table":
        return height * 0.83
    if figure.home in ("air", "sky") and setting not in ("space",):
        return height * 0.36 + tall * 0.5
    if setting == "deep" and figure.home == "bed":
        return height * 0.88
    if setting in ("space", "deep"):
        return height * 0.48 + tall * 0.5
    if setting == "sea" and figure.home == "shore":
        return height * (0.8 if figure.key == "lighthouse" else 0.74)
    if setting == "sea" and figure.home == "land":
        return height * 0.93
    if setting == "city" and figure.home not in ("air", "sky", "water"):
        return height * (city.STREET + 0.07)
    near = 0.2 if setting == "sea" else _NEAR.get(figure.home, 0.5)
    return scene.horizon + 30 + (height - scene.horizon - 30) * near


def _set(scene: Scene, extra: Extra, figure: Figure, at: Point, tall: float) -> None:
    scale = tall / figure.height
    facing = 1 if at[0] < scene.width / 2 else -1
    rng = scene.rng(f"{figure.key}{at[0]:.0f}")
    color = extra.colors[0] if extra.colors else parse(figure.color)
    on_ground = figure.home in ("land", "shore", "sand", "snow") and scene.brief.setting not in (
        "space",
        "deep",
        "studio",
    )
    if on_ground and scene.brief.setting == "pond" and scene.hand.has_scenery:
        _islet(scene, at, figure.half_width * scale, rng)
    if on_ground or scene.brief.setting == "table":
        _shade(scene, figure, at, scale, rng)
    if figure.home == "water" and scene.hand.has_scenery:
        _mirror(scene, figure, at, scale, facing, color)
    with scene.hand.document.group(class_=f"built {figure.key}"):
        draw(scene, figure, at, scale, facing, color)
    _lights(scene, figure, at, scale, facing)
    if on_ground and figure.home == "land" and scene.hand.has_scenery:
        _root(scene, at, figure.half_width * scale, rng)


def _islet(scene: Scene, at: Point, reach: float, rng: Random) -> None:
    """Land in the water, for what cannot swim, and its dark image below."""
    x, y = at
    wide = reach * 1.3 + 30
    scene.hand.dabs(blob(rng, (x, y + 34), wide * 1.02, 26, 11, 0.06), scene.leaf(0.05), tone=0.3, opacity=0.45)
    scene.hand.mass(blob(rng, (x, y + 12), wide, 26, 12, 0.07), scene.grass(0.6), scene.grass(0.2), depth=0.05)


def _root(scene: Scene, at: Point, reach: float, rng: Random) -> None:
    """Grass about its feet, so that it stands in the meadow and not before it."""
    if scene.snowy or scene.brief.setting in ("desert", "sea", "city"):
        return
    for _ in range(5):
        foot = (at[0] + rng.uniform(-0.9, 0.9) * reach, at[1] + rng.uniform(6, 16))
        flowers.tuft(scene, rng, foot, 34)


def draw(scene: Scene, figure: Figure, at: Point, scale: float, facing: int, color: Color) -> None:
    """Draw a figure with its foot at a point, lit from the side where the light is."""
    hand = scene.hand
    reach = figure.half_width * scale * scene.lit_side
    for stroke in figure.strokes:
        shape = path(stroke, at, scale, facing)
        if stroke.kind == "w":
            hand.line(shape, tint(scene, stroke, color), max(0.9, stroke.width * scale))
            continue
        if _shines(scene, stroke):
            hand.mass(shape, scene.palette.grade(parse("#ffd980")), raw=True)
            continue
        base = tint(scene, stroke, color)
        paint = hand.across(
            at[0] + reach, 0, at[0] - reach, 0, lighten(base, 0.09), base, lighten(base, -0.17), depth=0.03
        )
        hand.petal(shape, base, paint=paint, depth=0.03)


def tint(scene: Scene, stroke: Stroke, color: Color) -> Color:
    """The color of a part."""
    if stroke.color.startswith("#"):
        return parse(stroke.color)
    if stroke.color == "rock":
        return lighten(scene.palette.rock, -0.1)
    if stroke.color in ("lit", "fire"):
        return parse("#7f98a6") if stroke.color == "lit" else parse("#ffd980")
    return lighten(color, {"a-": -0.11, "a+": 0.09}.get(stroke.color, 0.0))


def _shines(scene: Scene, stroke: Stroke) -> bool:
    return stroke.color == "fire" or (
        stroke.color == "lit" and scene.light.time in ("night", "dusk", "sunset", "storm")
    )


def _lights(scene: Scene, figure: Figure, at: Point, scale: float, facing: int) -> None:
    """What shines lights the air around it."""
    warm = scene.palette.grade(parse("#ffcf7a"))
    shining = [stroke for stroke in figure.strokes if _shines(scene, stroke)]
    for stroke in shining[:4]:
        x = sum(px for px, _ in stroke.points[:1]) * scale * facing + at[0]
        y = at[1] - sum(py for _, py in stroke.points) / len(stroke.points) * scale
        strong = figure.key in _FLAMES
        scene.hand.glow(x, y, (70 if strong else 26) * max(0.6, scale), warm, 0.5 if strong else 0.35)


def _shade(scene: Scene, figure: Figure, at: Point, scale: float, rng: Random) -> None:
    """The shadow at its foot, drawn out away from the light."""
    reach = figure.half_width * scale
    color = mix(scene.palette.bark, scene.leaf(0.0), 0.5)
    marks = "".join(
        dab(
            (at[0] - scene.lit_side * reach * rng.uniform(-0.5, 0.9), at[1] + rng.uniform(-3, 9)),
            reach * rng.uniform(0.2, 0.5),
            0,
            0.07,
        )
        for _ in range(16)
    )
    scene.hand.dabs(marks, color, tone=0.5, opacity=0.3)


def _mirror(scene: Scene, figure: Figure, at: Point, scale: float, facing: int, color: Color) -> None:
    """Its broken likeness in the water."""
    hand = scene.hand
    with hand.document.symbol() as name:
        for stroke in figure.strokes:
            if stroke.kind != "w":
                hand.dabs(path(stroke, at, scale, facing), tint(scene, stroke, color), tone=0.5, depth=0.15)
    hand.document.place(name, f"translate(0 {at[1] * 1.72:.1f}) scale(1 -0.72)", opacity=0.26)
    rng = scene.rng(f"rings{at[0]:.0f}")
    reach = figure.half_width * scale
    rings = "".join(
        dab(
            (at[0] + rng.gauss(0, reach * 0.5), at[1] + rng.uniform(0, reach * 0.7)),
            reach * rng.uniform(0.2, 0.7),
            0,
            0.03,
        )
        for _ in range(12)
    )
    hand.dabs(rings, mix(scene.palette.water, scene.light.glow, 0.6), tone=0.6, opacity=0.5)
