"""Heads with rays around a heart: daisies, sunflowers, dahlias."""

from math import cos, sin, sqrt, tau
from random import Random

from ...color import Color, lighten, mix, parse
from ...geometry import Point, leaf, spoon
from ...scene import Scene
from .parts import GOLDEN, disc, shades, slanted


def daisy(scene: Scene, rng: Random, at: Point, r: float, color: Color, heart: Color, petals: int, tilt: float) -> None:
    """Rays around a domed heart, turned a little away."""
    hand = scene.hand
    deep, middle, light = shades(color)
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


def sunflower(
    scene: Scene, rng: Random, at: Point, r: float, color: Color, heart: Color, petals: int, tilt: float
) -> None:
    """Two rings of pointed rays and a broad seed disc."""
    hand = scene.hand
    deep, middle, light = shades(color)
    ratio = rng.uniform(0.84, 0.96)
    for share, inner, outer, shift in (
        (1.0, lighten(deep, -0.04), deep, 0.0),
        (0.97, deep, middle, 0.5),
        (0.82, middle, light, 0.25),
    ):
        paint = hand.radial(at[0], at[1], r * share, lighten(inner, -0.1), outer)
        rays = []
        for i in range(petals * 2 // 3):
            angle = tau * (i + shift) / (petals * 2 // 3) + rng.uniform(-0.08, 0.08) + tilt
            length = r * share * rng.uniform(0.88, 1.06) * sqrt(cos(angle) ** 2 + (sin(angle) * ratio) ** 2)
            rays.append(leaf(at, slanted(angle, ratio), length, r * 0.3, rng.uniform(-0.08, 0.08)))
        # The hindmost ring is hardly seen: one shape will do.
        for ray in ["".join(rays)] if shift == 0 else rays:
            hand.petal(ray, outer, paint=paint)
    disc(scene, rng, at, r * 0.46, ratio, heart, 200)
    disc(scene, rng, at, r * 0.24, ratio, mix(heart, parse("#8a6a24"), 0.4), 60)


def rosette(
    scene: Scene, rng: Random, at: Point, r: float, color: Color, heart: Color, petals: int, tilt: float
) -> None:
    """Many short petals by the golden angle, smaller toward the middle: dahlias and their kin."""
    hand = scene.hand
    deep, middle, light = shades(color)
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
