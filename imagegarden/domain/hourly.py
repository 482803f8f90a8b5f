"""How many requests a person may start in any hour."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from imagegarden.domain.errors import RateLimited
from imagegarden.models import Generation, GenerationKind

WINDOW = timedelta(hours=1)
# Built once: such a statement costs more to put together than to run.
_STARTED = (
    select(Generation.created_at)
    .where(
        Generation.user_id == bindparam("user"),
        Generation.created_at > bindparam("since"),
        (Generation.kind == GenerationKind.ENHANCE) == bindparam("is_words"),
        # What the staff runs again is no request of theirs.
        Generation.again_of.is_(None),
    )
    .order_by(Generation.created_at.desc(), Generation.id.desc())
    .limit(bindparam("limit"))
)


def refuse_over(session: Session, *, user_id: int, kind: GenerationKind, per_hour: int, now: datetime) -> None:
    """Count what was accepted in the hour before `now`. Exact where the account is locked.

    Better prompts are free, and have a limit of their own. Raises RateLimited.
    """
    is_words = kind == GenerationKind.ENHANCE
    values = {"user": user_id, "since": now - WINDOW, "limit": per_hour, "is_words": is_words}
    started = session.scalars(_STARTED, values).all()
    if len(started) >= per_hour:
        noun = "better prompts" if is_words else "generations"
        raise RateLimited(limit=per_hour, retry_at=started[-1] + WINDOW, now=now, noun=noun)
