"""Ponds, rivers and the sea: mirrored light, ripples, lily pads, waves."""

from math import cos, sin
from random import Random

from ..color import Color, lighten, mix, parse, to_hex
from ..geometry import Point, blade, dab, ellipse, leaf, polar, polygon, scallop, smooth
from ..scene import Scene
from ..svg import num


def surface(scene: Scene, top: float, mirror: str | None) -> None:
    """A sheet of water below a line, mirroring what the symbol shows above it."""
    hand, light, document = scene.hand, scene.light, scene.hand.document
    water = light.on(scene.palette.water)
    deep = mix(light.sky[0], lighten(water, -0.12), 0.55)
    near = mix(light.sky[3], water, 0.3)
    hand.ground([(-20, top), (scene.width + 20, top)], scene.height + 20, near, deep, raw=True)
    if mirror and not hand.flat:
        stretch = min(1.3, (scene.height - top) / top)
        document.place(
            mirror,
            f"translate(0 {top * (1 + stretch):.1f}) scale(1 {-stretch:.3f})",
            opacity=0.5 if not hand.on_paper else 0.16,
        )
    if hand.flat:
        _sheets(scene, top, near, deep)
    hand.veil(top - 8, top + 40, light.haze, 0.25 + 0.3 * light.mist, peak=0.2)
    ripples(scene, top, near, deep)
    glitter(scene, top)


def _sheets(scene: Scene, top: float, near: Color, deep: Color) -> None:
    """Waves of cut paper, darker toward the eye."""
    for i in range(5):
        share = (i + 1) / 5.5
        level = top + (scene.height - top) * share**1.3
        crest = [
            (x, level + sin(x / (40 + 60 * share) + i * 2.1) * (3 + 9 * share))
            for x in range(-40, int(scene.width) + 90, 18)
        ]
        path = f"{smooth(crest)}L{num(scene.width + 60)} {num(scene.height + 20)}L-60 {num(scene.height + 20)}Z"
        scene.hand.mass(path, mix(near, deep, share), raw=True)


def ripples(scene: Scene, top: float, near: Color, deep: Color) -> None:
    """Flat lenses of lighter and darker water, broader toward the eye."""
    rng, hand = scene.rng("ripples"), scene.hand
    for color, opacity, number in ((mix(deep, near, 0.1), 0.3, 120), (lighten(near, 0.05), 0.35, 150)):
        marks = ""
        for _ in range(scene.count(number)):
            share = rng.random() ** 1.4
            y = top + 5 + (scene.height - top) * share
            marks += dab(
                (rng.uniform(-20, scene.width + 20), y),
                8 + 75 * share * rng.uniform(0.4, 1.2),
                0,
                0.012 + 0.014 * (1 - share),
            )
        hand.document.add("path", d=marks, fill=to_hex(color), fill_opacity=opacity)


def glitter(scene: Scene, top: float) -> None:
    """The path of the sun or the moon on the water."""
    rng, light = scene.rng("glitter"), scene.light
    marks = ""
    for i in range(scene.count(95)):
        share = (i / scene.count(95)) ** 1.3
        y = top + 3 + (scene.height - top) * share
        spread = 12 + 80 * share
        marks += dab(
            (light.x + rng.gauss(0, spread * 0.5), y),
            rng.uniform(4, 10) + 34 * share * rng.random(),
            0,
            0.05 - 0.02 * share,
        )
    scene.hand.document.add("path", d=marks, fill=to_hex(mix(light.glow, parse("#ffffff"), 0.2)), fill_opacity=0.62)


def pads(scene: Scene, rng: Random, spots: list[tuple[Point, float]]) -> None:
    """Lily pads, notched and veined, each with a thin shadow on the water."""
    hand = scene.hand
    for (x, y), r in sorted(spots, key=lambda spot: spot[0][1]):
        ratio = 0.3 + 0.1 * (y - scene.horizon) / scene.height
        hand.dabs(ellipse((x + r * 0.06, y + r * 0.1), r * 1.02, r * ratio), scene.leaf(0.0), tone=0.5, opacity=0.4)
        cut = rng.uniform(0, 6.28)
        rim = [
            (
                x + cos(cut + 0.22 + i * 5.84 / 17) * r * (1 + rng.uniform(-0.03, 0.03)),
                y + sin(cut + 0.22 + i * 5.84 / 17) * r * ratio,
            )
            for i in range(18)
        ]
        tone = rng.uniform(0.25, 0.62)
        side = scene.lit_side
        paint = hand.across(
            x - side * r,
            y + r * ratio,
            x + side * r,
            y - r * ratio,
            scene.leaf(tone - 0.2),
            scene.leaf(tone),
            scene.leaf(tone + 0.3),
        )
        hand.petal(smooth([*rim]) + f"L{num(x)} {num(y)}Z", scene.leaf(tone), paint=paint)
        veins = "".join(
            f"M{num(x)} {num(y)}L{num(x + cos(cut + 0.5 + k * 0.62) * r * 0.86)} "
            f"{num(y + sin(cut + 0.5 + k * 0.62) * r * 0.86 * ratio)}"
            for k in range(9)
        )
        hand.line(veins, scene.leaf(tone + 0.35), max(0.6, r * 0.012), opacity=0.5)


