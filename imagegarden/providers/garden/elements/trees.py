"""Trees: grown by branching, crowned with dabs of light and shade."""

from collections.abc import Callable
from math import atan2, cos, hypot, pi, sin
from random import Random

from ..brief import Subject
from ..color import Color, lighten, mix, parse
from ..geometry import Point, arc_points, blob, dab, ellipse, leaf, limb, polygon, scallop, smooth
from ..scene import Scene

UP = -pi / 2
Tones = tuple[Color, Color, Color, Color]


def tree(
    scene: Scene, rng: Random, subject: Subject, foot: Point, tall: float, depth: float = 0.0, *, named: bool = True
) -> None:
    """One tree of any kind, standing at its foot."""
    species = subject.species
    tones = scene.canopy(species, subject.colors)
    with scene.hand.document.group(class_=f"tree {species.key.replace(' ', '-')}" if named else None):
        _FORMS[species.form](scene, rng, foot, tall * species.size, tones, depth)


def copse(
    scene: Scene, rng: Random, subject: Subject, places: list[tuple[Point, float, float]], *, named: bool = True
) -> None:
    """Several trees as (foot, height, depth): a few are grown, and shown again at other sizes where there are many."""
    if len(places) < 4:
        for foot, tall, depth in places:
            tree(scene, rng, subject, foot, tall, depth, named=named)
        return
    grown: dict[tuple[int, int], str] = {}
    for index, (foot, tall, depth) in enumerate(places):
        key = (index % 2, round(depth * 5))
        if key not in grown:
            with scene.hand.document.symbol() as name:
                tree(scene, rng, subject, (0, 0), 400, depth, named=False)
            grown[key] = name
        with scene.hand.document.group(class_=f"tree {subject.species.key.replace(' ', '-')}" if named else None):
            scene.hand.document.place(grown[key], f"translate({foot[0]:.1f} {foot[1]:.1f}) scale({tall / 400:.3f})")


def _branches(
    rng: Random, foot: Point, tall: float, *, spread: float, forks: int, lean: float = 0.0
) -> tuple[str, list[tuple[Point, float]]]:
    """Grow a trunk and its boughs; returns their outline and the tips with their weight."""
    limbs: list[str] = []
    tips: list[tuple[Point, float]] = []

    def grow(start: Point, angle: float, length: float, width: float, level: int) -> None:
        spine = arc_points(start, angle, length, rng.uniform(-0.35, 0.35), 4)
        end_width = width * (0.62 if level else 0.45)
        widths = [width + (end_width - width) * i / 4 for i in range(5)]
        if start == foot:
            # A foot that spreads into roots.
            widths[0] *= 1.9
            widths[1] *= 1.08
        limbs.append(limb(spine, widths))
        end = spine[-1]
        if level == 0:
            tips.append((end, length))
            return
        if level <= 2:
            tips.append((end, length * 0.8))
        number = forks if level > 1 else 2
        for k in range(number):
            turn = (k / (number - 1) - 0.5) * 2 * spread * rng.uniform(0.8, 1.2) if number > 1 else 0
            # Boughs bend up again toward the light.
            aim = angle + turn
            aim += (UP - aim) * 0.2
            grow(end if k % 2 == 0 else spine[3], aim, length * rng.uniform(0.66, 0.82), end_width * 0.85, level - 1)

    grow(foot, UP + lean, tall * 0.31, tall * 0.075, 3)
    return "".join(limbs), tips


def _bark(scene: Scene, path: str, foot: Point, width: float, depth: float, bark: Color | None = None) -> None:
    color = bark or scene.palette.bark
    dark, light = lighten(color, -0.1), mix(lighten(color, 0.1), scene.light.glow, 0.2)
    sides = (light, color, dark) if scene.lit_side < 0 else (dark, color, light)
    paint = scene.hand.across(foot[0] - width, 0, foot[0] + width, 0, *sides, depth=depth)
    scene.hand.petal(path, color, paint=paint, depth=depth)
    if width > 12 and scene.hand.detail > 0.5:
        rng = Random(int(foot[0] * 10))  # noqa: S311
        furrows = "".join(
            leaf(
                (foot[0] + rng.gauss(0, width * 0.3), foot[1] - rng.uniform(0.2, 3.2) * width),
                UP + rng.uniform(-0.1, 0.1),
                width * rng.uniform(0.4, 0.9),
                width * 0.07,
            )
            for _ in range(16)
        )
        scene.hand.dabs(furrows, dark, tone=0.3, depth=depth, opacity=0.5)


