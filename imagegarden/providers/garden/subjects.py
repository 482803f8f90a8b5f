"""Where the plants a prompt names stand: heroes by number, drifts by the hundred."""

from random import Random

from .brief import Subject
from .color import lighten, mix, parse
from .elements import flowers, plants, trees, water
from .geometry import blade, blob, dab, height_at, ridge, smooth
from .scene import Scene
from .settings import skyline
from .species import SPECIES


def plant(scene: Scene) -> None:
    """Set every subject in its place, far ones first."""
    named = scene.brief.subjects
    _drifts(scene, [subject for subject in named if subject.species.family == "flower"])
    for family, draw in (("tree", _trees), ("plant", _plants), ("flower", _flowers)):
        chosen = [subject for subject in named if subject.species.family == family]
        for index, subject in enumerate(chosen):
            draw(scene, subject, index, len(chosen))


def _drifts(scene: Scene, named: list[Subject]) -> None:
    """A carpet of small flowers where a prompt speaks of many without a number."""
    if not scene.hand.has_scenery or scene.brief.sparse:
        return
    many = tuple(
        subject
        for subject in named
        if subject.many and subject.count is None and subject.species.form not in ("lotus", "orchid")
    )
    setting = scene.brief.setting
    if many and setting in ("meadow", "field", "hill", "garden", "mountain", "river", "forest"):
        number = {"field": 620, "meadow": 420, "forest": 120}.get(setting, 280)
        if setting == "river":
            number = 60
        flowers.drift(scene, many, max(scene.horizon + 40, skyline(scene)[0][1] if setting == "hill" else 0), number)
    elif setting in ("meadow", "garden") and not scene.snowy:
        _wild(scene)


def _wild(scene: Scene) -> None:
    rng = scene.rng("wild")
    few = tuple(Subject(SPECIES[key]) for key in rng.sample(["daisy", "cosmos", "poppy", "cornflower"], 2))
    flowers.drift(scene, few, scene.horizon + 60, 70, label="few")


def _ground(scene: Scene, x: float, share: float) -> float:
    """The height of the ground at x, a share of the way from the skyline to the lower edge."""
    setting = scene.brief.setting
    top = (
        height_at(skyline(scene), x)
        if setting in ("hill", "meadow", "field", "garden", "mountain")
        else scene.horizon + 30
    )
    return top + (scene.height - top) * share


def _within(scene: Scene, x: float) -> float:
    left, right = scene.free
    return left + x * (right - left) / scene.width


def _trees(scene: Scene, subject: Subject, index: int, total: int) -> None:
    rng = scene.rng(f"tree{index}")
    setting = scene.brief.setting
    if setting == "forest" and index == 0 and scene.hand.has_scenery:
        return
    number = min(12, subject.count or (5 if subject.many else 1))
    reach = scene.width * 0.74
    places = []
    for i in range(number):
        if number == 1:
            x, share, tall = scene.focus + (scene.width / 2 - scene.focus) * 0.3, 0.42, scene.height * 0.68
            if index:
                x = scene.width - scene.focus
        else:
            x = scene.width / 2 + ((i + 0.5) / number - 0.5) * reach * 1.15 + rng.uniform(-25, 25)
            share = rng.uniform(0.1, 0.5)
            tall = scene.height * (0.3 + 0.42 * share) * (1.15 if number < 4 else 1.0)
        if setting == "sea":
            x, share = (scene.width * (0.22 if scene.focus < scene.width / 2 else 0.78) if number == 1 else x), 0.78
            tall = scene.height * (0.76 if number == 1 else 0.58)
        elif setting in ("pond", "river"):
            x = scene.width * (0.24 if scene.focus < scene.width / 2 else 0.76) if number == 1 else x
            share = 0.36 if number == 1 else share * 0.4
            tall = min(tall * 1.1, scene.height * 0.68)
        if number == 1 and not scene.hand.has_scenery:
            x, share, tall = scene.focus, 0.72, min(scene.height * 0.78, scene.width * 0.86)
        x = _within(scene, x)
        places.append((x, _ground(scene, x, share), tall * rng.uniform(0.92, 1.06)))
    places.sort(key=lambda place: place[1])
    for x, y, tall in places:
        if setting == "pond" and scene.hand.has_scenery:
            _islet(scene, x, y, tall)
        _shadow(scene, x, y, tall)
    if number == 1 and setting == "river" and scene.hand.has_scenery:
        _far_bank(scene, subject)
    trees.copse(
        scene,
        rng,
        subject,
        [((x, y), tall, 0.0 if number == 1 else max(0.0, 0.3 - tall / scene.height * 0.5)) for x, y, tall in places],
    )


