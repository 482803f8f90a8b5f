"""Figures: whatever is no plant. Each is a few outlines on a grid, drawn by the style's hand."""

from .buildings import BUILDINGS
from .more_animals import MORE
from .outline import Figure, Stroke, path, words
from .people import PEOPLE
from .tame_animals import TAME
from .things import THINGS
from .vehicles import VEHICLES
from .water_and_air import WATER_AND_AIR
from .wild_animals import WILD

_ALL = (*TAME, *WILD, *MORE, *WATER_AND_AIR, *BUILDINGS, *VEHICLES, *THINGS, *PEOPLE)
FIGURES: dict[str, Figure] = {figure.key: figure for figure in _ALL}
WORDS: dict[str, tuple[str, str]] = words(_ALL)

__all__ = ["FIGURES", "WORDS", "Figure", "Stroke", "path"]
