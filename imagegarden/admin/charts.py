"""The figures of a period as pictures."""

from collections.abc import Sequence
from dataclasses import dataclass

from imagegarden.admin.cards import revenue_by_day, share_of
from imagegarden.current import known_models
from imagegarden.domain.figures import Figure
from imagegarden.domain.overview import Overview
from imagegarden.models import Outcome, Via
from imagegarden.web.bars import Chart, Lines, Series, lines, ranked, spans, stacked, summed

OUTCOMES = {
    Outcome.OK: ("1", "Answered"),
    Outcome.REFUSED: ("4", "Refused"),
    Outcome.LIMITED: ("2", "Too many"),
    Outcome.FAILED: ("bad", "Our fault"),
}
DOORS = {Via.WEB: "Pages", Via.API: "API", Via.CLI: "Commands"}


@dataclass(frozen=True)
class Step:
    """One of several numbers beside one another, with its share of the first or of all, in percent."""

    name: str
    count: int
    share: float


def people(found: Overview) -> Lines:
    """Who came, and who was there, on the days that are over: today would always look like a fall."""
    return lines(
        found.days[:-1],
        [
            Series("1", "Active people", found.by_day(Figure.ACTIVE)[:-1]),
            Series("2", "Sign-ups", found.by_day(Figure.SIGN_UPS)[:-1]),
        ],
    )


def generations(found: Overview) -> Chart:
    """What was asked for, by model."""
    parts = [
        Series("", known_models()[model].label if model in known_models() else model, summed(values))
        for model, values in found.parts(Figure.MADE).items()
    ]
    return stacked(spans(found.days), ranked(parts))


def revenue(found: Overview) -> Chart:
    """What was kept and what went back: together, what came in."""
    kept = summed(revenue_by_day(found))
    back = summed(found.by_day(Figure.REFUNDED))
    return stacked(
        spans(found.days),
        [Series("1", "Kept", [max(0, value) for value in kept]), Series("bad", "Refunded", back)],
    )


def calls(found: Overview) -> Chart:
    """What programs called, by what came of it."""
    return stacked(
        spans(found.days),
        [Series(look, name, summed(found.by_day(Figure.CALLS, outcome))) for outcome, (look, name) in OUTCOMES.items()],
    )


def funnel(found: Overview) -> Sequence[Step]:
    """From signing up by the first picture to the first payment, each counted when it happened."""
    counts = {
        "Signed up": found.total(Figure.SIGN_UPS),
        "Made a first picture": found.total(Figure.FIRST_PICTURES),
        "Paid for the first time": found.total(Figure.FIRST_PAYMENTS),
    }
    first = counts["Signed up"]
    return [Step(name, count, share_of(count, first)) for name, count in counts.items()]


def doors(found: Overview) -> Sequence[Step]:
    """By which door generations were asked for."""
    whole = found.total(Figure.DOOR)
    counts = {name: found.total(Figure.DOOR, via) for via, name in DOORS.items()}
    return [Step(name, count, share_of(count, whole)) for name, count in counts.items()]
