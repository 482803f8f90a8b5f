"""The settings: for each kind of place, its background and what frames it."""

from collections.abc import Callable
from random import Random

from .color import mix
from .elements import built, city, creatures, deep, forest, framing, interiors, land, sky, space, water
from .geometry import Point, ridge
from .scene import Scene

# Where no weather comes, and nothing grows into the frame.
ENCLOSED = frozenset({"space", "deep", "table", "studio"})


def lay(scene: Scene) -> None:
    """Draw the sky and the ground of the scene's setting; a plate has neither."""
    if not scene.hand.has_scenery:
        scene.hand.sky(scene.light.sky[:4], scene.horizon)
        if scene.brief.setting == "space":
            space.bodies(scene)
        elif scene.brief.setting == "city" and not scene.brief.figures:
            city.skyline(scene)
        _built(scene)
        return
    within = _holds_subject(scene)
    with scene.hand.document.out_of_focus(0.0 if within else scene.hand.blur):
        _LAY[scene.brief.setting](scene)
    if scene.brief.setting not in ENCLOSED and not within:
        scene.hand.lamps(scene.horizon, scene.rng("lamps"))
    if scene.brief.setting not in ("pond", "river", "sea"):
        _built(scene)


def _holds_subject(scene: Scene) -> bool:
    """Whether the place is made of what the picture shows: a wood of birches, a grove of bamboo."""
    trees = [subject.species for subject in scene.brief.subjects if subject.species.family == "tree"]
    return scene.brief.setting == "grove" or (scene.brief.setting == "forest" and bool(trees))


def _built(scene: Scene) -> None:
    for index, extra in enumerate(scene.brief.built):
        built.put(scene, extra, index)


def skyline(scene: Scene) -> list[Point]:
    """Where the near ground begins."""
    rng = scene.rng("skyline")
    if scene.brief.setting == "hill":
        crest, tall = scene.focus, scene.height * 0.13
        return [
            (x, scene.horizon + 40 + tall * min(1.5, ((x - crest) / (scene.width * 0.62)) ** 2) - tall * 0.4)
            for x in range(-40, int(scene.width) + 90, 50)
        ]
    return ridge(rng, scene.width, scene.horizon + 34, 44, 0.34, 4)


def _open(scene: Scene) -> None:
    sky.paint(scene)
    if "mountain" in scene.brief.places:
        land.mountains(scene)
    else:
        land.hills(scene)
    if scene.rng("trees?").random() < 0.6 and "desert" not in scene.brief.places:
        land.treeline(scene, scene.horizon + 34, 46, 0.5, conifers=scene.rng("kind").random() < 0.4)
    scene.hand.document.cut()
    land.meadow(scene, skyline(scene))


def _mountain(scene: Scene) -> None:
    sky.paint(scene)
    land.mountains(scene)
    land.hills(scene, layers=2, tall=0.1)
    scene.hand.document.cut()
    land.treeline(scene, scene.horizon + 36, 54, 0.46, conifers=True)
    land.meadow(scene, skyline(scene))


def _desert(scene: Scene) -> None:
    sky.paint(scene)
    if "mountain" in scene.brief.places:
        land.mountains(scene, tall=0.3)
    land.desert(scene)


def _forest(scene: Scene) -> None:
    trees = [subject for subject in scene.brief.subjects if subject.species.family == "tree"]
    if trees:
        sky.paint(scene)
        land.hills(scene, layers=2)
        forest.stand(scene, trees[0])
    else:
        forest.hall(scene)


def _grove(scene: Scene) -> None:
    forest.grove(scene, scene.brief.subjects[0])


def _distance(scene: Scene) -> None:
    if "mountain" in scene.brief.places or scene.rng("far").random() < 0.3:
        land.mountains(scene, ashore=True)
    else:
        land.hills(scene, ashore=True)
    if "desert" not in scene.brief.places:
        conifers = (
            any(subject.species.form == "conifer" for subject in scene.brief.subjects)
            or scene.rng("kind").random() < 0.4
        )
        land.treeline(scene, scene.horizon, 62, 0.55, conifers=conifers, ashore=True)


