"""Numbers of days as pictures: what is drawn where, in the units of the picture."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

MOST_SERIES = 7
STEP = 12
BAR = 8
HEIGHT = 160
OTHER = "other"
# A peak is read best against a round number above it.
ROUND = (1, 2, 4, 5, 6, 8, 10)
# More bars than these are too thin to point at: then each stands for a week.
MOST_BARS = 90
WEEK = 7
SPARK_WIDTH, SPARK_HEIGHT = 120, 28
SPARK_POINTS = 60


@dataclass(frozen=True)
class Span:
    """The days of one bar."""

    first: date
    last: date

    @property
    def words(self) -> str:
        """As people write it: 3 Mar, or 3 Mar to 9 Mar."""
        first, last = (f"{day:%-d %b}" for day in (self.first, self.last))
        return first if first == last else f"{first} to {last}"


@dataclass(frozen=True)
class Series:
    """One color of a picture, with a number for each bar or point. `of` is what it stands for."""

    look: str
    name: str
    values: Sequence[int]
    of: object = None

    @property
    def total(self) -> int:
        """All its numbers together."""
        return sum(self.values)


@dataclass(frozen=True)
class Piece:
    """A part of one bar."""

    look: str
    y: float
    height: float


@dataclass(frozen=True)
class Bar:
    """One bar: its days, and what it stands for."""

    span: Span
    x: int
    total: int
    pieces: Sequence[Piece]


@dataclass(frozen=True)
class Chart:
    """All bars, from the first day to the last. `top` is what the whole height stands for."""

    height: ClassVar[int] = HEIGHT

    bars: Sequence[Bar]
    series: Sequence[Series]
    top: int

    @property
    def width(self) -> int:
        """How wide it is, in units of its own."""
        return STEP * len(self.bars)


@dataclass(frozen=True)
class Line:
    """A series as a line: one run of points, or several where it is broken off."""

    series: Series
    runs: Sequence[str]


@dataclass(frozen=True)
class Lines:
    """Lines over the same days or moments. `top` is what the height stands for; `known` are those with numbers."""

    height: ClassVar[int] = HEIGHT

    days: Sequence[date]
    lines: Sequence[Line]
    top: int
    known: Sequence[bool]

    @property
    def width(self) -> int:
        """How wide it is, in units of its own."""
        return STEP * max(1, len(self.days) - 1)


def spans(days: Sequence[date]) -> Sequence[Span]:
    """What each bar stands for: a day; or a week, the first of which is longer where they do not come out even."""
    return [Span(days[first], days[last - 1]) for first, last in _cuts(len(days))]


def summed(values: Sequence[int]) -> Sequence[int]:
    """The numbers of days as those of the bars."""
    return [sum(values[first:last]) for first, last in _cuts(len(values))]


def _cuts(count: int) -> Iterator[tuple[int, int]]:
    if count <= MOST_BARS:
        yield from ((number, number + 1) for number in range(count))
        return
    first = WEEK + count % WEEK
    yield 0, first
    yield from ((start, start + WEEK) for start in range(first, count, WEEK))


def stacked(of: Sequence[Span], series: Sequence[Series]) -> Chart:
    """Bars on which the series lie one on another."""
    totals = [sum(one.values[number] for one in series) for number in range(len(of))]
    top = round_up(max(totals, default=0))
    bars = [
        Bar(span, STEP * number + (STEP - BAR) // 2, totals[number], _pieces(series, number, top))
        for number, span in enumerate(of)
    ]
    return Chart(bars, series, top)


def _pieces(series: Sequence[Series], number: int, top: int) -> Sequence[Piece]:
    pieces, below = [], 0.0
    for one in series:
        height = HEIGHT * one.values[number] / top
        if height:
            pieces.append(Piece(one.look, round(HEIGHT - below - height, 2), round(height, 2)))
            below += height
    return pieces


def lines(days: Sequence[date], series: Sequence[Series], known: Sequence[bool] | None = None) -> Lines:
    """Lines, each from the first day to the last; broken off where nothing is `known`."""
    top = round_up(max((value for one in series for value in one.values), default=0))
    has_number = [True] * len(days) if known is None else known
    drawn = [Line(one, [_run(one.values, first, last, top) for first, last in _runs(has_number)]) for one in series]
    return Lines(days, drawn, top, has_number)


def _run(values: Sequence[int], first: int, last: int, top: int) -> str:
    points = [(STEP * n, HEIGHT - HEIGHT * values[n] / top) for n in range(first, last)]
    # Of one point nothing would be drawn.
    return _points(points if len(points) > 1 else [*points, (points[0][0] + 1, points[0][1])])


def _runs(known: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Where numbers are known one after another: from the first of them to before the next that is not."""
    start = None
    for number, is_known in enumerate([*known, False]):
        if is_known and start is None:
            start = number
        elif not is_known and start is not None:
            yield start, number
            start = None


def spark(values: Sequence[float]) -> str:
    """The points of a small line: how it went, without numbers. Many days are drawn by their averages."""
    each = max(1, -(-len(values) // SPARK_POINTS))
    # From the end, so that the last point has all its days.
    cuts = [(max(0, end - each), end) for end in range(len(values), 0, -each)][::-1]
    means = [sum(values[start:end]) / (end - start) for start, end in cuts]
    low, high = min(means, default=0), max(means, default=0)
    across, up = SPARK_WIDTH / max(1, len(means) - 1), SPARK_HEIGHT / ((high - low) or 1)
    return _points([(n * across, SPARK_HEIGHT - (mean - low) * up) for n, mean in enumerate(means)])


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{round(x, 1):g},{round(y, 1):g}" for x, y in points)


def ranked(parts: Sequence[Series]) -> Sequence[Series]:
    """The first series, each with a color of its own, and all further ones together as one."""
    found = [Series(str(number), one.name, one.values, one.of) for number, one in enumerate(parts[:MOST_SERIES], 1)]
    rest = [one.values for one in parts[MOST_SERIES:]]
    return [*found, Series(OTHER, "Other", [sum(column) for column in zip(*rest, strict=True)])] if rest else found


def round_up(number: int) -> int:
    """The next round number, 2 at least: 7 is 8, 130 is 200."""
    size = int("1" + "0" * (len(str(number)) - 1))
    return max(2, next(first * size for first in ROUND if first * size >= number))
