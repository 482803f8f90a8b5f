"""Whole flowers: stem, leaves and head, one by one or by the hundred."""

from math import atan2, cos, hypot, pi, sin
from random import Random

from ..brief import Subject
from ..color import Color, lighten, mix, parse
from ..geometry import Point, blade, dab, ellipse, leaf, limb, pair, polar, polygon, smooth
from ..scene import Scene
from .heads import HEADS

UP = -pi / 2
SPIRES = ("spike", "bells")


def flower(scene: Scene, rng: Random, subject: Subject, foot: Point, head: Point, r: float, index: int = 0) -> None:
    """One flower from its foot to its head."""
    species = subject.species
    color = scene.bloom(subject, index)
    heart = parse(species.heart) if species.heart else lighten(color, -0.2)
    with scene.hand.document.group(class_=f"flower {species.key.replace(' ', '-')}"):
        spine = _spine(rng, foot, head)
        _stem(scene, spine, r)
        _leaves(scene, rng, species.leaf, spine, r)
        if species.form in SPIRES:
            spire(scene, rng, spine, r, color, heart, species.form)
        elif species.form == "orchid":
            _spray(scene, rng, subject, spine, r, index)
        else:
            tilt = (head[0] - foot[0]) / 700 + rng.uniform(-0.14, 0.14)
            HEADS[species.form](scene, rng, head, r, color, heart, species.petals, tilt)


def _spine(rng: Random, foot: Point, head: Point) -> list[Point]:
    bow = rng.uniform(-0.09, 0.09) * hypot(head[0] - foot[0], head[1] - foot[1])
    return [
        (foot[0] + (head[0] - foot[0]) * t**1.6 + bow * sin(pi * t), foot[1] + (head[1] - foot[1]) * t)
        for t in (0, 0.2, 0.4, 0.6, 0.8, 1.0)
    ]


def _stem(scene: Scene, spine: list[Point], r: float) -> None:
    width = max(1.6, r * 0.14)
    widths = [width * (1.25 - 0.5 * i / 5) for i in range(6)]
    hand = scene.hand
    hand.petal(
        limb(spine, widths),
        scene.leaf(0.4),
        paint=hand.across(
            spine[2][0] - width,
            0,
            spine[2][0] + width,
            0,
            *((scene.leaf(0.7), scene.leaf(0.2)) if scene.lit_side < 0 else (scene.leaf(0.2), scene.leaf(0.7))),
        ),
    )


def tuft(scene: Scene, rng: Random, foot: Point, r: float) -> None:
    """Grass about the foot of a flower, so that it grows out of something."""
    for tone, number in ((0.12, 10), (0.34, 9), (0.6, 6)):
        marks = "".join(
            blade(
                (foot[0] + rng.gauss(0, r * 0.32), foot[1] + r * 0.12 + 14),
                UP + rng.gauss(0, 0.34),
                r * rng.uniform(0.5, 1.25),
                r * 0.06 + 2,
                rng.uniform(-0.8, 0.8),
            )
            for _ in range(scene.count(number))
        )
        scene.hand.dabs(marks, scene.grass(tone), tone=tone)


def blade_leaf(
    scene: Scene, base: Point, angle: float, length: float, width: float, bend: float, *, depth: float = 0.0
) -> None:
    """One leaf with a midrib, its two halves in different light."""
    hand = scene.hand
    tip = polar(polar(base, angle, length), angle + pi / 2, bend * length)
    paint = hand.across(
        base[0], base[1], tip[0], tip[1], scene.leaf(0.1), scene.leaf(0.4), scene.leaf(0.68), depth=depth
    )
    hand.petal(leaf(base, angle, length, width, bend), scene.leaf(0.4), paint=paint, depth=depth)
    mid = polar(polar(base, angle, length * 0.55), angle + pi / 2, bend * length * 0.35)
    hand.line(
        smooth([base, mid, polar(base, atan2(tip[1] - base[1], tip[0] - base[0]), length * 0.94)]),
        scene.leaf(0.9),
        max(0.7, width * 0.05),
        opacity=0.5,
        depth=depth,
    )


