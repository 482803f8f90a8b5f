"""How often one may be wrong about a second factor, and how long one waits then.

Browsers in which it was shown before are counted one by one, all others together: whoever guesses with a stolen
password makes the owner wait nowhere but in new browsers. The factor's row is locked by whoever counts.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from imagegarden.domain.errors import TooManyTries
from imagegarden.models import BrowserTries, SecondFactor

MAX_TRIES = 5
FIRST_WAIT = timedelta(minutes=15)
LONGEST_WAIT = timedelta(days=1)
# Fewer wrong codes than make one wait are forgotten so long after the first of them.
FORGOTTEN_AFTER = timedelta(days=1)
# So often a wait is twice as long as the one before, at most.
MOST_DOUBLINGS = 7

Count = SecondFactor | BrowserTries


def count_of(session: Session, factor: SecondFactor, *, browser: str | None, now: datetime) -> Count:
    """What is counted for this browser; None is all in which the factor was not shown yet. Raises TooManyTries."""
    count: Count = factor
    if browser is not None:
        count = session.get(BrowserTries, (factor.user_id, browser), populate_existing=True) or BrowserTries(
            user_id=factor.user_id, browser=browser, tries=0, waits=0
        )
    since = count.tries_since or now
    if count.tries >= MAX_TRIES and now < since + _wait(count):
        raise TooManyTries(retry_at=since + _wait(count), now=now)
    if count.tries >= MAX_TRIES or since + FORGOTTEN_AFTER <= now:
        count.tries, count.tries_since = 0, None
    return count


def add_wrong(session: Session, count: Count, *, now: datetime) -> timedelta:
    """Count a wrong code. Returns how long the next one has to wait: not at all before the fifth."""
    session.add(count)
    count.tries += 1
    if count.tries < MAX_TRIES:
        count.tries_since = count.tries_since or now
        return timedelta(0)
    count.tries_since = now
    count.waits += 1
    return _wait(count)


def forget(session: Session, count: Count) -> None:
    """A code was right: what was counted for this browser begins anew."""
    if isinstance(count, SecondFactor):
        count.tries, count.tries_since, count.waits = 0, None, 0
    elif count in session:
        session.delete(count)


def _wait(count: Count) -> timedelta:
    doublings = min(max(count.waits - 1, 0), MOST_DOUBLINGS)
    wait: timedelta = FIRST_WAIT * 2**doublings
    return min(wait, LONGEST_WAIT)
