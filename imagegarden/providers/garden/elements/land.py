"""The ground and what rises from it: mountains, hills, dunes, meadows, distant woods."""

from math import sin
from random import Random

from ..color import Color, lighten, mix, parse
from ..geometry import Point, blade, dab, height_at, polygon, ridge, scallop, smooth
from ..scene import Scene


def mountains(scene: Scene, *, tall: float = 0.42, ashore: bool = False) -> None:
    """Two or three ranges, hazier the farther they stand, the nearer ones shaded and capped with snow."""
    rng, hand = scene.rng("mountains"), scene.hand
    for i, depth in enumerate((0.95, 0.78, 0.6)):
        height = scene.horizon * tall * (1.1 - i * 0.27)
        peaks = _peaks(rng, scene, scene.horizon + 14 - i * 2, height)
        skyline = [point for point, _ in peaks]
        rock = scene.palette.rock
        bottom = scene.horizon + (1 if ashore else 60)
        hand.ground(skyline, bottom, lighten(rock, 0.05), scene.palette.leaves[1], depth=depth, soft=False)
        _facets(scene, rng, peaks, rock, depth)
        _mist_below(scene, scene.horizon - height * 0.3, scene.horizon, 0.5)


def _peaks(rng: Random, scene: Scene, base: float, height: float) -> list[tuple[Point, bool]]:
    skyline: list[tuple[Point, bool]] = []
    x = -80.0
    while x < scene.width + 120:
        width = rng.uniform(230, 430)
        top = height * rng.uniform(0.5, 1.0)
        skyline.append(((x, base - height * rng.uniform(0.1, 0.3)), False))
        for share in (0.3, 0.6, 0.8):
            skyline.append(
                ((x + width * share * 0.5 + rng.uniform(-8, 8), base - top * share * rng.uniform(0.9, 1.05)), False)
            )
        skyline.append(((x + width * 0.5, base - top), True))
        for share in (0.78, 0.5, 0.25):
            skyline.append(
                (
                    (x + width * (1 - share * 0.5) + rng.uniform(-8, 8), base - top * share * rng.uniform(0.9, 1.1)),
                    False,
                )
            )
        x += width
    return skyline


def _facets(scene: Scene, rng: Random, peaks: list[tuple[Point, bool]], rock: Color, depth: float) -> None:
    shade, snow = "", ""
    side = -scene.lit_side
    for (x, y), is_peak in peaks:
        if not is_peak:
            continue
        drop = (scene.horizon - y) * 0.85
        zigzag = [(x, y)]
        for share in (0.2, 0.4, 0.6, 0.8, 1.0):
            zigzag.append((x + side * drop * 0.08 * share + rng.uniform(-14, 14) * share, y + drop * share))
        outer = [(x + side * drop * 0.62 * share, y + drop * share) for share in (1.0, 0.6, 0.3)]
        shade += polygon([*zigzag, *outer])
        cap = drop * rng.uniform(0.22, 0.36) * (1.5 if scene.snowy or scene.season == "winter" else 1)
        edge = [
            (x - cap * 0.62 + i * cap * 0.31, y + cap * (0.95 if i % 2 else 0.62) * rng.uniform(0.8, 1.1))
            for i in range(5)
        ]
        edge[0], edge[4] = (x - cap * 0.5, y + cap * 0.75), (x + cap * 0.5, y + cap * 0.75)
        snow += polygon([(x, y), *reversed(edge)])
    scene.hand.dabs(snow, parse("#f7fbff"), tone=0.9, depth=depth * 0.6, opacity=0.8)
    scene.hand.dabs(shade, lighten(rock, -0.14), tone=0.4, depth=depth, opacity=0.42)


def hills(scene: Scene, *, layers: int = 3, tall: float = 0.2, ashore: bool = False) -> None:
    """Soft ridges that fade into the horizon, some wooded."""
    rng, hand = scene.rng("hills"), scene.hand
    for i in range(layers):
        depth = 0.92 - i * 0.24
        height = scene.height * tall * rng.uniform(0.5, 1.0) * (1 - i * 0.12)
        base = scene.horizon + 6 + i * 12
        skyline = ridge(rng, scene.width, base, height, 0.36, 5)
        far = mix(scene.palette.leaves[1], scene.palette.rock, 0.5 - i * 0.14)
        # Over water nothing may reach below the horizon, or its mirror image would show above it.
        bottom = scene.horizon + 1 if ashore else scene.horizon + 0.28 * scene.height
        if ashore:
            skyline = [(x, min(y, scene.horizon)) for x, y in skyline]
        hand.ground(skyline, bottom, far, scene.grass(0.5), depth=depth)
        if i and rng.random() < 0.75 and scene.brief.setting not in ("desert", "sea"):
            _wooded(scene, rng, skyline, depth)
        _mist_below(scene, base - height * 0.3, scene.horizon if ashore else base + 45, 0.3 + 0.3 * scene.light.mist)