def crown(
    scene: Scene,
    rng: Random,
    clumps: list[tuple[Point, float]],
    tones: Tones,
    depth: float,
    *,
    mark: float = 1.0,
    dense: float = 1.0,
) -> None:
    """Foliage: for each clump a shaded mass, then dabs that turn to the light."""
    hand = scene.hand
    center_y = sum(point[1] for point, _ in clumps) / len(clumps)
    reach = max(1.0, max(abs(point[1] - center_y) + r for point, r in clumps))
    if hand.flat:
        for point, r in sorted(clumps, key=lambda clump: -clump[1])[:16]:
            tone = 0.5 - 0.5 * (point[1] - center_y) / reach
            color = mix(tones[1], tones[3], tone)
            hand.petal(scallop(rng, point, r * 1.05, r * 0.88, 9), color, depth=depth)
        return
    base = "".join(scallop(rng, (x, y + r * 0.08), r * 0.84, r * 0.74, 13) for (x, y), r in clumps)
    hand.dabs(base, tones[0], tone=0.55, depth=depth, opacity=0.92 if dense > 0.6 else 0.5)
    layers = ["", "", "", ""]
    side = scene.lit_side
    for (x, y), r in clumps:
        for _ in range(scene.count(r * 1.7 * dense)):
            angle, out = rng.uniform(0, 2 * pi), rng.random() ** 0.5
            dx, dy = cos(angle) * out, sin(angle) * out * 0.9
            lit = 0.46 + 0.34 * (dx * side * 0.6 - dy) - 0.26 * (y - center_y) / reach + rng.uniform(-0.16, 0.16)
            layer = min(3, max(0, int(lit * 4)))
            size = mark * rng.uniform(3.4, 7.2) * (0.75 + r / 110)
            layers[layer] += dab((x + dx * r * 1.2, y + dy * r * 1.12), size, rng.uniform(0, pi), 0.36)
    for path, color, tone in zip(layers, tones, (0.2, 0.42, 0.62, 0.9), strict=True):
        hand.dabs(path, color, tone=tone, depth=depth, opacity=0.95)


def _rounded(rng: Random, tips: list[tuple[Point, float]], tall: float, number: int) -> list[tuple[Point, float]]:
    """Clumps that fill the crown between its tips and give it a dome."""
    x = sum(point[0] for point, _ in tips) / len(tips)
    y = sum(point[1] for point, _ in tips) / len(tips)
    clumps = []
    for i in range(number):
        angle, out = i * 2.4, (0.25 + 0.75 * i / number) ** 0.5
        clumps.append(
            (
                (x + cos(angle) * out * tall * 0.27, y - tall * 0.07 + sin(angle) * out * tall * 0.19),
                tall * rng.uniform(0.055, 0.085),
            )
        )
    return clumps


def broad(scene: Scene, rng: Random, foot: Point, tall: float, tones: Tones, depth: float) -> None:
    """Oak and its like: a stout trunk and a wide crown; bare in a snowy winter."""
    path, tips = _branches(rng, foot, tall, spread=0.62, forks=3, lean=rng.uniform(-0.08, 0.08))
    _bark(scene, path, foot, tall * 0.05, depth)
    if scene.snowy:
        _snow_tips(scene, rng, tips, depth)
        return
    clumps = [((x, y), tall * rng.uniform(0.065, 0.12)) for (x, y), _ in tips]
    clumps += _rounded(rng, tips, tall, 14)
    crown(scene, rng, clumps, tones, depth, mark=tall / 620)
    if scene.season == "autumn":
        fallen(scene, rng, foot, tall * 0.5, tones[2], depth)


