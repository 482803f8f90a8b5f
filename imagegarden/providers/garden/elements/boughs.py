"""What trees are made of: limbs that branch, bark, crowns of leaves, what falls from them."""

from math import cos, pi, sin
from random import Random

from ..color import Color, lighten, mix, parse
from ..geometry import Point, arc_points, dab, leaf, limb, scallop
from ..scene import Scene

UP = -pi / 2
Tones = tuple[Color, Color, Color, Color]


def branches(
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


def bark(scene: Scene, path: str, foot: Point, width: float, depth: float, own: Color | None = None) -> None:
    """Paint a trunk\'s outline: lit on one side, shaded on the other, furrowed when it is near."""
    color = own or scene.palette.bark
    dark, light = lighten(color, -0.1), mix(lighten(color, 0.1), scene.light.glow, 0.5 if scene.light.is_dark else 0.2)
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
        for point, r in sorted(clumps, key=lambda clump: -clump[1])[: 16 if reach > 100 else 11]:
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
            # With the root of the clump's radius the leaves cover the same share of a small crown and a large one.
            size = mark * rng.uniform(0.62, 1.25) * r**0.5
            layers[layer] += dab((x + dx * r * 1.2, y + dy * r * 1.12), size, rng.uniform(0, pi), 0.36)
    for path, color, tone in zip(layers, tones, (0.2, 0.42, 0.62, 0.9), strict=True):
        hand.dabs(path, color, tone=tone, depth=depth, opacity=0.95)


def rounded(rng: Random, tips: list[tuple[Point, float]], tall: float, number: int) -> list[tuple[Point, float]]:
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


def fallen(scene: Scene, rng: Random, foot: Point, reach: float, color: Color, depth: float) -> None:
    """Leaves or petals on the ground and in the air around a tree."""
    few = min(1.0, reach / 240)
    ground = "".join(
        dab(
            (foot[0] + rng.gauss(0, reach * 0.6), foot[1] + abs(rng.gauss(0, 22))),
            rng.uniform(2, 4.5),
            rng.uniform(0, pi),
            0.3,
        )
        for _ in range(scene.count(120 * few))
    )
    air = "".join(
        dab(
            (foot[0] + rng.uniform(-1.5, 1.5) * reach, foot[1] - rng.random() * reach * 1.5),
            rng.uniform(2.5, 5),
            rng.uniform(0, pi),
            0.3,
        )
        for _ in range(scene.count(36 * few))
    )
    scene.hand.dabs(ground + air, color, tone=0.6, depth=depth, opacity=0.9)


def snow_tips(scene: Scene, rng: Random, tips: list[tuple[Point, float]], depth: float) -> None:
    """Snow that stays on bare twigs."""
    marks = "".join(
        dab((x + rng.gauss(0, 9), y + rng.gauss(0, 6)), rng.uniform(3, 8), rng.uniform(-0.3, 0.3), 0.3)
        for (x, y), _ in tips
        for _ in range(4)
    )
    scene.hand.dabs(marks, parse("#f6fbff"), tone=0.7, depth=depth, opacity=0.9)
