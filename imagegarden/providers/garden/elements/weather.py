"""What falls or drifts between the eye and the scene."""

from math import pi
from random import Random

from ..color import mix, parse
from ..geometry import dab, ellipse
from ..scene import Scene


def fall(scene: Scene) -> None:
    """Rain, snow, petals or leaves in the air, as the brief asks."""
    weather = scene.brief.weather
    rng = scene.rng("weather")
    if "snow" in weather:
        _snow(scene, rng)
    elif "rain" in weather or ("storm" in weather and rng.random() < 0.5):
        _rain(scene, rng)
    if "wind" in weather:
        _leaves(scene, rng)
    if "dreamy" in scene.brief.moods:
        _motes(scene, rng)


def _snow(scene: Scene, rng: Random) -> None:
    for low, high, number, opacity in ((1.0, 2.0, 190, 0.7), (2.0, 3.6, 90, 0.8), (4.0, 7.5, 24, 0.55)):
        flakes = "".join(
            ellipse((rng.uniform(0, scene.width), rng.uniform(0, scene.height)), r := rng.uniform(low, high), r)
            for _ in range(number)
        )
        fill = "#ffffff" if not scene.hand.on_paper else "#c8cdd6"
        scene.hand.document.add("path", d=flakes, fill=fill, fill_opacity=opacity)


def _rain(scene: Scene, rng: Random) -> None:
    for length, number, width, opacity in ((26, 150, 0.9, 0.35), (46, 70, 1.4, 0.4)):
        drops = ""
        for _ in range(number):
            x, y = rng.uniform(-20, scene.width + 60), rng.uniform(-40, scene.height)
            drops += f"M{x:.1f} {y:.1f}l{-length * 0.22:.1f} {length}"
        tint = "#eaf2f8" if not scene.hand.on_paper else "#5a6270"
        scene.hand.document.add("path", d=drops, fill="none", stroke=tint, stroke_width=width, stroke_opacity=opacity)


def _leaves(scene: Scene, rng: Random) -> None:
    for tone in (0.3, 0.7, 0.95):
        marks = "".join(
            dab(
                (rng.uniform(0, scene.width), rng.uniform(scene.height * 0.1, scene.height)),
                rng.uniform(4, 9),
                rng.uniform(0, pi),
                0.32,
            )
            for _ in range(12)
        )
        scene.hand.dabs(marks, scene.leaf(tone), tone=0.5)


def _motes(scene: Scene, rng: Random) -> None:
    for _ in range(26):
        scene.hand.glow(
            rng.uniform(0, scene.width),
            rng.uniform(scene.height * 0.2, scene.height),
            rng.uniform(5, 16),
            mix(scene.light.glow, parse("#ffffff"), 0.3),
            0.7,
        )


def mist(scene: Scene) -> None:
    """Bands of mist over the middle ground."""
    rng, light = scene.rng("mist"), scene.light
    if light.mist < 0.55:
        return
    for _ in range(2):
        y = scene.horizon + rng.uniform(-0.1, 0.14) * scene.height
        scene.hand.veil(y - 70, y + 90, light.haze, 0.34 * light.mist)