def _pond(scene: Scene) -> None:
    sky.paint(scene)
    with scene.hand.document.symbol() as far:
        _distance(scene)
    scene.hand.document.place(far, "translate(0 0)")
    scene.hand.document.cut()
    water.surface(scene, scene.horizon, far)
    scene.hand.document.cut()
    _bank(scene)
    _built(scene)
    for extra in scene.brief.creatures:
        if extra.kind == "koi":
            creatures.release(scene, extra)
    if not {"sea"} & scene.brief.places:
        keep = 0.96
        number = 34 if any(subject.species.key == "lotus" for subject in scene.brief.subjects) else 12
        water.pads(scene, scene.rng("padding"), water.scattered_pads(scene, scene.horizon, number, keep))


def _bank(scene: Scene) -> None:
    rng = scene.rng("bank")
    line = [(x, scene.horizon + 3 + rng.uniform(-2, 2)) for x in range(-20, int(scene.width) + 60, 40)]
    under = [(x, y + rng.uniform(4, 10)) for x, y in reversed(line)]
    scene.hand.dabs(
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in [*line, *under]) + "Z", scene.leaf(0.06), tone=0.3, depth=0.42
    )


def _river(scene: Scene) -> None:
    sky.paint(scene)
    with scene.hand.document.symbol() as far:
        _distance(scene)
    scene.hand.document.place(far, "translate(0 0)")
    scene.hand.document.cut()
    water.surface(scene, scene.horizon, far)
    scene.hand.document.cut()
    if scene.brief.has_built("waterfall"):
        water.waterfall(scene, scene.width - scene.focus, scene.horizon * 0.32, scene.horizon + 40, 120)
    water.banks(scene, scene.horizon)
    _built(scene)
    for extra in scene.brief.creatures:
        if extra.kind == "koi":
            creatures.release(scene, extra)


def _sea(scene: Scene) -> None:
    sky.paint(scene)
    if "mountain" in scene.brief.places or "hill" in scene.brief.places or scene.rng("isle").random() < 0.5:
        land.hills(scene, layers=1, tall=0.1, ashore=True)
    scene.hand.document.cut()
    water.sea(scene, scene.horizon, None)
    scene.hand.document.cut()
    _built(scene)
    water.beach(scene, scene.height * 0.84)


_LAY: dict[str, Callable[[Scene], None]] = {
    "meadow": _open,
    "hill": _open,
    "field": _open,
    "garden": _open,
    "mountain": _mountain,
    "desert": _desert,
    "forest": _forest,
    "grove": _grove,
    "pond": _pond,
    "river": _river,
    "sea": _sea,
    "city": city.lay,
    "space": space.lay,
    "deep": deep.lay,
    "table": interiors.table,
    "studio": interiors.studio,
}


def frame(scene: Scene) -> None:
    """Close the picture with near things at its edges."""
    setting = scene.brief.setting
    if setting in ENCLOSED or setting == "city" or scene.brief.sparse:
        return
    rng = scene.rng("frame")
    framing.shade(scene)
    if setting in ("meadow", "hill", "field", "garden", "mountain", "river", "pond"):
        framing.grasses(
            scene, amount=(1.0 if setting != "pond" else 0.6) * (1.7 if "wild" in scene.brief.moods else 1.0)
        )
    if scene.light.air is not None:
        framing.fronds(scene)
    elif setting == "forest":
        framing.grasses(scene, tall=0.1)
    if setting in ("pond", "river", "garden") and scene.brief.subjects:
        _overhang(scene, rng)


def _overhang(scene: Scene, rng: Random) -> None:
    """Petals that drift from a tree in bloom, and now and then a bough that reaches in."""
    subject = scene.brief.subjects[0]
    petals = None
    if subject.species.form == "blossom":
        petals = mix(scene.bloom(subject, 0), scene.palette.paper, 0.35)
        framing.petals_afloat(scene, petals)
    # A bough in every picture would look like a stamp; beside a tree it would crowd the sky.
    if rng.random() < (0.3 if subject.species.family == "flower" else 0.45 if petals else 0.0):
        framing.bough(scene, 1 if scene.focus < scene.width / 2 else -1, petals=petals)