def _far_bank(scene: Scene, subject: Subject) -> None:
    """Small trees of the same kind in the distance, so that the near one does not stand alone by accident."""
    if subject.count is not None or "lonely" in scene.brief.moods or scene.brief.built:
        return
    rng = scene.rng("far bank")
    side = 1 if scene.focus < scene.width / 2 else -1
    places = []
    for k in range(6):
        x = scene.width * (0.5 + side * (0.12 + 0.065 * k + rng.uniform(-0.02, 0.02)))
        places.append(((x, scene.horizon + 8 + 9 * k), 70.0 + 22 * k * rng.uniform(0.8, 1.1), 0.4 - 0.04 * k))
    trees.copse(scene, rng, subject, places, named=False)


def _islet(scene: Scene, x: float, y: float, tall: float) -> None:
    rng = scene.rng(f"islet{x:.0f}")
    side = -1 if x < scene.width / 2 else 1
    scene.hand.mass(
        blob(rng, (x + side * tall * 0.18, y + 34), tall * 0.48, 44, 12, 0.1),
        scene.grass(0.55),
        scene.leaf(0.05),
        depth=0.08,
    )


def _shadow(scene: Scene, x: float, y: float, tall: float) -> None:
    if scene.brief.setting == "sea":
        return
    rng = scene.rng(f"shadow{x:.0f}")
    marks = "".join(
        dab(
            (x - scene.lit_side * tall * 0.1 + rng.gauss(0, tall * 0.13), y + 5 + rng.gauss(0, tall * 0.01)),
            tall * rng.uniform(0.02, 0.08),
            0,
            0.12,
        )
        for _ in range(40)
    )
    scene.hand.dabs(marks, scene.leaf(0.0), tone=0.5, opacity=0.4)


