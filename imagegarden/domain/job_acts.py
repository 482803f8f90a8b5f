"""What the staff does with a job: cancel it, wake it, run it again at our cost, give its credits back.

Whoever acts locks the generation's row first, so of two who act at once the second finds what the first has done.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from imagegarden.db import locked
from imagegarden.domain import audit, credits, generations, specs, steps
from imagegarden.domain.errors import (
    AccountUnavailable,
    Conflict,
    InvalidRequest,
    ModelUnavailable,
    NotFound,
    PremiumRequired,
    PromptBlocked,
)
from imagegarden.domain.plans import Allowances
from imagegarden.domain.requests import spec_of
from imagegarden.models import Generation, GenerationStatus, LotSource, User, UserStatus, Via
from imagegarden.providers import catalogue

CANCEL = "job.cancel"
WAKE = "job.wake"
RUN_AGAIN = "job.run_again"
REFUND = "job.refund"


def cancel(
    session: Session,
    *,
    uuid: UUID,
    actor_id: int | None,
    reason: str,
    now: datetime,
    address: str | None = None,
    request_key: str | None = None,
) -> Generation:
    """Stop a job as its owner would. Under the same request key, once.

    Raises NotFound, RequestKeyReused, and Conflict where it has ended or is being stopped already.
    """
    generation = _lock(session, uuid)
    if _is_done(session, CANCEL, generation, request_key):
        return generation
    if generation.is_finished:
        raise Conflict(f"It has {generation.status} already.")
    if generation.cancel_requested_at is not None:
        raise Conflict("It is being stopped already.")
    generations.cancel(session, user_id=generation.user_id, uuid=uuid, now=now)
    _record(session, CANCEL, generation, actor_id, reason, now, address, request_key)
    return generation


def wake(
    session: Session,
    *,
    uuid: UUID,
    actor_id: int | None,
    reason: str,
    now: datetime,
    address: str | None = None,
    request_key: str | None = None,
) -> Generation:
    """Make a job's next step due now. A lease that is over is cleared, one that lives is left to its worker.

    Under the same request key, once. Raises NotFound, RequestKeyReused, and Conflict where it has ended.
    """
    generation = _lock(session, uuid)
    if _is_done(session, WAKE, generation, request_key):
        return generation
    if generation.is_finished:
        raise Conflict(f"It has {generation.status}: there is nothing to wake.")
    if generation.lease_until is not None:
        if generation.lease_until <= session.scalars(select(func.clock_timestamp())).one():
            generation.lease_token = None
            generation.lease_until = None
        else:
            # Whoever is at it looks again at once.
            generation.news_at = now
    generation.next_step_at = now
    steps.wake(session, generation)
    _record(session, WAKE, generation, actor_id, reason, now, address, request_key)
    return generation


def run_again(
    session: Session,
    *,
    uuid: UUID,
    models: Sequence[catalogue.Model],
    allowances: Allowances,
    actor_id: int | None,
    reason: str,
    now: datetime,
    address: str | None = None,
    request_key: str | None = None,
) -> Generation:
    """Ask for the like of what failed once more, for its owner and at our cost. Returns the new one.

    Its price is given and held in one transaction, and what is not charged of it is gone when the job ends: whatever
    becomes of it, the owner's balance is as it was. Once for each that failed.

    Raises NotFound, RequestKeyReused, and Conflict where it did not fail, was run again or cannot be asked for now.
    """
    failed = _lock(session, uuid)
    earlier = find_again(session, failed)
    if _is_done(session, RUN_AGAIN, failed, request_key) and earlier is not None:
        return earlier
    if failed.status != GenerationStatus.FAILED:
        raise Conflict("Only what failed can be run again.")
    if earlier is not None:
        raise Conflict("It was run again already.")
    try:
        made = generations.submit(
            session,
            user_id=failed.user_id,
            spec=specs.parse(models=models, **spec_of(failed)),
            # No request of anybody else has this name; that it runs again once is seen to above.
            request_key=f"again-{uuid4()}",
            via=Via.WEB,
            allowances=allowances,
            now=now,
            again_of=failed,
        )
    except InvalidRequest as error:
        raise Conflict(" ".join(error.fields.values())) from error
    except PremiumRequired as error:
        raise Conflict("The plan of its owner does not include this any more.") from error
    except ModelUnavailable as error:
        raise Conflict("Its model rests or is stopped.") from error
    except PromptBlocked as error:
        raise Conflict("A rule of the house forbids its prompt now.") from error
    except AccountUnavailable as error:
        raise Conflict("The account of its owner is suspended or deleted.") from error
    _record(session, RUN_AGAIN, failed, actor_id, reason, now, address, request_key)
    return made


def refund(
    session: Session,
    *,
    uuid: UUID,
    actor_id: int | None,
    reason: str,
    now: datetime,
    address: str | None = None,
    request_key: str | None = None,
) -> Generation:
    """Give back what was charged for a job, once, as credits that do not expire. What was delivered stays.

    Raises NotFound, RequestKeyReused, and Conflict where its owner paid nothing or has it back already.
    """
    generation = _lock(session, uuid)
    if _is_done(session, REFUND, generation, request_key):
        return generation
    if not generation.is_finished:
        raise Conflict("It has not ended yet: canceled, it costs only what was delivered.")
    if generation.again_of is not None:
        raise Conflict("It was run at our cost: its owner paid nothing.")
    if not generation.charged:
        raise Conflict("Nothing was charged for it.")
    if generation.refunded_at is not None:
        raise Conflict("Its credits were given back already.")
    if session.get_one(User, generation.user_id).status == UserStatus.DELETED:
        raise Conflict("The account of its owner is deleted.")
    # Under the name of its hold, which tells what it is: the ledger gives under one name once, and the owner's line
    # leads to the picture.
    credits.grant(
        session,
        user_id=generation.user_id,
        amount=generation.charged,
        source=LotSource.GRANT,
        reference=generation.hold_reference,
        now=now,
    )
    generation.refunded_at = now
    _record(session, REFUND, generation, actor_id, reason, now, address, request_key)
    return generation


def find_again(session: Session, failed: Generation) -> Generation | None:
    """The job that runs this one again, if there is one."""
    return session.scalar(select(Generation).where(Generation.again_of == failed.id))


def runs_again(session: Session, generation: Generation) -> UUID | None:
    """Which failed job this one runs again, if it does."""
    if generation.again_of is None:
        return None
    return session.scalar(select(Generation.uuid).where(Generation.id == generation.again_of))


def _lock(session: Session, uuid: UUID) -> Generation:
    generation = locked(session, select(Generation).where(Generation.uuid == uuid))
    if generation is None:
        raise NotFound
    return generation


def _is_done(session: Session, action: str, generation: Generation, request_key: str | None) -> bool:
    return audit.is_done(
        session, request_key, action=action, subject_id=generation.user_id, target=str(generation.uuid)
    )


def _record(
    session: Session,
    action: str,
    generation: Generation,
    actor_id: int | None,
    reason: str,
    now: datetime,
    address: str | None,
    request_key: str | None,
) -> None:
    audit.record(
        session,
        actor_id=actor_id,
        action=action,
        subject_id=generation.user_id,
        target=str(generation.uuid),
        reason=reason,
        address=address,
        request_key=request_key,
        now=now,
    )
