"""Calls by day as stacked bars, a color for each key."""

from collections.abc import Sequence
from datetime import date

from imagegarden.domain.usage import KeyUsage
from imagegarden.web.bars import Chart, Series, Span, ranked, stacked


def chart(days: Sequence[date], keys: Sequence[KeyUsage]) -> Chart:
    """The bars of these days: the keys that called most, each in a color of its own, and the others in one."""
    used = [
        Series("", key.name, [key.calls_by_day.get(day, 0) for day in days], of=key) for key in keys if key.counts.calls
    ]
    return stacked([Span(day, day) for day in days], ranked(used))
