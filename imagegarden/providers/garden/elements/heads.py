"""Flower heads by form. Each draws one head of radius r at a point; tilt is in radians, 0 looks up."""

from collections.abc import Callable
from math import atan2, cos, pi, sin, sqrt, tau
from random import Random

from ..color import Color, lighten, mix, parse, turn
from ..geometry import Point, blob, dab, ellipse, leaf, polar, smooth, spoon
from ..scene import Scene

GOLDEN = pi * (3 - sqrt(5))
UP = -pi / 2


def _shades(color: Color) -> tuple[Color, Color, Color]:
    """Deep, middle and light version of a petal color."""
    deep = turn(lighten(color, -0.13), -8 if color.a > 0 else 8)
    return deep, color, mix(lighten(color, 0.09), parse("#fff4dc"), 0.28)


def _squash(path_points: list[Point], center: Point, ratio: float) -> list[Point]:
    return [(x, center[1] + (y - center[1]) * ratio) for x, y in path_points]


def tulip(scene: Scene, rng: Random, at: Point, r: float, color: Color, heart: Color, petals: int, tilt: float) -> None:
    """A cup of overlapping petals seen from the side."""
    hand, (x, y) = scene.hand, at
    deep, middle, light = _shades(color)
    foot = (x, y + r * 0.95)
    for side, lean, wide, inner, outer in (
        (-1, 0.32, 0.62, lighten(deep, -0.05), deep),
        (1, 0.32, 0.62, lighten(deep, -0.05), deep),
        (0, 0.0, 0.8, deep, middle),
        (-1, 0.2, 0.78, middle, light),
        (1, 0.2, 0.78, deep, middle),
        (0, -0.02, 0.66, middle, light),
    ):
        angle = UP + tilt + side * lean + rng.uniform(-0.04, 0.04)
        length = r * (1.95 if side else 1.8) * rng.uniform(0.95, 1.05)
        tip = polar(foot, angle, length)
        paint = hand.across(foot[0], foot[1], tip[0], tip[1], lighten(inner, -0.06), inner, outer)
        hand.petal(_cup_petal(foot, angle, length, r * wide * 1.25, -side * 0.1), outer, paint=paint)
    streaks = "".join(leaf(foot, UP + tilt + s, r * 1.3, r * 0.05) for s in (-0.16, -0.05, 0.07, 0.2))
    hand.dabs(streaks, light, tone=0.6, opacity=0.35)


def _cup_petal(foot: Point, angle: float, length: float, width: float, bend: float) -> str:
    side = angle + pi / 2
    low, high = polar(foot, angle, length * 0.12), polar(foot, angle, length * 0.66)
    tip = polar(polar(foot, angle, length), side, bend * length)
    return smooth(
        [
            foot,
            polar(low, side, -width * 0.4),
            polar(polar(foot, angle, length * 0.4), side, -width * 0.52),
            polar(high, side, -width * 0.36),
            tip,
            polar(high, side, width * 0.36),
            polar(polar(foot, angle, length * 0.4), side, width * 0.52),
            polar(low, side, width * 0.4),
        ],
        closed=True,
    )


def daisy(scene: Scene, rng: Random, at: Point, r: float, color: Color, heart: Color, petals: int, tilt: float) -> None:
    """Rays around a domed heart, turned a little away."""
    hand = scene.hand
    deep, middle, light = _shades(color)
    ratio = rng.uniform(0.72, 0.92)
    wide = r * min(0.75, 4.6 / petals)
    for ring, share in ((0, 1.0), (1, 0.93)):
        order = list(range(petals))
        for i in order:
            angle = tau * (i + 0.5 * ring) / petals + rng.uniform(-0.07, 0.07) + tilt
            length = r * share * rng.uniform(0.92, 1.05) * sqrt(cos(angle) ** 2 + (sin(angle) * ratio) ** 2)
            bent = (at[0], at[1])
            true = slanted(angle, ratio)
            paint = hand.radial(
                at[0], at[1], r, deep if ring == 0 else mix(deep, middle, 0.5), middle if ring == 0 else light
            )
            hand.petal(spoon(bent, true, length, wide, 0.02), middle if ring else deep, paint=paint)
    disc(scene, rng, at, r * (0.27 if petals > 7 else 0.2), ratio, heart, 70)


