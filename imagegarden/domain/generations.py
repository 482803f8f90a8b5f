"""Generations as their owner sees them: asking for one, looking at them, stopping one.

How the worker moves one forward is in domain/steps.py.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session, selectinload

from imagegarden.db import locked
from imagegarden.domain import credits, outcomes, pricing, steps
from imagegarden.domain.errors import AccountUnavailable, NotFound, RateLimited, RequestKeyReused
from imagegarden.domain.specs import MAX_SEED, GenerationSpec
from imagegarden.models import UNFINISHED, Generation, GenerationStatus, Media, User, UserStatus, Via

WINDOW = timedelta(hours=1)


@dataclass(frozen=True)
class Cursor:
    """Where a page of a list ended: lists page by key, never by offset."""

    created_at: datetime
    id: int


def submit(
    session: Session,
    *,
    user_id: int,
    spec: GenerationSpec,
    request_key: str,
    via: Via,
    per_hour: int,
    now: datetime,
) -> Generation:
    """Hold the price and queue the work, all or nothing.

    The account row is locked before anything is looked up, so of requests that race, one is served at a time: the
    same `request_key` sent twice gives one generation, and the last credit is spent once. `per_hour` is how many
    requests a person may start in any hour; refused ones do not count.

    Raises InsufficientCredits, RateLimited, RequestKeyReused, ModelUnavailable, and AccountUnavailable.
    """
    credits.lock_account(session, user_id)
    earlier = session.scalar(
        select(Generation).where(Generation.user_id == user_id, Generation.request_key == request_key)
    )
    if earlier is not None:
        if earlier.request_hash != spec.fingerprint:
            raise RequestKeyReused
        return earlier
    if session.scalar(select(User.status).where(User.id == user_id)) != UserStatus.ACTIVE:
        raise AccountUnavailable
    _refuse_over(session, user_id, per_hour, now)
    quote = pricing.quote(session, spec, now=now)
    generation = _new(session, user_id, spec, quote, now)
    generation.request_key = request_key
    generation.via = via
    session.add(generation)
    credits.hold(session, user_id=user_id, amount=quote.credits, reference=generation.hold_reference, now=now)
    session.flush()
    steps.wake(session, generation)
    return generation


def _refuse_over(session: Session, user_id: int, per_hour: int, now: datetime) -> None:
    """Count what was accepted in the hour before `now`. Exact, because the account is locked."""
    started = session.scalars(
        select(Generation.created_at)
        .where(Generation.user_id == user_id, Generation.created_at > now - WINDOW)
        .order_by(Generation.created_at.desc(), Generation.id.desc())
        .limit(per_hour)
    ).all()
    if len(started) >= per_hour:
        raise RateLimited(limit=per_hour, retry_at=started[-1] + WINDOW, now=now)


def _new(session: Session, user_id: int, spec: GenerationSpec, quote: pricing.Quote, now: datetime) -> Generation:
    width, height = spec.size
    unfinished = session.scalar(
        select(func.count()).where(Generation.user_id == user_id, Generation.finished_at.is_(None))
    )
    return Generation(
        uuid=uuid4(),
        user_id=user_id,
        kind=spec.kind,
        prompt=spec.prompt,
        style=spec.style,
        color=spec.color,
        model=spec.model,
        params={
            "aspect_ratio": spec.aspect_ratio,
            "width": width,
            "height": height,
            "count": spec.count,
            "seed": spec.seed if spec.seed is not None else secrets.randbelow(MAX_SEED - spec.count),
        },
        price_id=quote.row.id,
        price=quote.credits,
        # The k-th unfinished request of everyone comes before the k+1-th of anyone.
        priority=-(unfinished or 0),
        next_step_at=now,
        request_hash=spec.fingerprint,
        created_at=now,
    )


def get(session: Session, *, user_id: int, uuid: UUID) -> Generation:
    """One of the person's generations, with its media. Raises NotFound."""
    found = session.scalar(
        select(Generation)
        .where(Generation.uuid == uuid, Generation.user_id == user_id)
        .options(selectinload(Generation.media.and_(Media.trashed_at.is_(None))))
    )
    if found is None:
        raise NotFound
    return found


def list_recent(session: Session, *, user_id: int, limit: int, after: Cursor | None = None) -> list[Generation]:
    """The person's generations, newest first, with their media."""
    query = select(Generation).where(Generation.user_id == user_id)
    if after is not None:
        query = query.where(tuple_(Generation.created_at, Generation.id) < (after.created_at, after.id))
    return list(
        session.scalars(
            query.order_by(Generation.created_at.desc(), Generation.id.desc())
            .limit(limit)
            .options(selectinload(Generation.media.and_(Media.trashed_at.is_(None))))
            .execution_options(populate_existing=True)
        )
    )


def count_unfinished(session: Session, *, user_id: int) -> int:
    """How many of the person's generations are under way."""
    return (
        session.scalar(select(func.count()).where(Generation.user_id == user_id, Generation.finished_at.is_(None))) or 0
    )


def cancel(session: Session, *, user_id: int, uuid: UUID, now: datetime) -> Generation:
    """Stop a generation: one that waits ends here, one under way as soon as its worker hears of it.

    What was delivered before is kept and charged, the rest is given back. Canceling a finished one changes nothing.

    Raises NotFound.
    """
    generation = locked(session, select(Generation).where(Generation.uuid == uuid, Generation.user_id == user_id))
    if generation is None:
        raise NotFound
    if generation.status not in UNFINISHED:
        return generation
    generation.cancel_requested_at = generation.cancel_requested_at or now
    if generation.status == GenerationStatus.QUEUED and generation.lease_token is None:
        outcomes.end(session, generation, GenerationStatus.CANCELED, now=now)
    else:
        generation.next_step_at = now
        steps.wake(session, generation)
    return generation
