"""Heads that open like stars: lilies, daffodils, irises, orchids, dandelion clocks."""

from math import pi, sqrt, tau
from random import Random

from ...color import Color, lighten, mix, parse
from ...geometry import Point, blob, dab, ellipse, leaf, polar, smooth, spoon
from ...scene import Scene
from .parts import GOLDEN, UP, shades


def lily(scene: Scene, rng: Random, at: Point, r: float, color: Color, heart: Color, petals: int, tilt: float) -> None:
    """Six recurved petals with long stamens."""
    hand = scene.hand
    deep, middle, light = shades(color)
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
    deep, middle, light = shades(color)
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
    deep, middle, light = shades(color)
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
    deep, middle, light = shades(color)
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
