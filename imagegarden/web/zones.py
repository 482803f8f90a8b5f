"""Days as the reader counts them: a cookie says in which time zone."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from flask import request

COOKIE = "zone"
SOUND_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z][A-Za-z0-9_+-]*){0,2}")


def reader_zone() -> tzinfo:
    """The time zone that the page's script has noted; UTC where it did not, or where nobody knows that zone."""
    name = request.cookies.get(COOKIE, "")
    if not SOUND_NAME.fullmatch(name):
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


def begin_of(day: date, zone: tzinfo) -> datetime:
    """The moment in which a day begins there."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def day_words(day: date, today: date) -> str:
    """How a heading calls a day: Today, Yesterday, 14 November 2026."""
    if day == today:
        return "Today"
    return "Yesterday" if day == today - timedelta(days=1) else day.strftime("%-d %B %Y")