def slanted(angle: float, ratio: float) -> float:
    """The direction of an angle on a circle seen at a slant."""
    return atan2(sin(angle) * ratio, cos(angle))


def disc(scene: Scene, rng: Random, at: Point, r: float, ratio: float, color: Color, seeds: int) -> None:
    """A flower's heart: florets by the golden angle, lit from one side."""
    hand = scene.hand
    hand.petal(
        ellipse(at, r, r * ratio),
        color,
        paint=hand.radial(
            at[0] + scene.lit_side * r * 0.3, at[1] - r * 0.35, r * 1.4, lighten(color, 0.1), lighten(color, -0.14)
        ),
    )
    marks: dict[bool, str] = {True: "", False: ""}
    for i in range(scene.count(seeds)):
        reach = r * 0.95 * sqrt((i + 0.5) / scene.count(seeds))
        point = (at[0] + cos(i * GOLDEN) * reach, at[1] + sin(i * GOLDEN) * reach * ratio)
        marks[i % 2 == 0] += ellipse(point, size := max(0.7, r * 0.055), size)
    hand.dabs(marks[True], lighten(color, 0.14), tone=0.75, opacity=0.8)
    hand.dabs(marks[False], lighten(color, -0.16), tone=0.2, opacity=0.7)


def sunflower(
    scene: Scene, rng: Random, at: Point, r: float, color: Color, heart: Color, petals: int, tilt: float
) -> None:
    """Two rings of pointed rays and a broad seed disc."""
    hand = scene.hand
    deep, middle, light = _shades(color)
    ratio = rng.uniform(0.84, 0.96)
    for share, inner, outer, shift in (
        (1.0, lighten(deep, -0.04), deep, 0.0),
        (0.97, deep, middle, 0.5),
        (0.82, middle, light, 0.25),
    ):
        paint = hand.radial(at[0], at[1], r * share, lighten(inner, -0.1), outer)
        for i in range(petals * 2 // 3):
            angle = tau * (i + shift) / (petals * 2 // 3) + rng.uniform(-0.08, 0.08) + tilt
            length = r * share * rng.uniform(0.88, 1.06) * sqrt(cos(angle) ** 2 + (sin(angle) * ratio) ** 2)
            hand.petal(leaf(at, slanted(angle, ratio), length, r * 0.3, rng.uniform(-0.08, 0.08)), outer, paint=paint)
    disc(scene, rng, at, r * 0.46, ratio, heart, 200)
    disc(scene, rng, at, r * 0.24, ratio, mix(heart, parse("#8a6a24"), 0.4), 60)


def poppy(scene: Scene, rng: Random, at: Point, r: float, color: Color, heart: Color, petals: int, tilt: float) -> None:
    """Four crumpled silk petals around a dark eye."""
    hand = scene.hand
    deep, middle, light = _shades(color)
    squash = rng.uniform(0.7, 0.92)
    for angle, inner, outer, size in (
        (UP, deep, middle, 1.0),
        (0.1, deep, middle, 0.9),
        (pi - 0.1, deep, middle, 0.9),
        (-UP, middle, light, 0.9),
    ):
        angle += tilt + rng.uniform(-0.15, 0.15)
        center = polar(at, angle, r * 0.42)
        points = []
        for i in range(14):
            turn_ = angle + tau * i / 14
            wave = 1 + rng.uniform(-0.09, 0.07)
            point = polar(center, turn_, r * 0.66 * size * wave)
            points.append((point[0], at[1] + (point[1] - at[1]) * squash))
        paint = hand.radial(at[0], at[1], r * 1.05, lighten(inner, -0.16), outer)
        hand.petal(smooth(points, closed=True), outer, paint=paint)
        folds = "".join(leaf(at, angle + s, r * rng.uniform(0.6, 0.9), r * 0.03) for s in (-0.5, -0.22, 0.1, 0.34, 0.6))
        hand.dabs(folds, deep, tone=0.4, opacity=0.3)
    for i in range(26):
        tip = polar(at, tau * i / 26 + rng.uniform(-0.1, 0.1), r * rng.uniform(0.2, 0.34))
        hand.line(f"M{at[0]:.1f} {at[1]:.1f}L{tip[0]:.1f} {tip[1]:.1f}", heart, r * 0.012, opacity=0.7)
    stamens = "".join(
        ellipse(polar(at, rng.uniform(0, tau), r * rng.uniform(0.2, 0.34)), r * 0.025, r * 0.025) for _ in range(30)
    )
    hand.dabs(stamens, heart, tone=0.1)
    hand.petal(ellipse(at, r * 0.14, r * 0.13), parse("#8aa05a"))
    hand.dabs("".join(leaf(at, tau * i / 8, r * 0.12, r * 0.03) for i in range(8)), heart, tone=0.2)


def rosette(
    scene: Scene, rng: Random, at: Point, r: float, color: Color, heart: Color, petals: int, tilt: float
) -> None:
    """Many short petals by the golden angle, smaller toward the middle: dahlias and their kin."""
    hand = scene.hand
    deep, middle, light = _shades(color)
    ratio = rng.uniform(0.82, 0.95)
    number = petals * 3 // 2
    for i in range(number):
        share = 1 - i / number
        angle = i * GOLDEN
        length = r * (0.16 + 0.86 * share)
        paint = hand.radial(at[0], at[1], max(length, r * 0.2), deep, mix(light, deep, 0.55 * share))
        hand.petal(
            leaf(
                at,
                slanted(angle, ratio),
                length * sqrt(cos(angle) ** 2 + (sin(angle) * ratio) ** 2),
                r * (0.13 + 0.24 * share),
            ),
            middle,
            paint=paint,
        )


def rose(scene: Scene, rng: Random, at: Point, r: float, color: Color, heart: Color, petals: int, tilt: float) -> None:
    """Petals wrapped around each other, each with a lit lip."""
    hand = scene.hand
    deep, middle, light = _shades(color)
    for i in range(petals):
        share = 1 - i / petals
        angle = i * GOLDEN + tilt
        reach = r * 0.62 * share**0.85
        size = r * (0.17 + 0.42 * share)
        center = (at[0] + cos(angle) * reach, at[1] + sin(angle) * reach * 0.9 - r * 0.06 * (1 - share))
        tone = mix(mix(deep, middle, share), heart, 0.5 * (1 - share))
        lip = mix(light, tone, 0.15 + 0.3 * (1 - share))
        out = polar(center, angle, size * 0.9)
        paint = hand.across(at[0], at[1], out[0], out[1], lighten(heart, -0.05 * share), tone, lip)
        points = []
        for k in range(9):
            around = angle + tau * k / 9
            forward = cos(around - angle)
            stretch = size * (1 + 0.12 * forward + rng.uniform(-0.05, 0.05))
            points.append((center[0] + cos(around) * stretch, center[1] + sin(around) * stretch * 0.88))
        hand.petal(smooth(points, closed=True), tone, paint=paint)
    spiral = [polar(at, i * 0.7 + tilt, r * (0.02 + 0.016 * i)) for i in range(11)]
    hand.line(smooth(spiral), lighten(heart, -0.12), r * 0.03, opacity=0.7)


def lotus(scene: Scene, rng: Random, at: Point, r: float, color: Color, heart: Color, petals: int, tilt: float) -> None:
    """Rows of pointed petals that open like hands, pale at the foot and deep at the tip."""
    hand, foot = scene.hand, (at[0], at[1] + r * 0.45)
    deep, middle, light = _shades(color)
    pale = mix(light, parse("#fffaf0"), 0.5)
    rows = (
        (5, 0.85, 1.3, 0.5, -0.06),
        (4, 0.7, 1.22, 0.52, -0.03),
        (0, 0.0, 0.0, 0.0, 0.0),
        (5, 1.25, 1.14, 0.44, 0.0),
        (3, 0.55, 0.92, 0.52, 0.03),
        (2, 1.32, 0.98, 0.38, 0.05),
    )
    for number, fan, reach, wide, tone in rows:
        if number == 0:
            disc(scene, rng, (at[0], at[1] + r * 0.02), r * 0.2, 0.5, heart, 40)
            continue
        order = sorted(range(number), key=lambda k: -abs(k - (number - 1) / 2))
        for k in order:
            share = (k / (number - 1)) * 2 - 1
            angle = UP + tilt + share * fan + rng.uniform(-0.05, 0.05)
            length = r * reach * (1 - 0.08 * abs(share)) * rng.uniform(0.96, 1.04)
            tip = polar(foot, angle, length)
            paint = hand.across(
                foot[0],
                foot[1],
                tip[0],
                tip[1],
                pale,
                lighten(light, tone),
                lighten(middle, tone),
                lighten(deep, tone + 0.04),
            )
            path = _cup_petal(foot, angle, length, r * wide * 1.15, share * 0.06)
            hand.petal(path, lighten(mix(middle, light, 0.5), tone * 1.5), paint=paint)
            veins = "".join(leaf(foot, angle + s, length * 0.8, r * 0.012) for s in (-0.1, 0, 0.1))
            hand.dabs(veins, deep, tone=0.5, opacity=0.25)


def lily(scene: Scene, rng: Random, at: Point, r: float, color: Color, heart: Color, petals: int, tilt: float) -> None:
    """Six recurved petals with long stamens."""
    hand = scene.hand
    deep, middle, light = _shades(color)
    for ring in (0, 1):
        for i in range(3):
            angle = UP + tau * (i + ring * 0.5) / 3 + tilt + rng.uniform(-0.1, 0.1)
            paint = hand.radial(at[0], at[1], r, mix(deep, parse("#a8b86a"), 0.35), light if ring else middle)
            hand.petal(
                leaf(at, angle, r * rng.uniform(0.98, 1.1), r * 0.56, rng.uniform(-0.15, 0.15)), middle, paint=paint
            )
            spots = "".join(
                ellipse(polar(at, angle + rng.uniform(-0.16, 0.16), r * rng.uniform(0.25, 0.6)), r * 0.014, r * 0.014)
                for _ in range(9)
            )
            hand.dabs(spots, mix(deep, parse("#8a2a3a"), 0.6), tone=0.4, opacity=0.7)
            hand.line(smooth([at, polar(at, angle, r * 0.8)]), deep, r * 0.02, opacity=0.4)
    for i in range(6):
        tip = polar(at, UP + tau * i / 6 + 0.3, r * rng.uniform(0.4, 0.55))
        hand.line(smooth([at, polar(at, UP + tau * i / 6 + 0.1, r * 0.25), tip]), parse("#dfe3a0"), r * 0.025)
        hand.petal(dab(tip, r * 0.07, UP + tau * i / 6 + 1.8, 0.3), mix(heart, parse("#9a4a1a"), 0.4))


def trumpet(
    scene: Scene, rng: Random, at: Point, r: float, color: Color, heart: Color, petals: int, tilt: float
) -> None:
    """Six petals behind a frilled cup: daffodils."""
    hand = scene.hand
    deep, middle, light = _shades(color)
    for i in range(6):
        paint = hand.radial(at[0], at[1], r, deep, light if i % 2 else middle)
        hand.petal(
            leaf(at, tau * i / 6 + tilt + rng.uniform(-0.1, 0.1), r * rng.uniform(0.95, 1.05), r * 0.58),
            middle,
            paint=paint,
        )
    cup = [polar(at, tau * i / 16, r * 0.4 * (1 + (0.09 if i % 2 else -0.06))) for i in range(16)]
    hand.petal(
        smooth(cup, closed=True),
        heart,
        paint=hand.radial(at[0], at[1], r * 0.42, lighten(heart, -0.2), lighten(heart, 0.06)),
    )
    hand.petal(ellipse((at[0], at[1] + r * 0.03), r * 0.24, r * 0.22), lighten(heart, -0.16))


def iris(scene: Scene, rng: Random, at: Point, r: float, color: Color, heart: Color, petals: int, tilt: float) -> None:
    """Three standards up, three falls down with a golden tongue."""
    hand = scene.hand
    deep, middle, light = _shades(color)
    for angle, length, wide, shade in (
        (UP - 0.4, 1.1, 0.75, middle),
        (UP + 0.4, 1.1, 0.75, deep),
        (UP, 1.15, 0.8, light),
    ):
        paint = hand.radial(at[0], at[1], r * 1.1, deep, shade)
        hand.petal(spoon(at, angle + tilt, r * length, r * wide, 0.04), shade, paint=paint)
    for angle, length, wide in ((pi - 0.45, 1.05, 0.6), (0.45, 1.05, 0.6), (pi / 2, 1.0, 0.74)):
        paint = hand.radial(at[0], at[1], r * 1.05, light, deep)
        hand.petal(spoon(at, angle, r * length, r * wide, 0.05), middle, paint=paint)
        hand.petal(leaf(at, angle, r * 0.5, r * 0.13), heart)


def orchid(
    scene: Scene, rng: Random, at: Point, r: float, color: Color, heart: Color, petals: int, tilt: float
) -> None:
    """Two broad wings, three sepals, a dark lip."""
    hand = scene.hand
    deep, middle, light = _shades(color)
    for angle in (UP, pi / 2 + 0.75, pi / 2 - 0.75):
        hand.petal(leaf(at, angle + tilt, r, r * 0.5), middle, paint=hand.radial(at[0], at[1], r, middle, light))
    for angle in (-0.22, pi + 0.22):
        hand.petal(
            spoon(at, angle + tilt, r * 1.02, r * 1.05),
            light,
            paint=hand.radial(at[0], at[1], r, mix(deep, middle, 0.3), light),
        )
        veins = "".join(leaf(at, angle + tilt + s, r * 0.75, r * 0.02) for s in (-0.4, -0.2, 0, 0.2, 0.4))
        hand.dabs(veins, deep, tone=0.5, opacity=0.4)
    hand.petal(spoon(at, pi / 2 + tilt, r * 0.52, r * 0.4, 0.1), heart)
    hand.petal(ellipse((at[0], at[1] - r * 0.02), r * 0.1, r * 0.1), parse("#ffd98a"))


def globe(scene: Scene, rng: Random, at: Point, r: float, color: Color, heart: Color, petals: int, tilt: float) -> None:
    """A ball of stars on threads: dandelion clocks, alliums."""
    hand = scene.hand
    r *= 0.85
    threads = ""
    tones: list[str] = ["", "", ""]
    for i in range(scene.count(220)):
        reach = r * sqrt(rng.random()) * rng.uniform(0.9, 1.04)
        angle = i * GOLDEN
        tip = polar(at, angle, reach)
        if i % 3 == 0:
            threads += f"M{at[0]:.1f} {at[1]:.1f}L{tip[0]:.1f} {tip[1]:.1f}"
        star = "".join(dab(tip, r * 0.07, rng.uniform(0, pi), 0.16) for _ in range(3))
        tones[
            min(2, int(3 * (0.5 + 0.5 * (tip[0] - at[0]) / r * scene.lit_side * 0.7 - 0.35 * (tip[1] - at[1]) / r)))
        ] += star
    hand.glow(at[0], at[1], r * 1.15, scene.hand.see(color), 0.35)
    hand.line(threads, lighten(color, -0.2), r * 0.01, opacity=0.5)
    for path, shift, tone in zip(tones, (-0.16, 0.0, 0.12), (0.3, 0.5, 0.7), strict=True):
        hand.dabs(path, lighten(color, shift), tone=tone)
    hand.petal(blob(rng, at, r * 0.1, r * 0.1), heart)


HEADS: dict[str, Callable[[Scene, Random, Point, float, Color, Color, int, float], None]] = {
    "tulip": tulip,
    "daisy": daisy,
    "sunflower": sunflower,
    "poppy": poppy,
    "rosette": rosette,
    "rose": rose,
    "lotus": lotus,
    "lily": lily,
    "trumpet": trumpet,
    "iris": iris,
    "orchid": orchid,
    "globe": globe,
}