def _leaves(scene: Scene, rng: Random, kind: str, spine: list[Point], r: float) -> None:
    foot = spine[0]
    length = hypot(spine[-1][0] - foot[0], spine[-1][1] - foot[1])
    if kind == "tulip":
        for side in (-1, 1, -1, 1)[: rng.choice((3, 4))]:
            blade_leaf(
                scene,
                (foot[0], foot[1] - length * 0.02),
                UP + side * rng.uniform(0.14, 0.4),
                length * rng.uniform(0.5, 0.85),
                r * 0.62,
                side * rng.uniform(0.05, 0.25),
            )
    elif kind in ("lance", "heart", "rose"):
        for i, at in enumerate(spine[1:4]):
            side = 1 if i % 2 else -1
            size = r * {"lance": 1.25, "heart": 1.1, "rose": 0.75}[kind] * (1.1 - 0.15 * i)
            wide = size * {"lance": 0.3, "heart": 0.72, "rose": 0.5}[kind]
            blade_leaf(scene, at, UP + side * rng.uniform(0.75, 1.2), size, wide, side * 0.14)
            if kind == "rose":
                twig = polar(at, UP + side * 1.0, size * 0.5)
                blade_leaf(scene, twig, UP + side * 1.9, size * 0.7, wide * 0.7, 0.1)
    elif kind == "small":
        for i, at in enumerate(spine[0:4]):
            for side in (-1, 1):
                size = r * rng.uniform(0.75, 1.2) * (1.25 - 0.2 * i)
                blade_leaf(scene, at, UP + side * rng.uniform(0.4, 1.0), size, size * 0.2, side * 0.15)


def spire(scene: Scene, rng: Random, spine: list[Point], r: float, color: Color, heart: Color, form: str) -> None:
    """Florets around the upper half of the stem: lavender, lupine, foxglove."""
    top, low = spine[-1], spine[2]
    hand = scene.hand
    rows = 11 if form == "spike" else 8
    for i in range(rows):
        t = i / (rows - 1)
        x, y = low[0] + (top[0] - low[0]) * t, low[1] + (top[1] - low[1]) * t
        wide = r * 0.52 * (1 - 0.72 * t)
        if form == "bells":
            for side in (-1, 1):
                _bell(scene, (x, y), side, wide * 1.5, color, heart)
            continue
        for shade, tone, number in ((-0.13, 0.3, 5), (0.0, 0.5, 5), (0.12, 0.75, 3)):
            marks = ""
            for _ in range(number):
                across = rng.uniform(-1, 1) + scene.lit_side * shade * 2
                marks += dab(
                    (x + across * wide * 0.8, y + rng.uniform(-1, 1) * r * 0.1), wide * 0.34, UP + across * 0.9, 0.4
                )
            hand.dabs(
                marks,
                lighten(color, shade) if shade < 0.1 else mix(lighten(color, shade), parse("#fff0ff"), 0.25),
                tone=tone,
            )


def _bell(scene: Scene, at: Point, side: int, size: float, color: Color, heart: Color) -> None:
    angle = pi / 2 - side * 0.75
    mouth = polar(at, angle, size)
    across = angle + pi / 2
    path = smooth(
        [
            at,
            polar(polar(at, angle, size * 0.45), across, size * 0.3),
            polar(mouth, across, size * 0.46),
            polar(mouth, angle, size * 0.1),
            polar(mouth, across, -size * 0.46),
            polar(polar(at, angle, size * 0.45), across, -size * 0.3),
        ],
        closed=True,
    )
    scene.hand.petal(
        path,
        color,
        paint=scene.hand.across(at[0], at[1], mouth[0], mouth[1], lighten(color, -0.1), lighten(color, 0.08)),
    )
    scene.hand.dabs(dab(mouth, size * 0.36, across, 0.18), heart, tone=0.4, opacity=0.7)