def fallen(scene: Scene, rng: Random, foot: Point, reach: float, color: Color, depth: float) -> None:
    """Leaves or petals on the ground and in the air around a tree."""
    ground = "".join(
        dab(
            (foot[0] + rng.gauss(0, reach * 0.6), foot[1] + abs(rng.gauss(0, 22))),
            rng.uniform(2, 4.5),
            rng.uniform(0, pi),
            0.3,
        )
        for _ in range(scene.count(120))
    )
    air = "".join(
        dab(
            (foot[0] + rng.uniform(-1.5, 1.5) * reach, foot[1] - rng.random() * reach * 1.5),
            rng.uniform(2.5, 5),
            rng.uniform(0, pi),
            0.3,
        )
        for _ in range(scene.count(36))
    )
    scene.hand.dabs(ground + air, color, tone=0.6, depth=depth, opacity=0.9)


def _snow_tips(scene: Scene, rng: Random, tips: list[tuple[Point, float]], depth: float) -> None:
    marks = "".join(
        dab((x + rng.gauss(0, 9), y + rng.gauss(0, 6)), rng.uniform(3, 8), rng.uniform(-0.3, 0.3), 0.3)
        for (x, y), _ in tips
        for _ in range(4)
    )
    scene.hand.dabs(marks, parse("#f6fbff"), tone=0.7, depth=depth, opacity=0.9)


def blossom(scene: Scene, rng: Random, foot: Point, tall: float, tones: Tones, depth: float) -> None:
    """A cherry in bloom: dark leaning boughs under clouds of petals."""
    lean = 0.28 * (1 if foot[0] < scene.width / 2 else -1)
    path, tips = _branches(rng, foot, tall, spread=0.72, forks=3, lean=lean)
    _bark(scene, path, foot, tall * 0.05, depth, mix(scene.palette.bark, parse("#3a2230"), 0.5))
    pink = tones[2]
    petals: Tones = (
        mix(lighten(pink, -0.15), parse("#a0567c"), 0.3),
        lighten(pink, -0.05),
        mix(pink, parse("#ffffff"), 0.25),
        mix(pink, parse("#ffffff"), 0.72),
    )
    clumps = [((x, y), tall * rng.uniform(0.05, 0.1)) for (x, y), _ in tips]
    clumps += _rounded(rng, tips, tall, 9)
    clumps += [
        ((x + rng.gauss(0, tall * 0.05), y + rng.gauss(0, tall * 0.035)), tall * rng.uniform(0.025, 0.05))
        for (x, y), _ in tips
    ]
    crown(scene, rng, clumps, petals, depth, mark=tall / 520, dense=0.72)
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
        crown(scene, rng, clumps, tones, depth, mark=tall / 760, dense=0.55 if not hand.flat else 0.7)


def willow(scene: Scene, rng: Random, foot: Point, tall: float, tones: Tones, depth: float) -> None:
    """Arching boughs and curtains of leaves."""
    path, tips = _branches(rng, foot, tall * 0.9, spread=0.7, forks=3)
    _bark(scene, path, foot, tall * 0.05, depth)
    crown(
        scene,
        rng,
        [((x, y), tall * 0.085) for (x, y), _ in tips],
        (tones[0], tones[0], tones[1], tones[2]),
        depth,
        mark=tall / 640,
    )
    layers = ["", "", "", ""]
    lines = ""
    for (x, y), _ in tips:
        for _ in range(scene.count(6)):
            start = (x + rng.gauss(0, tall * 0.06), y + rng.gauss(0, tall * 0.03))
            drop = min(tall * rng.uniform(0.22, 0.5), foot[1] - start[1] - tall * 0.04)
            sway = rng.uniform(-0.1, 0.1) + (start[0] - foot[0]) / tall * 0.25
            end = (start[0] + sway * drop, start[1] + drop)
            lines += smooth([start, (start[0] + sway * drop * 0.8, start[1] + drop * 0.4), end])
            tone = min(3, max(0, int(1.6 + (start[0] - foot[0]) / tall * scene.lit_side * 3 + rng.uniform(-0.9, 0.9))))
            for k in range(9):
                t = (k + 1) / 9
                at = (start[0] + sway * drop * min(1.0, t * 1.3), start[1] + drop * t)
                layers[tone] += leaf(at, pi / 2 + (1 if k % 2 else -1) * 0.45, tall * 0.034, tall * 0.008)
    scene.hand.line(lines, tones[0], 1.0, depth=depth, opacity=0.6)
    for strands, color, lit in zip(layers, tones, (0.25, 0.45, 0.6, 0.75), strict=True):
        scene.hand.dabs(strands, color, tone=lit, depth=depth)


