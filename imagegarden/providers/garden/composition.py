"""From a brief to a picture: which layers, in which order, on which lines."""

from dataclasses import dataclass
from random import Random

from . import light
from .brief import Brief
from .elements import land, sky
from .palettes import Palette
from .scene import Scene
from .styles import Hand
from .svg import Document


@dataclass(frozen=True)
class Sheet:
    """The size in pixels, the style and palette to use, and the number all chance comes from."""

    width: int
    height: int
    style: type[Hand]
    palette: Palette
    number: int


_HORIZON = {
    "pond": 0.4, "river": 0.46, "sea": 0.55, "meadow": 0.55, "hill": 0.58, "field": 0.44, "desert": 0.6,
    "mountain": 0.6, "garden": 0.52, "forest": 0.62, "grove": 0.7,
}


def compose(brief: Brief, sheet: Sheet, title: str) -> str:
    """Draw the brief on a sheet."""
    scene = stage(brief, sheet)
    sky.paint(scene)
    land.hills(scene)
    return scene.hand.document.render(sheet.width, sheet.height, title)


def stage(brief: Brief, sheet: Sheet) -> Scene:
    """Decide the hour, the horizon and where the light and the subject stand."""
    ratio = (sheet.width / sheet.height) ** 0.5
    width, height = 1000 * ratio, 1000 / ratio
    rng = Random(sheet.number)
    left = rng.random() < 0.5
    focus = width * (rng.uniform(0.3, 0.38) if left else rng.uniform(0.62, 0.7))
    time = brief.time or sheet.palette.time
    horizon = height * (_HORIZON[brief.setting] + rng.uniform(-0.03, 0.03))
    light_x = width * (rng.uniform(0.62, 0.82) if left else rng.uniform(0.18, 0.38))
    low = {"dawn": 0.8, "sunset": 0.84, "dusk": 0.86}.get(time, 0.3 if time != "noon" else 0.2)
    mist = 0.95 if "mist" in brief.weather else 0.6 if "dreamy" in brief.moods or time == "dawn" else 0.4
    gloom = (0.75 if "dark" in brief.moods else 0.0) if time not in ("night", "storm") else 0.0
    day = light.make(sheet.palette, time, light_x, horizon * low, mist=mist, gloom=gloom)
    hand = sheet.style(Document(width, height), day)
    season = brief.season or sheet.palette.season
    return Scene(width, height, hand, day, sheet.palette, brief, season, horizon, focus, sheet.number)
