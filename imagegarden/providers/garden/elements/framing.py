"""The dark near things that frame a picture and give it depth."""

from math import cos, pi
from random import Random

from ..color import Color, lighten, mix
from ..geometry import Point, arc_points, blade, dab, leaf, polar, smooth
from ..scene import Scene

UP = -pi / 2


def grasses(scene: Scene, *, amount: float = 1.0, tall: float = 0.16) -> None:
    """Blades and seed heads along the lower edge, denser in the corners."""
    rng = scene.rng("grasses")
    dark = mix(scene.leaf(0.0), scene.palette.bark, 0.12)
    for tone, shift, number in ((0.15, -0.05, 46), (0.3, 0.03, 40), (0.5, 0.11, 18)):
        marks = ""
        for _ in range(scene.count(number * amount * 1.3)):
            edge = rng.random() ** 1.7 * 0.52
            x = scene.width * (edge if rng.random() < 0.5 else 1 - edge)
            length = scene.height * tall * rng.uniform(0.35, 1.1) * (1.25 - edge * 1.5)
            marks += blade(
                (x, scene.height + 12), UP + rng.gauss(0, 0.24), length, length * 0.055 + 1.5, rng.uniform(-0.9, 0.9)
            )
        scene.hand.dabs(
            marks,
            lighten(dark, shift) if not scene.snowy else mix(lighten(dark, shift), scene.grass(0.5), 0.3),
            tone=tone,
        )


def bough(scene: Scene, side: int, color: Color | None = None, *, petals: Color | None = None) -> None:
    """A leafy or flowering bough that reaches in from an upper corner."""
    rng, hand = scene.rng(f"bough{side}"), scene.hand
    start: Point = (-20.0 if side < 0 else scene.width + 20, scene.height * rng.uniform(0.0, 0.1))
    aim = (0.2 if side < 0 else pi - 0.2) + rng.uniform(-0.1, 0.1)
    spine = arc_points(start, aim, scene.width * rng.uniform(0.34, 0.46), -side * 0.35, 10)
    dark, twigs = lighten(scene.palette.bark, -0.06), ""
    tones: list[str] = ["", "", ""]
    for i, at in enumerate(spine[1:], 1):
        for _ in range(2):
            turn = aim - side * rng.uniform(-0.9, 1.3)
            twig = arc_points(
                at, turn, scene.width * 0.09 * (1.1 - i / 16) * rng.uniform(0.6, 1.2), rng.uniform(-0.7, 0.7), 4
            )
            twigs += smooth(twig)
            for point in twig[1:]:
                for k in range(2):
                    size = scene.width * rng.uniform(0.02, 0.036)
                    tones[rng.randrange(3)] += leaf(
                        point,
                        turn + (1 if k else -1) * rng.uniform(0.3, 1.2),
                        size,
                        size * (0.42 if petals is None else 0.8),
                    )
    hand.line(smooth(spine), dark, 6.5)
    hand.line(twigs, dark, 2.2)
    base = color or scene.leaf(0.16)
    for path, shift, tone in zip(tones, (-0.08, 0.0, 0.1), (0.15, 0.3, 0.5), strict=True):
        shade = lighten(petals, shift) if petals is not None else lighten(base, shift)
        hand.dabs(path, shade, tone=tone)


def fronds(scene: Scene) -> None:
    """Broad dark leaves in the lower corners, for woods and jungles."""
    rng = scene.rng("fronds")
    for side in (-1, 1):
        corner: Point = (0.0 if side < 0 else scene.width, scene.height + 20)
        for shade, tone in ((-0.04, 0.15), (0.05, 0.3)):
            marks, ribs = "", ""
            for _ in range(5):
                aim = UP - side * rng.uniform(-0.1, 1.1)
                length = scene.height * rng.uniform(0.16, 0.3)
                at = (corner[0] + rng.uniform(-30, 60) * -side, corner[1])
                bend = -side * rng.uniform(0.0, 0.25)
                marks += leaf(at, aim, length, length * 0.3, bend)
                ribs += smooth([at, polar(at, aim + bend * 0.5, length * 0.9)])
            scene.hand.dabs(marks, lighten(scene.leaf(0.05), shade), tone=tone)
            scene.hand.line(ribs, scene.leaf(0.35), 1.2, opacity=0.4)


def pebbles(scene: Scene, color: Color) -> None:
    """Stones along the near edge."""
    rng = scene.rng("pebbles")
    for tone, shift in ((0.2, -0.14), (0.5, 0.0)):
        marks = "".join(
            dab(
                (scene.width * (0.5 + 0.55 * cos(rng.uniform(0, pi))), scene.height - rng.uniform(0, 40)),
                rng.uniform(5, 20),
                rng.uniform(-0.2, 0.2),
                0.42,
            )
            for _ in range(16)
        )
        scene.hand.dabs(marks, lighten(color, shift), tone=tone)


def shade(scene: Scene, rng: Random | None = None) -> None:
    """A soft shadow along the lower edge that lets the subject stand out."""
    scene.hand.veil(scene.height * 0.8, scene.height * 1.2, lighten(scene.light.on(scene.leaf(0.0)), -0.08), 0.45)


def petals_afloat(scene: Scene, color: Color) -> None:
    """Fallen petals on the water and in the air."""
    rng = scene.rng("afloat")
    deep = scene.height - scene.horizon
    marks = ""
    for _ in range(scene.count(110)):
        share = rng.random()
        marks += dab(
            (rng.uniform(0, scene.width), scene.horizon + deep * share), 2 + 5 * share, rng.uniform(-0.4, 0.4), 0.28
        )
    scene.hand.dabs(marks, color, tone=0.6, opacity=0.85)