def palm(scene: Scene, rng: Random, foot: Point, tall: float, tones: Tones, depth: float) -> None:
    """A bowed ringed trunk and a fountain of fronds."""
    lean = (1 if foot[0] < scene.width / 2 else -1) * rng.uniform(0.12, 0.3)
    spine = arc_points(foot, UP + lean, tall * 0.8, -lean * 1.1, 9)
    widths = [tall * (0.05 - 0.024 * (i / 9) ** 0.5) + (tall * 0.02 if i == 0 else 0) for i in range(10)]
    _bark(scene, limb(spine, widths), foot, tall * 0.06, depth, mix(scene.palette.bark, parse("#a07a58"), 0.45))
    rings = ""
    for i in range(30):
        t = i / 30 * 9
        k, rest = int(t), t - int(t)
        x, y = (
            spine[k][0] + (spine[k + 1][0] - spine[k][0]) * rest,
            spine[k][1] + (spine[k + 1][1] - spine[k][1]) * rest,
        )
        rings += dab((x, y), widths[k] * 0.48, lean * (1 - t / 5), 0.07)
    scene.hand.dabs(rings, lighten(scene.palette.bark, -0.1), tone=0.3, depth=depth, opacity=0.6)
    top = spine[-1]
    fronds = [
        (UP + side * spread, length)
        for spread, length in ((1.75, 0.34), (1.3, 0.42), (0.9, 0.44), (0.5, 0.4), (0.15, 0.32))
        for side in (-1, 1)
    ]
    tall *= 0.8
    for i, (angle, length) in enumerate(fronds):
        _frond(
            scene, rng, top, angle + rng.uniform(-0.12, 0.12), tall * length * rng.uniform(0.9, 1.1), tones, depth, i
        )
    nuts = "".join(
        ellipse((top[0] + dx * tall * 0.022, top[1] + tall * 0.022 + abs(dx) * 2), tall * 0.019, tall * 0.021)
        for dx in (-1, 0.2, 1.2)
    )
    scene.hand.petal(nuts, parse("#7a5230"), depth=depth)


def _frond(
    scene: Scene, rng: Random, top: Point, angle: float, length: float, tones: Tones, depth: float, index: int
) -> None:
    side = 1 if cos(angle) > 0 else -1
    spine = arc_points(top, angle, length, side * rng.uniform(0.9, 1.35), 16)
    upper, lower = "", ""
    for i in range(1, 16):
        (x0, y0), (x1, y1) = spine[i - 1], spine[i]
        along = hypot(x1 - x0, y1 - y0) or 1
        aim = pi / 2 if along == 0 else _angle(spine[i - 1], spine[i])
        size = length * 0.3 * sin(pi * (0.12 + 0.84 * i / 16)) ** 0.8
        upper += leaf((x1, y1), aim - side * 0.85, size * 0.8, size * 0.13, side * 0.15)
        lower += leaf((x1, y1), aim + side * 0.95, size, size * 0.13, side * 0.18)
    lit = 1 if side == scene.lit_side else 0
    scene.hand.dabs(lower, tones[lit], tone=0.2, depth=depth)
    scene.hand.dabs(upper, tones[1 + lit + (index > 5)], tone=0.5, depth=depth)
    scene.hand.line(smooth(spine), tones[3], max(0.8, length * 0.012), depth=depth, opacity=0.8)


