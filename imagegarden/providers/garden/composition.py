"""From a brief to a picture: which layers, in which order, on which lines."""

from dataclasses import dataclass, replace
from random import Random

from . import light, settings, subjects
from .brief import Brief, Subject
from .elements import creatures, plate, sky, staffage, weather
from .elements.figures import FIGURES
from .modifiers import graded
from .palettes import Palette
from .scene import Scene
from .species import SPECIES
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


_GROWS = ("iris", "poppy", "foxglove", "fern", "lily", "coneflower")
_OPEN = ("meadow", "hill", "field", "garden", "mountain", "desert")
_HORIZON = {
    "pond": 0.38,
    "river": 0.42,
    "sea": 0.6,
    "meadow": 0.57,
    "hill": 0.6,
    "field": 0.41,
    "desert": 0.6,
    "mountain": 0.6,
    "garden": 0.57,
    "forest": 0.62,
    "grove": 0.7,
    "city": 0.62,
    "space": 0.66,
    "deep": 0.36,
    "table": 0.68,
    "studio": 0.66,
}


def paint(brief: Brief, sheet: Sheet, *, mounted: bool = True) -> Scene:
    """Draw the brief, part by part, into the document of a new scene."""
    if not sheet.style.has_scenery and not _has_specimen(brief):
        # A plate of a landscape shows what grows there.
        brief = replace(brief, subjects=(Subject(SPECIES[_GROWS[brief.chance % len(_GROWS)]]),))
    elif not sheet.style.has_scenery and brief.figures:
        # And one of a fox among sunflowers shows the fox.
        brief = replace(brief, subjects=(), creatures=(), built=())
    scene = stage(brief, sheet)
    document = scene.hand.document
    settings.lay(scene)
    document.cut()
    subjects.plant(scene)
    document.cut()
    staffage.place(scene)
    document.cut()
    if scene.hand.has_scenery:
        if brief.setting not in settings.ENCLOSED:
            weather.mist(scene)
        settings.frame(scene)
    else:
        plate.parts(scene)
    document.cut()
    for extra in brief.creatures:
        if extra.kind != "koi":
            creatures.release(scene, extra)
    document.cut()
    if scene.hand.has_scenery:
        if brief.setting not in settings.ENCLOSED:
            weather.fall(scene)
        if "dark" in brief.moods and not scene.light.is_dark:
            sky.rays(scene, 0.16)
    if mounted:
        document.cut()
        scene.hand.mount()
    return scene


def _has_specimen(brief: Brief) -> bool:
    return bool(brief.subjects or brief.figures or brief.built or brief.setting in ("space", "city"))


def _time(brief: Brief, palette: Palette, rng: Random) -> str:
    if brief.time:
        return brief.time
    if brief.setting == "space":
        return "night"
    if "firefly" in {extra.kind for extra in brief.creatures}:
        return "dusk"
    return _hour(palette, brief, rng)


def _hour(palette: Palette, brief: Brief, rng: Random) -> str:
    """The palette's own hour, or one near it: pictures that name none should not all share a sky."""
    if palette.time == "morning" and ("mist" in brief.weather or brief.setting in ("forest", "grove")):
        return "morning"
    if palette.time == "sunset":
        return rng.choice(("sunset", "morning", "dawn"))
    if palette.time == "morning":
        return rng.choice(("morning", "morning", "morning", "noon", "dawn", "sunset"))
    return palette.time


def stage(brief: Brief, sheet: Sheet) -> Scene:
    """Decide the hour, the horizon and where the light and the subject stand."""
    ratio = (sheet.width / sheet.height) ** 0.5
    width, height = 1000 * ratio, 1000 / ratio
    rng = Random(sheet.number)  # noqa: S311
    left = rng.random() < 0.5
    focus = width * (rng.uniform(0.3, 0.38) if left else rng.uniform(0.62, 0.7))
    if not sheet.style.has_scenery:
        # A plate has its specimen in the middle.
        focus = width * (0.53 if left else 0.47)
    time = sheet.style.hour or _time(brief, sheet.palette, rng)
    horizon = height * (_HORIZON[brief.setting] + rng.uniform(-0.03, 0.03))
    if brief.setting in _OPEN and brief.figures and FIGURES[brief.figures[0].kind].home in ("air", "sky"):
        # Who flies has the sky: the land lies low.
        horizon = height * 0.74
    light_x = width * (rng.uniform(0.66, 0.82) if left else rng.uniform(0.18, 0.34))
    low = {"dawn": 0.74, "sunset": 0.76, "dusk": 0.8}.get(time, 0.32 if time != "noon" else 0.24)
    mist = 0.95 if "mist" in brief.weather else 0.62 if "dreamy" in brief.moods or time == "dawn" else 0.4
    gloom = (0.75 if "dark" in brief.moods else 0.0) if time not in ("night", "storm") else 0.0
    wood = brief.setting in ("forest", "grove") and not any(s.species.family == "tree" for s in brief.subjects)
    palette = graded(sheet.palette, brief.grades) if brief.grades else sheet.palette
    day = light.make(palette, time, light_x, horizon * low, mist=mist, gloom=gloom, wood=wood)
    hand = sheet.style(Document(width, height), day)
    season = brief.season or palette.season
    return Scene(width, height, hand, day, palette, brief, season, horizon, focus, sheet.number)
