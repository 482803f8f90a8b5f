"""Inside a wood: trunks that fade into light, undergrowth, shafts of sun."""

from math import pi
from random import Random

from ..brief import Subject
from ..color import lighten, mix, parse
from ..geometry import Point, dab, limb, ridge, scallop
from ..scene import Scene
from . import land, plants, trees


def hall(scene: Scene) -> None:
    """Rows of trunks, each nearer, darker and sparser, with mist between the rows."""
    rng, hand, light = scene.rng("hall"), scene.hand, scene.light
    backdrop(scene)
    hand.glow(light.x, scene.horizon * 0.62, 460, light.glow, 0.6 if light.gloom else 0.42)
    bark = mix(scene.palette.bark, scene.leaf(0.05), 0.35)
    for row, depth in enumerate((0.86, 0.66, 0.46, 0.26)):
        number = (15, 11, 7, 4)[row]
        base = scene.horizon + row * scene.height * 0.045
        for _ in range(number):
            x = rng.uniform(-30, scene.width + 30)
            if row > 1 and abs(x - scene.focus) < 110:
                continue
            wide = (9, 16, 27, 44)[row] * rng.uniform(0.7, 1.3)
            lean = rng.uniform(-30, 30)
            trunk = limb(
                [(x, base + 26), (x + lean * 0.3, base - scene.height * 0.3), (x + lean, -20)],
                [wide * 1.5, wide, wide * 0.72],
            )
            hand.mass(trunk, lighten(bark, -0.02), bark, depth=depth)
            if row > 1 and not hand.flat:
                strip = limb(
                    [(x + scene.lit_side * wide * 0.36, base), (x + lean + scene.lit_side * wide * 0.26, 0)],
                    [wide * 0.14, wide * 0.1],
                )
                hand.dabs(strip, light.rim(bark, 0.7), tone=0.7, depth=depth, opacity=0.4)
        _canopy(scene, rng, depth, row)
        _undergrowth(scene, rng, base + 22, depth, row)
        hand.veil(scene.horizon * 0.42, base + 60, light.haze, 0.3 + 0.18 * light.mist, peak=0.72)
        hand.document.cut()


def backdrop(scene: Scene) -> None:
    """Deep green air instead of a sky."""
    light = scene.light
    dark = mix(light.haze, light.on(scene.leaf(0.0)), 0.62)
    low = mix(light.haze, light.glow, 0.2)
    scene.hand.ground([(-20, -20), (scene.width + 20, -20)], scene.height + 20, dark, low, raw=True)


def _canopy(scene: Scene, rng: Random, depth: float, row: int) -> None:
    leaves = ""
    for _ in range(scene.count(16)):
        x, r = rng.uniform(-40, scene.width + 40), rng.uniform(40, 90)
        y = rng.uniform(-50, scene.height * 0.13) - abs(x - scene.focus) * -0.02
        leaves += scallop(rng, (x, y), r, r * 0.6, 11)
    scene.hand.dabs(leaves, scene.leaf(0.16), tone=0.5, depth=depth, opacity=0.85)


def _undergrowth(scene: Scene, rng: Random, base: float, depth: float, row: int) -> None:
    skyline = ridge(rng, scene.width, base + 14, 34 + row * 8, 0.45, 5)
    scene.hand.ground(skyline, scene.height + 20, scene.grass(0.36), scene.grass(0.1), depth=depth * 0.9)
    tufts = "".join(
        dab(
            (x + rng.uniform(-20, 20), y + rng.uniform(-6, 8)),
            rng.uniform(5, 12) * (0.5 + row * 0.25),
            rng.uniform(0, pi),
            0.4,
        )
        for x, y in skyline
        for _ in range(3)
    )
    scene.hand.dabs(tufts, scene.grass(0.42), tone=0.4, depth=depth * 0.85, opacity=0.7)


def stand(scene: Scene, subject: Subject) -> None:
    """A forest of one kind of tree, seen from a clearing."""
    rng = scene.rng("stand")
    conifers = subject.species.form in ("conifer", "column")
    base = scene.horizon
    for i, (depth, size) in enumerate(((0.86, 110), (0.68, 160), (0.5, 220))):
        land.treeline(scene, base + i * 12, size, depth, conifers=conifers, label=f"stand{i}")
        scene.hand.veil(base - size * 0.5, base + 40, scene.light.haze, 0.35 + 0.3 * scene.light.mist, peak=0.75)
    skyline = ridge(rng, scene.width, base + 46, 40, 0.34, 4)
    scene.hand.document.cut()
    land.meadow(scene, skyline, tone=0.55)
    scene.hand.document.cut()
    places: list[tuple[float, float, float]] = []
    for share, number in ((0.1, 6), (0.3, 5), (0.62, 3)):
        for k in range(number):
            x = scene.width * ((k + rng.uniform(0.1, 0.9)) / number)
            if abs(x - scene.light.x) < 130 and share > 0.2:
                continue
            places.append((x, base + 30 + (scene.height - base) * share * rng.uniform(0.85, 1.1), 210 + 420 * share))
    if subject.count:
        places = places[-subject.count :]
    standing = sorted(places, key=lambda place: place[1])
    trees.copse(
        scene,
        rng,
        subject,
        [((x, y), tall * rng.uniform(0.85, 1.15), max(0.0, 0.36 - (tall - 230) / 640)) for x, y, tall in standing],
    )


def grove(scene: Scene, subject: Subject) -> None:
    """Bamboo in ranks, pale behind and dark in front."""
    rng, light = scene.rng("grove"), scene.light
    backdrop(scene)
    scene.hand.glow(light.x, scene.horizon * 0.5, 520, light.glow, 0.4)
    for row, (depth, number, tall) in enumerate(
        ((0.86, 12, 900), (0.64, 9, 1050), (0.36, 6, 1250), (0.0, subject.count or 4, 1500))
    ):
        for k in range(number):
            x = scene.width * (k + rng.uniform(0.1, 0.9)) / number
            if row == 3 and subject.count is None and abs(x - scene.light.x) < 120:
                x = scene.width - x
            foot: Point = (x, scene.horizon + scene.height * (0.12 + 0.08 * row) + rng.uniform(0, 26))
            plants.plant(scene, rng, subject, foot, tall * scene.height / 1000 * rng.uniform(0.9, 1.1), depth)
        scene.hand.veil(
            scene.height * 0.42,
            scene.height * (0.95 + 0.05 * row),
            light.haze,
            (0.3 + 0.35 * light.mist) * (1 - row * 0.22),
            peak=0.7,
        )
        scene.hand.document.cut()
    ground = ridge(rng, scene.width, scene.height * 0.97, 50, 0.4, 5)
    scene.hand.ground(ground, scene.height + 20, scene.grass(0.25), scene.grass(0.0))
    stones = "".join(
        scallop(
            rng,
            (rng.uniform(0, scene.width), scene.height * rng.uniform(0.95, 1.0)),
            r := rng.uniform(20, 50),
            r * 0.5,
            8,
        )
        for _ in range(4)
    )
    scene.hand.dabs(stones, mix(scene.palette.rock, parse("#40503f"), 0.4), tone=0.4)