def _plants(scene: Scene, subject: Subject, index: int, total: int) -> None:
    rng = scene.rng(f"plant{index}")
    form = subject.species.form
    if form == "bamboo" and scene.brief.setting == "grove" and scene.hand.has_scenery:
        return
    if form == "wheat" and subject.count is None and scene.hand.has_scenery:
        _crop(scene, subject, rng)
        return
    usual = {"fern": 7, "mushroom": 5, "reeds": 9, "wheat": 46, "grass": 20, "cactus": 3, "ivy": 5, "bamboo": 9}[form]
    number = subject.count or (usual if subject.many else max(1, usual // 3))
    middle = scene.focus if index % 2 == 0 else scene.width - scene.focus
    places = []
    for i in range(number):
        near = rng.uniform(0.25, 0.72) if number > 1 else 0.55
        x = middle if number == 1 else scene.width * (0.06 + 0.88 * (i + rng.uniform(0.2, 0.8)) / number)
        if number in range(2, 6):
            x = middle + (i - (number - 1) / 2) * scene.width * 0.17 * (1.0 if index else 1.1) + rng.uniform(-20, 20)
        base = {
            "fern": 0.26,
            "mushroom": 0.24,
            "reeds": 0.34,
            "wheat": 0.4,
            "grass": 0.24,
            "cactus": 0.42,
            "ivy": 0.6,
            "bamboo": 0.9,
        }[form]
        x = _within(scene, x)
        lead = 1.25 if i == number // 2 and number < 8 else 1.0
        if form in ("wheat", "reeds", "ivy"):
            near = 0.62 + 0.4 * rng.random()
        places.append(
            (x, scene.horizon + (scene.height - scene.horizon) * near, scene.height * base * (0.55 + 0.6 * near) * lead)
        )
    if form == "cactus" and index == 0 and scene.hand.has_scenery:
        _desert_life(scene, subject, rng)
    for x, y, tall in sorted(places, key=lambda place: place[1]):
        if form == "cactus" and scene.hand.has_scenery:
            _cast(scene, x, y, tall)
        plants.plant(scene, rng, subject, (x, y), tall * rng.uniform(0.85, 1.12), depth=0.0)


def _crop(scene: Scene, subject: Subject, rng: Random) -> None:
    """A whole field of grain, from the skyline to the eye."""
    document = scene.hand.document
    grown = []
    for depth in (0.34, 0.34, 0.16, 0.16, 0.0, 0.0, 0.0):
        with document.symbol() as name:
            plants.plant(scene, rng, subject, (0, 0), 200, depth, named=False)
        grown.append(name)
    gold = mix(subject.colors[0] if subject.colors else parse(subject.species.color), scene.palette.ground, 0.2)
    top = scene.horizon + 36
    body = ridge(rng, scene.width, top + 14, 12, 0.4, 5)
    scene.hand.ground(body, scene.height + 20, lighten(gold, 0.02), lighten(gold, -0.2), depth=0.12)
    for index in range(scene.count(300)):
        if index % 80 == 0:
            document.cut()
        near = (index / scene.count(300)) ** 0.75
        band = min(2, int(near * 3))
        symbol = grown[band * 2 + rng.randrange(2 if band < 2 else 3)]
        x, y = rng.uniform(-0.03, 1.03) * scene.width, top + 16 + (scene.height * 1.16 - top) * near
        document.place(
            symbol, f"translate({x:.1f} {y:.1f}) rotate({rng.uniform(-6, 6):.0f}) scale({0.12 + 1.25 * near**1.5:.3f})"
        )


def _cast(scene: Scene, x: float, y: float, tall: float) -> None:
    """A shadow that falls away from the sun, and a little heap of sand."""
    away = -scene.lit_side
    bar = [
        (x - tall * 0.07, y - 3),
        (x + away * tall * 0.62, y + tall * 0.13),
        (x + away * tall * 0.68, y + tall * 0.09),
        (x + tall * 0.07, y - 7),
    ]
    scene.hand.dabs(smooth(bar, closed=True), mix(scene.palette.sand, scene.palette.bark, 0.6), tone=0.5, opacity=0.5)


def _desert_life(scene: Scene, subject: Subject, rng: Random) -> None:
    """Far cacti, stones and dry tufts that give the hero its scale."""
    for _ in range(5):
        share = rng.uniform(0.08, 0.3)
        foot = (scene.width * rng.uniform(0.04, 0.96), scene.horizon + 10 + (scene.height - scene.horizon) * share)
        plants.plant(scene, rng, subject, foot, 30 + 190 * share, 0.5 - share, named=False)
    stones: dict[float, str] = {-0.12: "", 0.02: ""}
    tufts = ""
    for _ in range(22):
        share = rng.random()
        x, y = scene.width * rng.random(), scene.horizon + 40 + (scene.height - scene.horizon - 40) * share
        r = 4 + 20 * share * rng.random()
        stones[-0.12] += blob(rng, (x, y), r, r * 0.55, 8)
        stones[0.02] += blob(rng, (x + scene.lit_side * r * 0.16, y - r * 0.12), r * 0.74, r * 0.36, 8)
        if rng.random() < 0.6:
            at = (scene.width * rng.random(), y + 8)
            tufts += "".join(
                blade(
                    at,
                    -1.57 + rng.gauss(0, 0.5),
                    (12 + 34 * share) * rng.uniform(0.6, 1.1),
                    1.5 + 2 * share,
                    rng.uniform(-0.6, 0.6),
                )
                for _ in range(9)
            )
    for shift, path in stones.items():
        scene.hand.dabs(
            path, lighten(mix(scene.palette.rock, scene.palette.sand, 0.5), shift), tone=0.5 + shift, depth=0.06
        )
    scene.hand.dabs(tufts, mix(scene.leaf(0.55), scene.palette.sand, 0.45), tone=0.4)


def _flowers(scene: Scene, subject: Subject, index: int, total: int) -> None:
    rng = scene.rng(f"flower{index}")
    number = subject.count or ((5 if subject.many else 1) if total == 1 else (3 if subject.many else 1))
    number = min(24, number)
    if subject.species.form == "lotus":
        _lotuses(scene, subject, number)
        return
    found = flowers.spots(scene, number, rng, subject)
    if total > 1:
        found = [
            ((x + (index - (total - 1) / 2) * scene.width * 0.3 * (1 if number < 3 else 0.4), y + index * 30), r * 0.8)
            for (x, y), r in found
        ]
    low = scene.height * 0.95
    if not scene.hand.has_scenery:
        # A plate is filled by its specimen, within its frame.
        found, low = (
            [
                ((x, y * 0.76), r * (1.3 if number < 3 and subject.species.form != "orchid" else 1.0))
                for (x, y), r in found
            ],
            scene.height * 0.87,
        )
    for i, ((x, y), r) in sorted(enumerate(found), key=lambda pair: pair[1][1]):
        foot = (x + rng.uniform(-0.5, 0.5) * r, low + scene.height * 0.04 * rng.random())
        flowers.flower(scene, rng, subject, foot, (x, y), r, i)
        if scene.hand.has_scenery:
            flowers.tuft(scene, rng, foot, r)


def _lotuses(scene: Scene, subject: Subject, number: int) -> None:
    rng = scene.rng("lotuses")
    places = []
    if not scene.hand.has_scenery:
        number = min(number, subject.count or 1)
    for i in range(number):
        share = 0.62 if number == 1 else 0.1 + 0.62 * ((i * 0.618 + 0.25) % 1)
        x = (
            scene.focus
            if i == number // 2 or number == 1
            else scene.width * (0.08 + 0.84 * ((i * 0.382 + rng.uniform(0, 0.1)) % 1))
        )
        if i == number // 2:
            share = 0.6
        y = scene.horizon + (scene.height - scene.horizon) * (share if scene.hand.has_scenery else share - 0.3)
        tall = (26 + 125 * share) * (1.15 if number == 1 else 1.0)
        places.append((x, y, tall if scene.hand.has_scenery else tall * 1.5))
    for i, (x, y, r) in sorted(enumerate(places), key=lambda place: place[1][1]):
        water.pads(scene, rng, [((x - r * 0.5, y + r * 0.62), r * 0.95), ((x + r * 0.8, y + r * 0.7), r * 0.7)])
        flowers.flower(scene, rng, subject, (x, y + r * 0.7), (x, y), r * 0.9, i)
