"""What is known of a model: who runs it, what people read, what it takes and what it makes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

Sizes = Mapping[str, tuple[int, int]]


@dataclass(frozen=True)
class Range:
    """The numbers that may be chosen, both ends included, and the one that is taken when nobody chooses."""

    lowest: float
    highest: float
    default: float
    step: float = 1


class Takes(StrEnum):
    """Whether a model takes something with its order."""

    NO = "no"
    MAY = "may"
    MUST = "must"


@dataclass(frozen=True, kw_only=True)
class Model:
    """One model of one kind of making. Times are in seconds.

    `source` is the provider's name for it, with the version behind a colon where the version is ours to choose.
    `sizes` maps each aspect ratio that it has to width and height in pixels. Where it starts from a picture and
    `follows_image`, the result has that picture's shape instead, and its very size where it `keeps_size`. `strengths`
    maps how strongly a picture is varied to the provider's number for it. What is empty, None or False, it lacks.
    """

    key: str
    kind: str
    provider: str
    source: str
    label: str
    description: str
    is_ai: bool
    is_premium: bool = False
    usual_seconds: float
    deadline_seconds: float

    prompt: Takes = Takes.MUST
    image: Takes = Takes.NO
    mask: Takes = Takes.NO
    sizes: Sizes = field(default_factory=dict)
    resolutions: Mapping[str, Sizes] = field(default_factory=dict)
    follows_image: bool = True
    keeps_size: bool = False
    max_source_pixels: int | None = None
    max_count: int = 1
    has_looks: bool = False
    has_seed: bool = True
    has_negative_prompt: bool = False
    has_faces: bool = False
    steps: Range | None = None
    guidance: Range | None = None
    strengths: Mapping[str, float] = field(default_factory=dict)
    scales: tuple[int, ...] = ()
    expansions: tuple[str, ...] = ()
    durations: tuple[int, ...] = ()
    # Of some resolutions, the only durations that they have.
    durations_of: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def default_resolution(self) -> str | None:
        """The resolution that is taken when nobody chooses."""
        return next(iter(self.resolutions), None)

    @property
    def spoken_durations(self) -> dict[str, list[str]]:
        """The durations of each resolution, as a form spells them."""
        return {name: [str(seconds) for seconds in self.durations_at(name)] for name in self.resolutions}

    def within(self, *, count: int, seconds: int) -> "Model":
        """The model for somebody who may have this many outputs at a time, and films as long as this."""
        return replace(
            self,
            max_count=min(self.max_count, count),
            durations=_up_to(self.durations, seconds),
            durations_of=MappingProxyType({name: _up_to(has, seconds) for name, has in self.durations_of.items()}),
        )

    def durations_at(self, resolution: str | None) -> tuple[int, ...]:
        """The durations that it has at a resolution, in seconds."""
        return self.durations_of.get(resolution or "", self.durations)


def _up_to(durations: tuple[int, ...], seconds: int) -> tuple[int, ...]:
    """Those that are not too long; the shortest in any case."""
    return tuple(one for one in durations if one <= max(seconds, min(durations)))
