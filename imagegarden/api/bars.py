"""Calls by day as stacked bars: what is drawn where, in the units of the picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from imagegarden.domain.usage import KeyUsage

MOST_SERIES = 7
STEP = 12
BAR = 8
HEIGHT = 160
OTHER = "other"
# A peak is read best against a round number above it.
ROUND = (1, 2, 4, 5, 6, 8, 10)


@dataclass(frozen=True)
class Series:
    """One color of the bars: a key, or all further ones together. `look` names the color."""

    look: str
    key: KeyUsage | None
    calls_by_day: Mapping[date, int]

    @property
    def calls(self) -> int:
        """All calls of these days."""
        return sum(self.calls_by_day.values())


@dataclass(frozen=True)
class Piece:
    """A part of one day's bar."""

    look: str
    y: float
    height: float


@dataclass(frozen=True)
class Bar:
    """One day."""

    day: date
    x: int
    calls: int
    pieces: Sequence[Piece]


@dataclass(frozen=True)
class Chart:
    """All bars, from the first day to the last. `top` is how many calls the whole height stands for."""

    bars: Sequence[Bar]
    series: Sequence[Series]
    top: int

    @property
    def width(self) -> int:
        """How wide it is, in units of its own."""
        return STEP * len(self.bars)


def chart(days: Sequence[date], keys: Sequence[KeyUsage]) -> Chart:
    """The bars of these days: the keys that called most, each in a color of its own, and the others in one."""
    series = _series([key for key in keys if key.counts.calls])
    calls = {day: sum(one.calls_by_day.get(day, 0) for one in series) for day in days}
    top = round_up(max(calls.values(), default=0))
    bars = [
        Bar(day, STEP * number + (STEP - BAR) // 2, calls[day], _pieces(series, day, top))
        for number, day in enumerate(days)
    ]
    return Chart(bars, series, top)


def _series(keys: Sequence[KeyUsage]) -> Sequence[Series]:
    found = [Series(str(number), key, key.calls_by_day) for number, key in enumerate(keys[:MOST_SERIES], 1)]
    rest: dict[date, int] = {}
    for key in keys[MOST_SERIES:]:
        for day, calls in key.calls_by_day.items():
            rest[day] = rest.get(day, 0) + calls
    return [*found, Series(OTHER, None, rest)] if rest else found


def _pieces(series: Sequence[Series], day: date, top: int) -> Sequence[Piece]:
    pieces, below = [], 0.0
    for one in series:
        height = HEIGHT * one.calls_by_day.get(day, 0) / top
        if height:
            pieces.append(Piece(one.look, round(HEIGHT - below - height, 2), round(height, 2)))
            below += height
    return pieces


def round_up(number: int) -> int:
    """The next round number, 2 at least: 7 is 8, 130 is 200."""
    size = int("1" + "0" * (len(str(number)) - 1))
    return max(2, next(first * size for first in ROUND if first * size >= number))
