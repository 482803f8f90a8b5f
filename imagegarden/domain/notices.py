"""Letters about Premium that go out once each: before the last paid day, and when a renewal has failed."""

from datetime import datetime

from sqlalchemy.orm import Session

from imagegarden.domain import periods, subscriptions
from imagegarden.models import SubscriptionState, User
from imagegarden.queue import defer

TASK = "mail_notice"
ENDING = "premium_ends"
FAILED = {SubscriptionState.PENDING: "renewal_failed", SubscriptionState.HALTED: "renewal_stopped"}
AT_ONCE = 200


def is_wanted(user: User, notice: str) -> bool:
    """Whether a person is written this: that money failed, in any case; that days end, unless they said no."""
    return notice != ENDING or user.wants_end_letter


def send_due(session: Session, *, now: datetime) -> int:
    """Have the letters written that are due. Returns how many. Twice is once."""
    ending = periods.list_ending(session, now=now, limit=AT_ONCE)
    for period in ending:
        period.end_told_at = now
        defer(session, TASK, notice=ENDING, user_id=period.user_id)
    troubled = subscriptions.list_to_tell(session, limit=AT_ONCE)
    for subscription in troubled:
        subscription.told_state = subscription.state
        defer(session, TASK, notice=FAILED[subscription.state], user_id=subscription.user_id)
    return len(ending) + len(troubled)
