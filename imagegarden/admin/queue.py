"""The queue: how it is now, and how it was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from flask import render_template
from flask.typing import ResponseReturnValue

from imagegarden.admin import bp
from imagegarden.admin.asking import chosen
from imagegarden.clock import now
from imagegarden.db import db
from imagegarden.domain import queue_samples
from imagegarden.domain.permissions import Permission
from imagegarden.domain.queue_samples import Stretch
from imagegarden.web.bars import Lines, Series, lines
from imagegarden.web.errors import wants_fragment
from imagegarden.web.guards import allowed


class Span(StrEnum):
    """How far back the pictures go."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"


@dataclass(frozen=True)
class Grain:
    """So many points, each of so much time, and how their moments are written in pictures and tables."""

    points: int
    each: timedelta
    spelling: str
    words: str


GRAINS = {
    Span.HOUR: Grain(60, timedelta(minutes=1), "%H:%M", "minute"),
    Span.DAY: Grain(96, timedelta(minutes=15), "%-d %b, %H:%M", "quarter of an hour"),
    Span.WEEK: Grain(168, timedelta(hours=1), "%-d %b, %H:%M", "hour"),
}


@bp.get("/jobs/queue")
@allowed(Permission.SEE_JOBS)
def queue_page() -> ResponseReturnValue:
    """How many wait and for how long; what a page asks for again and again is the part with the present alone."""
    session, moment = db.session(), now()
    present = {
        "depth": queue_samples.depth(session, now=moment),
        "lately": queue_samples.lately(session, now=moment),
        "wait_words": wait_words,
    }
    if wants_fragment():
        return render_template("admin/_queue_now.html", **present)
    span = chosen(Span, "span", Span.HOUR)
    grain = GRAINS[span]
    stretches = queue_samples.list_stretches(session, count=grain.points, each=grain.each, now=moment)
    return render_template(
        "admin/queue.html",
        counts=_counts(stretches),
        waits=_waits(stretches),
        moments=[f"{one.begins_at:{grain.spelling}}" for one in stretches],
        is_known=any(one.depth for one in stretches),
        span=span,
        spans=list(Span),
        grain=grain,
        **present,
    )


def _counts(stretches: Sequence[Stretch]) -> Lines:
    waiting = [one.depth.waiting if one.depth else 0 for one in stretches]
    under_way = [one.depth.under_way if one.depth else 0 for one in stretches]
    return _lines(stretches, Series("1", "Waiting", waiting), Series("2", "Under way", under_way))


def _waits(stretches: Sequence[Stretch]) -> Lines:
    seconds = [round(one.depth.longest_wait_seconds) if one.depth else 0 for one in stretches]
    return _lines(stretches, Series("1", "Longest wait", seconds))


def _lines(stretches: Sequence[Stretch], *series: Series) -> Lines:
    return lines([one.begins_at for one in stretches], series, [one.depth is not None for one in stretches])


def wait_words(seconds: float) -> str:
    """A wait as people say it: 4 s, 2 min 5 s, 1 h 3 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min" + (f" {whole % 60} s" if whole % 60 else "")
    return f"{whole // 3600:,} h" + (f" {whole % 3600 // 60} min" if whole % 3600 // 60 else "")