def _wooded(scene: Scene, rng: Random, skyline: list[Point], depth: float) -> None:
    trees = ""
    for _ in range(rng.choice((2, 3))):
        center, spread = rng.uniform(0, scene.width), rng.uniform(50, 160)
        for _ in range(scene.count(22)):
            x = rng.gauss(center, spread)
            size = rng.uniform(6, 13) * (1.3 - depth)
            trees += scallop(rng, (x, height_at(skyline, x) - size * 0.4), size * 1.1, size, 6)
    scene.hand.dabs(trees, scene.leaf(0.15), tone=0.3, depth=depth * 0.92)


def _mist_below(scene: Scene, top: float, bottom: float, strength: float) -> None:
    if scene.light.time != "noon" or scene.light.mist > 0.5:
        scene.hand.veil(top, bottom, scene.light.haze, min(0.85, strength), peak=0.72)


def treeline(
    scene: Scene,
    base: float,
    size: float,
    depth: float,
    *,
    conifers: bool,
    label: str = "treeline",
    ashore: bool = False,
) -> None:
    """A row of distant trees across the whole width."""
    rng = scene.rng(label)
    row = ""
    x = -20.0
    while x < scene.width + 20:
        tall = size * rng.uniform(0.55, 1.15) * (0.8 + 0.35 * sin(x / 130 + rng.random()))
        if conifers:
            row += _spire(rng, (x, base), tall)
            x += tall * rng.uniform(0.16, 0.32)
        else:
            row += scallop(rng, (x, base - tall * 0.45), tall * 0.42, tall * 0.5, 9)
            x += tall * rng.uniform(0.3, 0.55)
    row += polygon(
        [
            (-10, base - size * 0.18),
            (scene.width + 10, base - size * 0.18),
            (scene.width + 10, base + (1 if ashore else 12)),
            (-10, base + (1 if ashore else 12)),
        ]
    )
    scene.hand.mass(row, scene.leaf(0.12), scene.leaf(0.3), depth=depth)


def _spire(rng: Random, foot: Point, tall: float) -> str:
    x, y = foot
    points = [(x, y - tall)]
    steps = 6
    right, left = [], []
    for i in range(1, steps + 1):
        reach = tall * 0.2 * (i / steps) * rng.uniform(0.85, 1.15)
        level = y - tall + tall * i / steps
        right += [(x + reach, level), (x + reach * 0.5, level - tall * 0.02)]
        left += [(x - reach, level), (x - reach * 0.5, level - tall * 0.02)]
    return polygon(points + right + left[::-1])


def meadow(scene: Scene, skyline: list[Point], *, tone: float = 0.6) -> None:
    """The near ground under a skyline, with tufts that grow toward the eye."""
    rng, hand = scene.rng("meadow"), scene.hand
    near = mix(scene.grass(0.12), scene.palette.leaves[0], 0.2) if not scene.snowy else scene.grass(0.45)
    hand.ground(skyline, scene.height + 20, scene.grass(tone + 0.18), near, depth=0.14)
    _folds(scene, rng, skyline, tone)
    top = min(y for _, y in skyline)
    for shade, amount in ((0.28, 230), (0.5, 230), (0.8, 170)):
        far, close = "", ""
        for _ in range(scene.count(amount)):
            nearness = rng.random() ** 0.8
            x = rng.uniform(-10, scene.width + 10)
            y = max(height_at(skyline, x), top) + 4 + (scene.height - top) * nearness
            size = 5 + 24 * nearness
            if scene.snowy:
                mark = dab((x, y), size * 1.4, rng.uniform(-0.1, 0.1), 0.1)
            else:
                mark = blade((x, y), -1.57 + rng.uniform(-0.5, 0.5), size, size * 0.16, rng.uniform(-0.7, 0.7))
            if nearness < 0.35:
                far += mark
            else:
                close += mark
        hand.dabs(far, scene.grass(shade + 0.1), tone=shade, depth=0.22, opacity=0.75)
        hand.dabs(close, scene.grass(shade), tone=shade, depth=0.04, opacity=0.8)


