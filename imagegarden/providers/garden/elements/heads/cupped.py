"""Heads whose petals hold each other: tulips, poppies, roses, lotuses."""

from math import cos, pi, sin, tau
from random import Random

from ...color import Color, lighten, mix, parse
from ...geometry import Point, ellipse, leaf, polar, smooth
from ...scene import Scene
from .parts import GOLDEN, UP, cup_petal, disc, shades


def tulip(scene: Scene, rng: Random, at: Point, r: float, color: Color, heart: Color, petals: int, tilt: float) -> None:
    """A cup of overlapping petals seen from the side."""
    hand, (x, y) = scene.hand, at
    deep, middle, light = shades(color)
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
        hand.petal(cup_petal(foot, angle, length, r * wide * 1.25, -side * 0.1), outer, paint=paint)
    streaks = "".join(leaf(foot, UP + tilt + s, r * 1.3, r * 0.05) for s in (-0.16, -0.05, 0.07, 0.2))
    hand.dabs(streaks, light, tone=0.6, opacity=0.35)


def poppy(scene: Scene, rng: Random, at: Point, r: float, color: Color, heart: Color, petals: int, tilt: float) -> None:
    """Four crumpled silk petals around a dark eye."""
    hand = scene.hand
    deep, middle, light = shades(color)
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


def rose(scene: Scene, rng: Random, at: Point, r: float, color: Color, heart: Color, petals: int, tilt: float) -> None:
    """Petals wrapped around each other, each with a lit lip."""
    hand = scene.hand
    deep, middle, light = shades(color)
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
    deep, middle, light = shades(color)
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
            path = cup_petal(foot, angle, length, r * wide * 1.15, share * 0.06)
            hand.petal(path, lighten(mix(middle, light, 0.5), tone * 1.5), paint=paint)
            veins = "".join(leaf(foot, angle + s, length * 0.8, r * 0.012) for s in (-0.1, 0, 0.1))
            hand.dabs(veins, deep, tone=0.5, opacity=0.25)
