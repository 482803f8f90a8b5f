"""The figures of a period as cards: how much, how that compares with the days before, and how it went."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

from imagegarden.domain.figures import Figure
from imagegarden.domain.overview import NOTHING, Overview
from imagegarden.models import GenerationStatus
from imagegarden.web.bars import spark
from imagegarden.web.money import money


@dataclass(frozen=True)
class Change:
    """How a figure compares with the days before: `is_more` is None where it is about the same.

    `is_good` is None then, too, and where more is neither better nor worse.
    """

    words: str
    is_more: bool | None
    is_good: bool | None


@dataclass(frozen=True)
class Card:
    """One figure. `change` is None where there is nothing to compare it with."""

    name: str
    value: str
    change: Change | None
    line: str
    note: str = ""


def cards(found: Overview) -> Sequence[Card]:
    """All cards of a period."""
    return [*_people(found), *_money(found), *_work(found)]


def _people(found: Overview) -> Sequence[Card]:
    new, active = found.by_day(Figure.SIGN_UPS), found.by_day(Figure.ACTIVE)
    after = [sum(new[day + 1 :]) for day in range(len(new))]
    days = len(found.days)
    premium = found.by_day(Figure.PREMIUM)
    return [
        Card(
            "People",
            f"{found.people:,}",
            _change(found.people, found.people - sum(new), is_more_good=True),
            spark([found.people - later for later in after]),
        ),
        Card(
            "New people",
            f"{sum(new):,}",
            _change(sum(new), found.total_before(Figure.SIGN_UPS), is_more_good=True),
            _line(new),
        ),
        Card(
            "Active people",
            f"{fmean(active[:-1]):,.0f}",
            _change(fmean(active[:-1]), found.total_before(Figure.ACTIVE) / days, is_more_good=True),
            _line(active),
            "on an average day",
        ),
        Card(
            "Premium now",
            f"{premium[-1]:,}",
            _change(premium[-1], found.before.get((Figure.PREMIUM, ""), NOTHING).last or 0, is_more_good=True),
            spark(premium),
        ),
    ]


def _money(found: Overview) -> Sequence[Card]:
    revenue = revenue_by_day(found)
    before = found.total_before(Figure.CAPTURED) - found.total_before(Figure.REFUNDED)
    worked = [sum(day) for day in zip(*found.parts(Figure.PROVIDER_MS).values(), strict=True)]
    charged = found.by_day(Figure.CHARGED)
    return [
        Card("Revenue", money(sum(revenue)), _change(sum(revenue), before, is_more_good=True), _line(revenue)),
        _sum_of(found, "Premium periods", Figure.PERIODS),
        Card(
            "Credits charged",
            f"{sum(charged):,}",
            _change(sum(charged), found.total_before(Figure.CHARGED), is_more_good=True),
            _line(charged),
        ),
        Card(
            "Provider time",
            _hours(sum(worked)),
            _change(sum(worked), found.total_before(Figure.PROVIDER_MS), is_more_good=None),
            _line(worked),
            "what it costs is not known here",
        ),
    ]


def _work(found: Overview) -> Sequence[Card]:
    done, failed = (found.by_day(Figure.OUTCOME, status) for status in _ENDS)
    shares = [share_of(f, d + f) for d, f in zip(done, failed, strict=True)]
    share = share_of(sum(failed), sum(done) + sum(failed))
    done_before, failed_before = (found.total_before(Figure.OUTCOME, status) for status in _ENDS)
    waits = found.known(Figure.P95_MS)
    wait = median(waits) if waits else None
    return [
        _sum_of(found, "Generations", Figure.MADE),
        Card(
            "Failures",
            f"{share:.1f} %",
            _points(share, share_of(failed_before, done_before + failed_before)) if done_before else None,
            _line(shares),
            "of those that were not stopped",
        ),
        Card(
            "Time to finish",
            seconds(wait) if wait is not None else "–",
            _change(wait or 0, found.before.get((Figure.P95_MS, ""), NOTHING).median, is_more_good=False),
            spark(waits),
            "for 95 %, on a usual day",
        ),
        _sum_of(found, "API calls", Figure.CALLS),
    ]


def _line(values: Sequence[float]) -> str:
    # Today is not over: it would always look like a fall.
    return spark(values[:-1])


_ENDS = (GenerationStatus.SUCCEEDED, GenerationStatus.FAILED)


def _sum_of(found: Overview, name: str, figure: Figure) -> Card:
    values = [sum(day) for day in zip(*found.parts(figure).values(), strict=True)]
    return Card(
        name, f"{sum(values):,}", _change(sum(values), found.total_before(figure), is_more_good=True), _line(values)
    )


def revenue_by_day(found: Overview) -> Sequence[int]:
    """What came in on each day without what went back, in paise."""
    moved = zip(found.by_day(Figure.CAPTURED), found.by_day(Figure.REFUNDED), strict=True)
    return [captured - refunded for captured, refunded in moved]


def share_of(part: int, whole: int) -> float:
    """A part in percent; of nothing, 0."""
    return 100 * part / whole if whole else 0.0


def _change(value: float, before: float, *, is_more_good: bool | None) -> Change | None:
    if before <= 0:
        return None
    percent = 100 * (value - before) / before
    return _told(percent, f"{abs(percent):,.0f} %", is_more_good)


def _points(share: float, before: float) -> Change:
    return _told(share - before, f"{abs(share - before):.1f} points", is_more_good=False)


def _told(difference: float, words: str, is_more_good: bool | None) -> Change:
    if words.startswith(("0 ", "0.0 ")):
        return Change(words, None, None)
    is_more = difference > 0
    return Change(words, is_more, None if is_more_good is None else is_more == is_more_good)


def seconds(milliseconds: float) -> str:
    """A short time as people say it: 4.2 s, 2 min 5 s."""
    whole = milliseconds / 1000
    if whole < 60:
        return f"{whole:.1f} s"
    return f"{int(whole // 60)} min {int(whole % 60)} s"


def _hours(milliseconds: float) -> str:
    hours = milliseconds / 3_600_000
    return f"{hours:,.0f} h" if hours >= 10 else f"{hours:.1f} h"