def _spray(scene: Scene, rng: Random, subject: Subject, spine: list[Point], r: float, index: int) -> None:
    top, color = spine[-1], scene.bloom(subject, index)
    lean = 1 if top[0] < scene.width / 2 else -1
    arch = [
        spine[3],
        spine[4],
        top,
        (top[0] + lean * r * 1.2, top[1] + r * 0.1),
        (top[0] + lean * r * 2.1, top[1] + r * 0.9),
    ]
    scene.hand.line(smooth(arch), scene.leaf(0.3), max(1.5, r * 0.06))
    for i, at in enumerate(arch):
        HEADS["orchid"](
            scene,
            rng,
            (at[0], at[1] + r * 0.25),
            r * (0.85 - 0.1 * i),
            color,
            parse(subject.species.heart),
            5,
            rng.uniform(-0.3, 0.3),
        )


def drift(
    scene: Scene, subjects: tuple[Subject, ...], top: float, number: int, *, label: str = "drift", near: float = 1.0
) -> None:
    """A meadow or field of small flowers that grow toward the eye."""
    rng = scene.rng(label)
    spots = sorted((rng.random() ** 0.85 * near, rng.uniform(-0.03, 1.03)) for _ in range(scene.count(number * 1.0)))
    bands: dict[tuple[int, int, int], str] = {}
    rows = scene.brief.setting == "field"
    vanish = scene.width - scene.focus
    if rows:
        _furrows(scene, subjects, top, vanish)
    for index, (share, across) in enumerate(spots):
        if index % (len(spots) // 4 + 1) == 0:
            scene.hand.document.cut()
        if rows:
            share = 0.02 + 0.98 * share
            row = round((across - 0.5) * 18) + rng.gauss(0, 0.12)
            across = (vanish + row * scene.width * 0.2 * (share + 0.02)) / scene.width
        subject_index = rng.randrange(len(subjects))
        subject = subjects[subject_index]
        x, y = across * scene.width, top + (scene.height * 0.985 - top) * share + 6
        size = (4 + 34 * share**1.4) * subject.species.size
        if not -size < x < scene.width + size:
            continue
        key = (int(share * 4), subject_index, rng.randrange(3))
        symbol = bands.get(key)
        if symbol is None:
            symbol = bands[key] = _variant(scene, rng, subject, key)
        scene.hand.document.place(
            symbol, f"translate({x:.1f} {y:.1f}) rotate({rng.uniform(-9, 9):.0f}) scale({size / 40:.3f})"
        )


def _furrows(scene: Scene, subjects: tuple[Subject, ...], top: float, vanish: float) -> None:
    """Rows of a planted field that run together on the horizon."""
    step = scene.width * 0.2
    for row in range(-10, 11):
        color = scene.bloom(subjects[row % len(subjects)], row)
        foot = vanish + row * step * 1.05
        start, low = (vanish + row * 3, top + 4), scene.height + 20
        body = polygon([start, (foot + step * 0.36, low), (foot - step * 0.36, low)])
        scene.hand.dabs(body, mix(color, scene.leaf(0.2), 0.3), tone=0.5, depth=0.16, opacity=0.75)
        edge = polygon([start, (foot + step * 0.36, low), (foot + step * 0.1, low)])
        scene.hand.dabs(edge, mix(lighten(color, -0.14), scene.leaf(0.05), 0.4), tone=0.5, depth=0.1, opacity=0.5)


def _variant(scene: Scene, rng: Random, subject: Subject, key: tuple[int, int, int]) -> str:
    band, _, index = key
    depth = 0.42 - 0.13 * band
    color = scene.bloom(subject, index)
    color = lighten(color, rng.uniform(-0.05, 0.05))
    with scene.hand.document.symbol() as name:
        _small(scene, rng, subject, color, depth)
    return name


def _small(scene: Scene, rng: Random, subject: Subject, color: Color, depth: float) -> None:
    """A flower of forty units, simple enough to be shown hundreds of times."""
    hand, form = scene.hand, subject.species.form
    tall = rng.uniform(85, 125)
    lean = rng.uniform(-14, 14)
    top = (lean, -tall)
    hand.line(f"M0 0Q{-lean:.1f} {-tall / 2:.1f} {pair(top)}", scene.leaf(0.35), 4.2, depth=depth)
    if depth < 0.4:
        leaves = "".join(
            leaf((0, -tall * t), UP + side * 0.6, 40, 10, side * 0.1) for t, side in ((0.05, 1), (0.1, -1), (0.3, 1))
        )
        hand.dabs(leaves, scene.leaf(0.45), tone=0.4, depth=depth)
    heart = parse(subject.species.heart) if subject.species.heart else color
    if form in SPIRES:
        for shade, tone in ((-0.12, 0.36), (0.0, 0.5), (0.1, 0.7)):
            marks = "".join(
                dab(
                    (lean * (1 - t) + rng.uniform(-1, 1) * 17 * (1.15 - t), -tall * 0.32 - tall * 0.95 * t),
                    8.5,
                    UP + rng.uniform(-0.8, 0.8),
                    0.42,
                )
                for t in (i / 9 for i in range(10))
                for _ in range(2)
            )
            hand.dabs(marks, lighten(color, shade), tone=tone, depth=depth)
    elif form in ("tulip", "lotus"):
        for lean_, shade in ((-0.3, -0.1), (0.3, -0.06), (0, 0.04)):
            hand.petal(leaf((top[0], top[1] + 18), UP + lean_, 50, 34), lighten(color, shade), depth=depth)
    elif form == "poppy":
        hand.petal(ellipse((top[0], top[1] - 4), 27, 20), lighten(color, -0.09), depth=depth)
        hand.petal(ellipse((top[0] + scene.lit_side * 3, top[1] + 4), 24, 14), lighten(color, 0.04), depth=depth)
        hand.dabs(ellipse((top[0], top[1] - 2), 6, 5), heart, tone=0.2, depth=depth)
    else:
        petals = min(12, subject.species.petals or 9)
        rays = "".join(leaf(top, i * 6.283 / petals, 27, 15) for i in range(petals))
        hand.petal(rays, color, depth=depth)
        hand.dabs(ellipse(top, 9, 8) if form != "rose" else ellipse(top, 5, 5), heart, tone=0.5, depth=depth)


def spots(scene: Scene, number: int, rng: Random, subject: Subject) -> list[tuple[Point, float]]:
    """Where a number of flower heads stand, and how large, balanced about the thirds."""
    width, height = scene.width, scene.height
    left, right = scene.free
    reach = min((right - left) * 0.76, 150 * number + 20) if number > 1 else 0
    center = (left + right) / 2
    middle = scene.focus + (center - scene.focus) * min(1.0, (number - 1) / 3)
    r = min(165 / max(1, number) ** 0.36, reach / max(1, number - 1) * 0.62 if number > 1 else 165)
    r *= subject.species.size
    r *= min(1.0, width / 900)
    order = list(range(number))
    found = []
    for i in order:
        share = (i / (number - 1) - 0.5) if number > 1 else 0.0
        x = middle + share * reach + rng.uniform(-0.12, 0.12) * r
        wave = cos(i * 2.4 + rng.uniform(-0.4, 0.4)) if number > 1 else 0.4
        y = height * ((0.54 if subject.species.form not in SPIRES else 0.52) - 0.1 * wave) + abs(share) * height * 0.04
        found.append(((x, y), r * rng.uniform(0.88, 1.1) * (1 + 0.08 * wave)))
    return found
