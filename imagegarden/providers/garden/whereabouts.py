"""Where a picture lies and at which hour: what its prompt names, or what is at home there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from .elements.figures import FIGURES
from .species import SPECIES, Species

# What is in the sky and can be a subject; places that need no plant; and places where none grows.
_BODIES = frozenset({"galaxy", "planet", "comet"})
_ALONE = frozenset({"city", "deep", "space"})
WITHOUT_PLANTS = frozenset({"table", "studio", "space", "deep"})
_ORDER = (
    *("space", "deep", "city", "pond", "river", "sea", "forest"),
    *("desert", "mountain", "field", "hill", "garden", "meadow"),
)


@dataclass(frozen=True)
class Named:
    """What a prompt names, as far as it decides on the place."""

    settings: tuple[str, ...]
    species: tuple[Species, ...]
    figures: tuple[str, ...]
    built: frozenset[str]
    creatures: frozenset[str]
    sky: frozenset[str]


def speaks(named: Named) -> bool:
    """Whether there is a subject without any plant."""
    return bool(named.figures or set(named.settings) & _ALONE or named.sky & _BODIES)


def guess(rng: Random, named: Named) -> Species:
    """A plant for a prompt that names none."""
    if named.built:
        # A waterfall or a house is the subject then; a tree keeps it company, a huge flower would hide it.
        return SPECIES[rng.choice(("oak", "maple", "cherry blossom", "willow", "birch"))]
    fitting = [species for species in SPECIES.values() if species.setting in named.settings]
    return rng.choice(
        fitting or [species for species in SPECIES.values() if species.form not in ("grass", "ivy", "globe")]
    )


def setting(named: Named, rng: Random) -> str:
    """The one place of the picture."""
    if named.figures:
        home = _home(FIGURES[named.figures[0]].home, named, rng)
        if home:
            return home
    elif not named.species and not named.settings and named.sky & _BODIES:
        return "space"
    settings = set(named.settings)
    if "koi" in named.creatures or "boat" in named.built:
        settings |= set() if {"sea", "river", "pond"} & settings else {"pond"}
    if named.species and named.species[0].form == "bamboo" and settings <= {"forest"}:
        return "grove"
    if "greenhouse" in named.built and not settings:
        return "garden"
    if "waterfall" in named.built and not {"pond", "sea"} & settings:
        return "river"
    for place in _ORDER:
        if place in settings:
            return place
    if named.built & {"bridge", "waterfall"}:
        return "river"
    if named.species and named.species[0].setting:
        return named.species[0].setting
    return rng.choice(("meadow", "hill", "pond", "mountain", "garden"))


def _home(home: str, named: Named, rng: Random) -> str:
    """Where a figure is at home; empty where the prompt's own places decide."""
    if home in ("deep", "bed"):
        return "deep"
    if named.settings:
        return ""
    if home == "sky" or named.sky & _BODIES:
        return "space"
    if named.figures[0] == "galleon":
        return "sea"
    return {"table": "table", "bust": "studio", "shore": "sea", "sand": "desert", "water": "pond"}.get(
        home, rng.choice(("meadow", "hill", "field", "mountain"))
    )


def time(found: Mapping[str, Sequence[str]]) -> str:
    """The hour that the prompt names, or that follows from its sky; empty where none does."""
    if found.get("time"):
        return found["time"][-1]
    if "storm" in found.get("weather", []):
        return "storm"
    return "night" if {"star", "moon", "aurora", *_BODIES} & set(found.get("sky", [])) else ""