def scattered_pads(scene: Scene, top: float, number: int, keep: float = 1.0) -> list[tuple[Point, float]]:
    """Places for pads, in drifts rather than evenly."""
    rng = scene.rng("pads")
    found: list[tuple[Point, float]] = []
    for _ in range(4):
        cx, share = rng.uniform(0, scene.width), rng.uniform(0.12, 0.9)
        for _ in range(max(1, number // 4)):
            s = min(0.97, max(0.04, share + rng.gauss(0, 0.09)))
            x = cx + rng.gauss(0, 150)
            r = (13 + 70 * s) * rng.uniform(0.7, 1.15)
            y = top + 10 + (scene.height - top) * s * keep
            if all(
                abs(x - other[0]) > (r + size) * 0.8 or abs(y - other[1]) > (r + size) * 0.3 for other, size in found
            ):
                found.append(((x, y), r))
    return found


def banks(scene: Scene, top: float) -> None:
    """Two green banks that leave a winding river between them."""
    rng, hand = scene.rng("river"), scene.hand
    swing = -1 if scene.focus < scene.width / 2 else 1
    edges: dict[int, list[Point]] = {-1: [], 1: []}
    for i in range(13):
        t = i / 12
        middle = scene.width * (0.5 - swing * 0.1) - swing * scene.width * 0.16 * sin(t * 5.2) * (1 - 0.45 * t)
        half = 6 + scene.width * (0.1 * t + 0.3 * t**2.2)
        for side in (-1, 1):
            edges[side].append(
                (middle + side * half * rng.uniform(0.93, 1.07), top - 2 + (scene.height + 40 - top) * t**1.5)
            )
    for side, line in edges.items():
        border = -30 if side < 0 else scene.width + 30
        shore = smooth([(x - side * (3 + 0.03 * (y - top)), y + 4 + 0.02 * (y - top)) for x, y in line])
        hand.dabs(
            f"{shore}L{num(border)} {num(scene.height + 40)}L{num(border)} {num(top)}Z",
            mix(scene.palette.bark, scene.leaf(0.1), 0.5),
            tone=0.5,
            depth=0.1,
        )
        hand.mass(
            f"{smooth(line)}L{num(border)} {num(scene.height + 40)}L{num(border)} {num(top - 6)}Z",
            scene.grass(0.75),
            scene.grass(0.2),
            depth=0.12,
        )
        _tufts(scene, rng, line, side, top)


def _tufts(scene: Scene, rng: Random, line: list[Point], side: int, top: float) -> None:
    marks = {0.3: "", 0.55: "", 0.85: ""}
    for _ in range(scene.count(330)):
        i = rng.randrange(12)
        share = rng.random()
        x = line[i][0] + (line[i + 1][0] - line[i][0]) * share
        y = line[i][1] + (line[i + 1][1] - line[i][1]) * share
        x += side * abs(rng.gauss(0, 1)) * (20 + 160 * i / 12) if rng.random() < 0.7 else 0
        marks[rng.choice((0.3, 0.55, 0.85))] += blade(
            (x, y + 3),
            -1.57 + rng.uniform(-0.5, 0.5),
            (5 + 2.6 * i) * rng.uniform(0.6, 1.4),
            1 + 0.25 * i,
            rng.uniform(-0.8, 0.8),
        )
    for shade, path in marks.items():
        scene.hand.dabs(path, scene.grass(shade), tone=shade, depth=0.1)


def sea(scene: Scene, top: float, mirror: str | None) -> None:
    """Open water with swell, foam and a beach that the waves run up."""
    rng, hand, light = scene.rng("sea"), scene.hand, scene.light
    surface(scene, top, mirror)
    water = light.on(scene.palette.water)
    for row in range(6):
        share = (row + 0.5) / 7
        y = top + (scene.height - top) * share * 0.66
        crest = [(i * scene.width / 14 - 20, y + rng.uniform(-4, 4) * (1 + share * 3)) for i in range(16)]
        belly = [(px, py + 7 + 26 * share) for px, py in reversed(crest)]
        hand.document.add(
            "path",
            d=smooth(crest) + smooth(belly, start="L") + "Z",
            fill=to_hex(lighten(water, -0.05)),
            fill_opacity=0.22,
        )
        foam = "".join(
            dab((rng.uniform(0, scene.width), y + rng.uniform(-3, 3)), rng.uniform(10, 46) * (0.4 + share), 0, 0.03)
            for _ in range(8)
        )
        hand.document.add("path", d=foam, fill=to_hex(mix(light.sky[3], parse("#ffffff"), 0.4)), fill_opacity=0.4)


def beach(scene: Scene, line: float) -> None:
    """Sand in front, with the last wave's lace on it."""
    rng, hand, light = scene.rng("beach"), scene.hand, scene.light
    sand = scene.palette.sand
    slope = -scene.lit_side * 60
    edge = [
        (x, line + slope * (x / scene.width - 0.5) + 16 * sin(x / 110) + rng.uniform(-5, 5))
        for x in range(-40, int(scene.width) + 90, 60)
    ]
    lace = [(x, y - 13 - 5 * sin(x / 60)) for x, y in edge]
    under = f"L{num(scene.width + 60)} {num(scene.height + 20)}L-60 {num(scene.height + 20)}Z"
    hand.document.add(
        "path",
        d=smooth(lace) + under,
        fill=to_hex(mix(light.on(parse("#ffffff")), light.sky[3], 0.3)),
        fill_opacity=0.75,
    )
    hand.mass(smooth([(x, y - 4) for x, y in edge]) + under, mix(sand, scene.palette.water, 0.25), lighten(sand, -0.1))
    hand.mass(
        smooth([(x, y + 26 + 6 * sin(x / 70)) for x, y in edge]) + under, lighten(sand, 0.02), lighten(sand, -0.14)
    )
    pebbles = "".join(
        dab(
            (rng.uniform(0, scene.width), rng.uniform(line + 70, scene.height)),
            rng.uniform(1, 4),
            rng.uniform(0, 3),
            0.4,
        )
        for _ in range(120)
    )
    hand.dabs(pebbles, lighten(sand, -0.2), tone=0.4, opacity=0.5)


def waterfall(scene: Scene, x: float, top: float, bottom: float, width: float) -> None:
    """A fall between dark rocks, with spray at its foot."""
    rng, hand, light = scene.rng("fall"), scene.hand, scene.light
    for side in (-1, 1):
        _cliff(scene, rng, (x + side * width * 0.4, top), side, bottom + 10, width)
    hand.mass(
        polygon(
            [(x - width * 0.42, top), (x + width * 0.42, top), (x + width * 0.55, bottom), (x - width * 0.55, bottom)]
        ),
        parse("#f4fbff"),
        scene.palette.water,
        depth=0.15,
    )
    threads = "".join(
        leaf(
            (x + rng.uniform(-0.42, 0.42) * width, top + rng.uniform(0, 0.4) * (bottom - top)),
            1.57,
            (bottom - top) * rng.uniform(0.3, 0.6),
            width * 0.03,
        )
        for _ in range(46)
    )
    hand.document.add("path", d=threads, fill="#ffffff", fill_opacity=0.5)
    for _ in range(7):
        hand.glow(
            *polar((x, bottom), rng.uniform(3.2, 6.2), rng.uniform(0, width * 0.5)),
            width * 0.5,
            mix(light.sky[3], parse("#ffffff"), 0.6),
            0.35,
        )


def _cliff(scene: Scene, rng: Random, edge: Point, side: int, foot: float, width: float) -> None:
    """A broken wall of rock beside a fall, overgrown above and below."""
    hand, (x, top) = scene.hand, edge
    tall = foot - top
    # From the lip of the fall outward, falling off in ledges.
    brow = [(x - side * 4, top - 6), (x + side * width * 0.5, top - rng.uniform(14, 30))]
    for out, drop in (
        (0.9, 0.0),
        (1.0, 0.2),
        (1.5, 0.26),
        (1.62, 0.5),
        (2.2, 0.56),
        (2.4, 0.8),
        (3.1, 0.86),
        (3.5, 1.0),
    ):
        brow.append((x + side * width * out + rng.uniform(-8, 8), top + tall * drop + rng.uniform(-6, 6)))
    rock = lighten(scene.palette.rock, -0.04)
    hand.mass(polygon([*brow, (x - side * width * 0.12, foot)]), lighten(rock, 0.06), rock, depth=0.22)
    cracks, ledges = "", ""
    for _ in range(16):
        out = rng.random() ** 1.5 * 2.2
        start = (x + side * width * out, top + tall * (0.12 + 0.3 * out + rng.random() * 0.3))
        if start[1] < foot - tall * 0.2:
            cracks += leaf(start, 1.57 + rng.uniform(-0.15, 0.15), tall * rng.uniform(0.12, 0.3), width * 0.07)
            ledges += leaf(start, side * 0.1 if side > 0 else 3.14, width * rng.uniform(0.1, 0.3), width * 0.04)
    hand.dabs(cracks, lighten(rock, -0.14), tone=0.3, depth=0.2, opacity=0.55)
    hand.dabs(ledges, lighten(rock, 0.12), tone=0.7, depth=0.2, opacity=0.5)
    for tone, shift in ((0.12, 0.0), (0.38, -0.12)):
        bushes = ""
        for px, py in brow[1:]:
            size = width * rng.uniform(0.13, 0.24) * (1 + shift)
            bushes += scallop(rng, (px, py - size * (0.2 - shift)), size * 1.3, size * 0.8, 9)
        for k in range(1, 9):
            size = width * rng.uniform(0.12, 0.26) * (1 + shift)
            bushes += scallop(
                rng, (x + side * width * (0.3 + 0.38 * k), foot - size * (0.1 - shift)), size * 1.4, size, 9
            )
        hand.dabs(bushes, scene.leaf(tone), tone=tone, depth=0.18)
