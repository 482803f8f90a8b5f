"""How the site fares: the figures of some days, today's included, beside those of as many days before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.orm import Session

from imagegarden.domain import figures
from imagegarden.domain.figures import Figure
from imagegarden.models import DailyFigure, User, UserStatus


@dataclass(frozen=True)
class Before:
    """One figure of the days before: all of them together, the usual one, and the last one."""

    total: int
    median: float
    last: int | None


NOTHING = Before(0, 0, None)


@dataclass(frozen=True)
class Overview:
    """The figures of each day of a period, by name and label, and of the days before it.

    `people` is how many accounts there are; `uncounted` how many days of the period nobody has counted yet.
    """

    at: datetime
    days: Sequence[date]
    values: Mapping[tuple[str, str], Sequence[int | None]]
    before: Mapping[tuple[str, str], Before]
    people: int
    uncounted: int

    def by_day(self, name: Figure, label: str = "") -> Sequence[int]:
        """A figure of each day, 0 where there was nothing."""
        return [value or 0 for value in self.values.get((name, label), [0] * len(self.days))]

    def known(self, name: Figure) -> Sequence[int]:
        """A figure of the days that have one."""
        return [value for value in self.values.get((name, ""), ()) if value is not None]

    def parts(self, name: Figure) -> dict[str, Sequence[int]]:
        """A figure's parts by their labels, the largest first."""
        found = {label: self.by_day(name, label) for known, label in self.values if known == name}
        return dict(sorted(found.items(), key=lambda part: (-sum(part[1]), part[0])))

    def total(self, name: Figure, label: str | None = None) -> int:
        """A figure, or one part of it, of all days together."""
        return sum(
            sum(filter(None, values))
            for (known, part), values in self.values.items()
            if known == name and label in (None, part)
        )

    def total_before(self, name: Figure, label: str | None = None) -> int:
        """The same of as many days before."""
        return sum(one.total for (known, part), one in self.before.items() if known == name and label in (None, part))


def of_days(session: Session, *, days: int, now: datetime) -> Overview:
    """The figures of so many days, of which today is the last. Four queries, whatever there is."""
    today = now.astimezone(UTC).date()
    first = today - timedelta(days=days - 1)
    values: dict[tuple[str, str], list[int | None]] = {}
    counted = set()
    kept = select(DailyFigure.day, DailyFigure.name, DailyFigure.label, DailyFigure.value)
    for day, name, label, value in session.execute(kept.where(DailyFigure.day >= first, DailyFigure.day < today)):
        counted.add(day)
        values.setdefault((name, label), [None] * days)[(day - first).days] = value
    for name, label, value in figures.of_day(session, today, now=now):
        values.setdefault((name, label), [None] * days)[-1] = value
    people, born = session.execute(
        select(func.count().filter(User.status != UserStatus.DELETED), func.min(User.created_at))
    ).one()
    since = max(first, born.astimezone(UTC).date()) if born else today
    return Overview(
        at=now,
        days=[first + timedelta(days=n) for n in range(days)],
        values=values,
        before=_before(session, first, days),
        people=people,
        uncounted=sum(since + timedelta(days=n) not in counted for n in range((today - since).days)),
    )


def _before(session: Session, first: date, days: int) -> dict[tuple[str, str], Before]:
    rows = session.execute(
        select(
            DailyFigure.name,
            DailyFigure.label,
            cast(func.sum(DailyFigure.value), BigInteger),
            func.percentile_cont(0.5).within_group(DailyFigure.value),
            func.max(DailyFigure.value).filter(DailyFigure.day == first - timedelta(days=1)),
        )
        .where(DailyFigure.day >= first - timedelta(days=days), DailyFigure.day < first)
        .group_by(DailyFigure.name, DailyFigure.label)
    )
    return {(name, label): Before(total, median, last) for name, label, total, median, last in rows}
