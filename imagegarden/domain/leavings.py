"""What people leave behind when their account ends: it is stopped, revoked, thrown away or emptied."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, func, literal, null, or_, select, update
from sqlalchemy.orm import Session

from imagegarden.domain import generations, security_letters
from imagegarden.domain.media import TRASH_KEEPS
from imagegarden.models import (
    UNFINISHED,
    ApiKey,
    Attempt,
    AttemptState,
    AuditAddress,
    AuditEntry,
    Board,
    CodePurpose,
    Departure,
    Export,
    Generation,
    IdempotentRequest,
    Media,
    MediaReport,
    OneTimeCode,
    Preset,
    RecoveryCode,
    SecondFactor,
    User,
    UserSession,
    UserStatus,
    Welcome,
)
from imagegarden.queue import defer, forget_waiting, is_pending

FORGET_TASK = "forget_person"
SWEEP_TASK = "sweep_person"
# What was under way when an account ended has come to its end by then.
LATE = timedelta(days=1)


def clear(session: Session, *, user: User, now: datetime) -> None:
    """Leave nothing behind that says who this was or what they wished for. Twice is harmless.

    What lies outside of the database is removed by a job: at once, and again when nothing can arrive late any more.
    """
    cancel_unfinished(session, user_id=user.id, now=now)
    session.flush()
    _disown_keys(session, user, now)
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
    session.execute(delete(Preset).where(Preset.user_id == user.id))
    session.execute(delete(Export).where(Export.user_id == user.id))
    # What they said about pictures of others is not theirs any more; nor from where they acted.
    session.execute(update(MediaReport).where(MediaReport.reporter_id == user.id).values(reporter_id=None, words=""))
    theirs = select(AuditEntry.id).where(AuditEntry.actor_id == user.id)
    session.execute(delete(AuditAddress).where(AuditAddress.entry_id.in_(theirs)))
    # That their mailbox had its free credits stays, sealed; from where it came does not.
    session.execute(update(Welcome).where(Welcome.user_id == user.id).values(network=None))
    if user.status != UserStatus.DELETED:
        _begin_forgetting(session, user, now)
    _throw_away(session, user, now)
    _empty(session, user)


def cancel_unfinished(session: Session, *, user_id: int, now: datetime) -> None:
    """Stop everything of a person that is under way."""
    unfinished = select(Generation.uuid).where(Generation.user_id == user_id, Generation.status.in_(UNFINISHED))
    # All of them before the credits that come back: a worker that ends one holds it and waits for the credits.
    for uuid in session.scalars(unfinished.order_by(Generation.id).with_for_update(of=Generation)).all():
        generations.cancel(session, user_id=user_id, uuid=uuid, now=now)


def list_late(session: Session, *, now: datetime) -> Sequence[int]:
    """The accounts that ended so lately that something of them may still arrive."""
    ended = select(User.id).where(User.status == UserStatus.DELETED, User.deleted_at > now - LATE)
    return session.scalars(ended.order_by(User.id)).all()


def clear_late(session: Session, *, user_id: int, now: datetime) -> None:
    """Clear what was under way when an account ended, and arrived after that. Twice is harmless."""
    clear(session, user=session.get_one(User, user_id), now=now)


def is_gone(session: Session, *, user_id: int) -> bool:
    """Whether an account is deleted."""
    return session.scalar(select(User.status).where(User.id == user_id)) == UserStatus.DELETED


def find_address(session: Session, *, user_id: int) -> str | None:
    """The address under which traces of a deleted account are still looked for."""
    return session.scalar(select(Departure.address).where(Departure.user_id == user_id))


def record_forgotten(session: Session, *, user_id: int) -> None:
    """Nothing is left outside of the database that could be found by the address: it goes, too. Twice is harmless."""
    session.execute(delete(Departure).where(Departure.user_id == user_id, Departure.address.is_not(None)))


def wake_forgotten(session: Session) -> int:
    """Have the traces removed where the job for it is lost. Returns of how many accounts. Twice is once."""
    waiting = select(Departure.user_id).where(
        Departure.address.is_not(None), ~is_pending(func.concat(f"{FORGET_TASK}:", Departure.user_id))
    )
    found = session.scalars(waiting.with_for_update(skip_locked=True)).all()
    for user_id in found:
        _forget(session, user_id)
    return len(found)


def _begin_forgetting(session: Session, user: User, now: datetime) -> None:
    forget_waiting(session, user_id=user.id, words=user.email)
    departure = session.get(Departure, user.id) or Departure(user_id=user.id, asked_at=now)
    departure.address, departure.purchase_id = user.email, None
    session.add(departure)
    session.flush()
    _forget(session, user.id)
    defer(session, SWEEP_TASK, at=now + LATE, user_id=user.id)


def _forget(session: Session, user_id: int) -> None:
    defer(session, FORGET_TASK, once=f"{FORGET_TASK}:{user_id}", user_id=user_id)


def _disown_keys(session: Session, user: User, now: datetime) -> None:
    mine = update(ApiKey).where(ApiKey.user_id == user.id)
    session.execute(mine.where(ApiKey.revoked_at.is_(None)).values(revoked_at=now))
    # No key has this hash.
    session.execute(mine.values(name="deleted", prefix="", sha256=func.concat(literal("deleted:"), ApiKey.id)))


def _throw_away(session: Session, user: User, now: datetime) -> None:
    # As if their 30 days in the trash were over: nobody can take them back, and there is nobody to wait for.
    over = now - TRASH_KEEPS
    session.execute(
        update(Media)
        .where(Media.user_id == user.id, or_(Media.trashed_at.is_(None), Media.trashed_at > over))
        .values(trashed_at=over)
    )
    session.execute(
        update(Media)
        .where(
            Media.user_id == user.id,
            or_(Media.share_token.is_not(None), Media.title.is_not(None), Media.decided_for.is_not(None)),
        )
        .values(
            share_token=None,
            shared_at=None,
            offered_at=None,
            showcased_at=None,
            queued_at=None,
            title=None,
            decided_for=None,
        )
    )
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
    # Where the provider put what it made, and better words as it wrote them.
    of_theirs = exists().where(Generation.id == Attempt.generation_id, Generation.user_id == user.id)
    session.execute(
        update(Attempt)
        .where(of_theirs, Attempt.state == AttemptState.ENDED)
        .where(or_(Attempt.outputs.is_not(None), Attempt.uploads.is_not(None)))
        .values(outputs=null(), uploads=null())
    )