def _angle(one: Point, other: Point) -> float:
    return atan2(other[1] - one[1], other[0] - one[0])


def bonsai(scene: Scene, rng: Random, foot: Point, tall: float, tones: Tones, depth: float) -> None:
    """A twisted trunk with cushions of leaves, in a dish."""
    hand, side = scene.hand, rng.choice((-1, 1))
    foot = (foot[0], foot[1] - tall * 0.1)
    spine = [
        foot,
        (foot[0] + side * tall * 0.09, foot[1] - tall * 0.16),
        (foot[0] - side * tall * 0.08, foot[1] - tall * 0.34),
        (foot[0] + side * tall * 0.06, foot[1] - tall * 0.5),
        (foot[0] + side * tall * 0.02, foot[1] - tall * 0.66),
    ]
    _bark(
        scene, limb(spine, [tall * 0.12, tall * 0.085, tall * 0.07, tall * 0.045, tall * 0.02]), foot, tall * 0.1, depth
    )
    pads = [
        (spine[4], 0.2),
        ((foot[0] - side * tall * 0.32, foot[1] - tall * 0.42), 0.17),
        ((foot[0] + side * tall * 0.36, foot[1] - tall * 0.3), 0.18),
        ((foot[0] + side * tall * 0.22, foot[1] - tall * 0.54), 0.13),
    ]
    for (x, y), _ in pads[1:]:
        start = min(spine, key=lambda p: abs(p[1] - y - tall * 0.02))
        hand.petal(
            limb(
                [start, ((start[0] + x) / 2, y + tall * 0.05), (x, y + tall * 0.01)],
                [tall * 0.04, tall * 0.028, tall * 0.012],
            ),
            scene.palette.bark,
            depth=depth,
        )
    clumps = [
        ((x + dx * r * tall, y - abs(dx) * -tall * 0.012 + rng.uniform(-4, 4)), tall * r * 0.42)
        for (x, y), r in pads
        for dx in (-0.7, -0.25, 0.25, 0.7)
    ]
    crown(scene, rng, clumps, tones, depth, mark=tall / 700, dense=1.2)
    w, y = tall * 0.22, foot[1] - 2
    pot = mix(parse("#3f5f8a"), scene.palette.blossoms[0], 0.25)
    hand.petal(
        polygon(
            [
                (foot[0] - w, y),
                (foot[0] + w, y),
                (foot[0] + w * 0.82, y + tall * 0.11),
                (foot[0] - w * 0.82, y + tall * 0.11),
            ]
        ),
        pot,
        paint=hand.across(foot[0] - w, 0, foot[0] + w, 0, lighten(pot, 0.1), pot, lighten(pot, -0.12)),
    )
    hand.petal(blob(rng, (foot[0], y), w * 0.92, tall * 0.018), scene.leaf(0.4))


def column(scene: Scene, rng: Random, foot: Point, tall: float, tones: Tones, depth: float) -> None:
    """Cypress and poplar: a flame of foliage."""
    _bark(scene, limb([foot, (foot[0], foot[1] - tall * 0.12)], [tall * 0.035, tall * 0.03]), foot, tall * 0.02, depth)
    clumps = []
    for i in range(13):
        t = i / 12
        wide = 0.095 * tall * sin(pi * (0.1 + 0.86 * t**0.85)) ** 0.75
        clumps.append(
            ((foot[0] + rng.uniform(-0.18, 0.18) * wide, foot[1] - tall * (0.1 + 0.86 * t)), max(tall * 0.014, wide))
        )
    crown(scene, rng, clumps, tones, depth, mark=tall / 760, dense=1.25)


_FORMS: dict[str, Callable[[Scene, Random, Point, float, Tones, float], None]] = {
    "broad": broad,
    "blossom": blossom,
    "birch": birch,
    "willow": willow,
    "palm": palm,
    "bonsai": bonsai,
    "column": column,
}


def learn(form: str, draw: Callable[[Scene, Random, Point, float, Tones, float], None]) -> None:
    """Add a form that lives in a module of its own."""
    _FORMS[form] = draw
