"""What people leave behind when their account ends: it is stopped, revoked, thrown away or emptied."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from imagegarden.domain import generations, security_letters
from imagegarden.models import (
    UNFINISHED,
    ApiKey,
    Board,
    CodePurpose,
    Generation,
    IdempotentRequest,
    Media,
    MediaReport,
    OneTimeCode,
    RecoveryCode,
    SecondFactor,
    User,
    UserSession,
    UserStatus,
)

# What was under way when an account ended has come to its end by then.
LATE = timedelta(days=1)


def clear(session: Session, *, user: User, now: datetime) -> None:
    """Leave nothing behind that says who this was or what they wished for. Twice is harmless."""
    unfinished = select(Generation.uuid).where(Generation.user_id == user.id, Generation.status.in_(UNFINISHED))
    for uuid in session.scalars(unfinished.order_by(Generation.id)).all():
        generations.cancel(session, user_id=user.id, uuid=uuid, now=now)
    session.flush()
    session.execute(update(ApiKey).where(ApiKey.user_id == user.id, ApiKey.revoked_at.is_(None)).values(revoked_at=now))
    session.execute(update(ApiKey).where(ApiKey.user_id == user.id).values(name="deleted"))
    session.execute(delete(UserSession).where(UserSession.user_id == user.id))
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    session.execute(delete(SecondFactor).where(SecondFactor.user_id == user.id))
    # Answers to named requests quote the prompts.
    session.execute(delete(IdempotentRequest).where(IdempotentRequest.user_id == user.id))
    session.execute(delete(OneTimeCode).where(func.lower(OneTimeCode.email) == user.email.lower()))
    security_letters.withdraw(session, user_id=user.id)
    # An address that they wanted to change to.
    wanted = OneTimeCode.payload["user_id"].as_integer() == user.id
    session.execute(delete(OneTimeCode).where(OneTimeCode.purpose == CodePurpose.EMAIL_CHANGE, wanted))
    # What they said about pictures of others is not theirs any more.
    session.execute(update(MediaReport).where(MediaReport.reporter_id == user.id).values(reporter_id=None))
    _throw_away(session, user, now)
    _empty(session, user)


def clear_late(session: Session, *, now: datetime) -> None:
    """The same for what was under way when an account ended, and arrived after that. Twice is harmless."""
    ended = select(User).where(User.status == UserStatus.DELETED, User.deleted_at > now - LATE)
    for user in session.scalars(ended.order_by(User.id)).all():
        clear(session, user=user, now=now)


def _throw_away(session: Session, user: User, now: datetime) -> None:
    mine = update(Media).where(Media.user_id == user.id)
    session.execute(mine.where(Media.trashed_at.is_(None)).values(trashed_at=now))
    session.execute(mine.where(Media.share_token.is_not(None)).values(share_token=None, shared_at=None))
    session.execute(mine.where(Media.title.is_not(None)).values(title=None))
    # Their names are words of the person's, too.
    session.execute(delete(Board).where(Board.user_id == user.id))


def _empty(session: Session, user: User) -> None:
    session.execute(
        update(Generation)
        .where(
            Generation.user_id == user.id,
            or_(
                Generation.prompt != "",
                Generation.notice.is_not(None),
                Generation.result_text.is_not(None),
                Generation.params.has_key("negative_prompt"),
            ),
        )
        .values(prompt="", notice=None, result_text=None, params=Generation.params.op("-")("negative_prompt"))
    )