def _folds(scene: Scene, rng: Random, skyline: list[Point], tone: float) -> None:
    """Rolls of the ground, each paler along its crest and fringed with grass."""
    top = sum(y for _, y in skyline) / len(skyline)
    deep = scene.height - top
    for share, depth in ((0.16, 0.14), (0.4, 0.08), (0.7, 0.0)):
        crest = ridge(rng, scene.width, top + deep * share, deep * 0.12, 0.3, 4)
        crest = [(x, max(y, height_at(skyline, x) + deep * share * 0.6)) for x, y in crest]
        shade = tone - share * 0.55 + rng.uniform(-0.04, 0.06)
        scene.hand.ground(
            crest,
            min(scene.height + 20, top + deep * (share + 0.42)),
            scene.grass(shade + 0.16),
            scene.grass(shade - 0.1),
            depth=depth,
        )
        if not scene.snowy:
            fringe = "".join(
                blade(
                    (x := rng.uniform(-10, scene.width + 10), height_at(crest, x) + 4),
                    -1.57 + rng.uniform(-0.5, 0.5),
                    (7 + 22 * share) * rng.uniform(0.6, 1.2),
                    1.5 + 2.5 * share,
                    rng.uniform(-0.7, 0.7),
                )
                for _ in range(scene.count(120))
            )
            scene.hand.dabs(fringe, scene.grass(shade + 0.16), tone=0.4, depth=depth)


def desert(scene: Scene) -> None:
    """Dunes with a lit and a shaded flank."""
    rng, hand = scene.rng("dunes"), scene.hand
    sand = scene.palette.sand
    mesas(scene, rng)
    for i in range(5):
        share = i / 4
        base = scene.horizon + (scene.height - scene.horizon) * share * 0.85
        skyline = ridge(rng, scene.width, base + 10, 30 + 70 * share, 0.3, 4)
        depth = 0.5 * (1 - share)
        hand.ground(
            skyline,
            scene.height + 20,
            lighten(sand, 0.03),
            lighten(sand, -0.1 - 0.05 * share),
            depth=depth,
        )
        crest = max(skyline[3:-3], key=lambda point: -point[1])
        flank = [crest]
        for step in range(1, 6):
            flank.append(
                (crest[0] - scene.lit_side * step * 34 + rng.uniform(-8, 8), crest[1] + step * step * 5 + step * 6)
            )
        rim = [(x, height_at(skyline, x) + 1) for x in (crest[0] - scene.lit_side * k * 50 for k in range(7, 0, -1))]
        hand.dabs(
            smooth([*flank, *rim], closed=True),
            mix(lighten(sand, -0.16), parse("#8a4a3a"), 0.25),
            tone=0.5,
            depth=depth,
            opacity=0.35,
        )
    ripples = ""
    for _ in range(scene.count(46)):
        y = scene.horizon + (scene.height - scene.horizon) * rng.uniform(0.35, 1)
        ripples += dab((rng.uniform(0, scene.width), y), rng.uniform(20, 70), rng.uniform(-0.12, 0.12), 0.018)
    hand.dabs(ripples, lighten(sand, -0.12), tone=0.4, opacity=0.35)


def mesas(scene: Scene, rng: Random) -> None:
    """Table mountains on the desert's rim."""
    stone = mix(parse("#b0583c"), scene.palette.rock, 0.25)
    for depth in (0.7, 0.5):
        for _ in range(2):
            x, wide, tall = rng.uniform(0, scene.width), rng.uniform(60, 170), rng.uniform(50, 130)
            base = scene.horizon + 30
            steps = [
                (x - wide, base),
                (x - wide * 0.8, base - tall * 0.45),
                (x - wide * 0.62, base - tall * 0.5),
                (x - wide * 0.55, base - tall),
            ]
            other = [(2 * x - px + rng.uniform(-6, 6), py) for px, py in reversed(steps)]
            scene.hand.mass(polygon([*steps, *other]), stone, lighten(stone, 0.08), depth=depth)
