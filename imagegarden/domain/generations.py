"""Generations as their owner sees them: asking for one, looking at them, stopping one.

How the worker moves one forward is in domain/steps.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, selectinload

from imagegarden.db import locked
from imagegarden.domain import (
    api_keys,
    credits,
    glances,
    hourly,
    model_health,
    model_settings,
    moderation,
    outcomes,
    pricing,
    specs,
    steps,
)
from imagegarden.domain.errors import (
    AccountUnavailable,
    Conflict,
    InvalidRequest,
    ModelUnavailable,
    NotFound,
    PremiumRequired,
    RequestKeyReused,
)
from imagegarden.domain.glances import Cursor
from imagegarden.domain.media import IS_THERE
from imagegarden.domain.offers import retry_key
from imagegarden.domain.plans import Allowance, Allowances, Tier, tier_of
from imagegarden.domain.requests import find_sources, params_of, spec_of
from imagegarden.domain.specs import GenerationSpec
from imagegarden.models import (
    UNFINISHED,
    Generation,
    GenerationKind,
    GenerationStatus,
    Media,
    User,
    Via,
)
from imagegarden.providers import catalogue

_WITH_MEDIA = (selectinload(Generation.media.and_(IS_THERE)), selectinload(Generation.parent))
# Statements of every submit and of every look, built once: they cost more to put together than to run.
_EARLIER = select(Generation).where(Generation.user_id == bindparam("user"), Generation.request_key == bindparam("key"))
_IS_HERE = select(User.is_here).where(User.id == bindparam("user"))
_COUNT_UNFINISHED = select(func.count()).where(
    Generation.user_id == bindparam("user"),
    Generation.finished_at.is_(None),
    Generation.kind != GenerationKind.ENHANCE,
)
_THESE = (
    select(Generation)
    .where(Generation.user_id == bindparam("user"), Generation.uuid.in_(bindparam("uuids", expanding=True)))
    .order_by(Generation.created_at.desc(), Generation.id.desc())
    .options(*_WITH_MEDIA)
    .execution_options(populate_existing=True)
)
# A Premium request stands where one with that many fewer of its owner's requests before it would.
PREMIUM_PRIORITY = 10


def submit(
    session: Session,
    *,
    user_id: int,
    spec: GenerationSpec,
    request_key: str,
    via: Via,
    allowances: Allowances,
    now: datetime,
    api_key_id: int | None = None,
    again_of: Generation | None = None,
) -> Generation:
    """Hold the price and queue the work, all or nothing.

    The account row is locked before anything is looked up, so of requests that race, one is served at a time: the
    same `request_key` sent twice gives one generation, and the last credit is spent once. `allowances` say how many
    requests a person of each plan may start in any hour; refused ones do not count. `api_key_id` names the key that
    asks, and whose cap holds. Where it runs `again_of` at our cost, no limit holds and its price is given.

    Raises InsufficientCredits, RateLimited, RequestKeyReused, ModelUnavailable, PremiumRequired, PromptBlocked,
    InvalidRequest, KeyRefused, KeyCapReached and AccountUnavailable.
    """
    credits.lock_account(session, user_id)
    earlier = session.scalar(_EARLIER, {"user": user_id, "key": request_key})
    if earlier is not None:
        if earlier.request_hash != spec.fingerprint:
            raise RequestKeyReused
        return earlier
    if not session.scalar(_IS_HERE, {"user": user_id}):
        raise AccountUnavailable
    tier = tier_of(session, user_id=user_id, now=now)
    if again_of is None:
        per_hour = allowances[tier].per_hour_of(spec.kind)
        hourly.refuse_over(session, user_id=user_id, kind=spec.kind, per_hour=per_hour, now=now)
    review = _review(session, user_id, spec, tier, allowances, now)
    if api_key_id is not None:
        api_keys.require_spendable(session, key_id=api_key_id, price=review.quote.credits, now=now)
    generation = _new(session, user_id, spec, review, tier, now)
    generation.request_key = request_key
    generation.via = via
    generation.api_key_id = api_key_id
    generation.again_of = again_of.id if again_of is not None else None
    session.add(generation)
    if generation.price:
        _set_aside(session, generation, again_of, now)
    session.flush()
    moderation.record(session, rules=review.verdict.rules, user_id=user_id, generation_id=generation.id, now=now)
    steps.wake(session, generation)
    return generation


def _set_aside(session: Session, generation: Generation, again_of: Generation | None, now: datetime) -> None:
    user_id, amount, reference = generation.user_id, generation.price, generation.hold_reference
    if again_of is None:
        credits.hold(session, user_id=user_id, amount=amount, reference=reference, now=now)
        return
    credits.give_for(
        session,
        user_id=user_id,
        amount=amount,
        reference=reference,
        given_as=f"again:{again_of.uuid}",
        reason="what failed is run again at our cost",
        over_at=again_of.created_at,
        now=now,
    )


def quote(
    session: Session, *, user_id: int, spec: GenerationSpec, allowances: Allowances, now: datetime
) -> pricing.Quote:
    """What the request would cost if it were submitted now. Nothing is held, and nothing is made.

    Raises what `submit` raises about the request itself: not what the person has, or has asked for lately.
    """
    tier = tier_of(session, user_id=user_id, now=now)
    return _review(session, user_id, spec, tier, allowances, now).quote


@dataclass(frozen=True)
class _Review:
    """A request that can be taken: its words, its price, and what it starts from."""

    verdict: moderation.Verdict
    quote: pricing.Quote
    image: Media | None
    mask: Media | None


def _review(
    session: Session, user_id: int, spec: GenerationSpec, tier: Tier, allowances: Allowances, now: datetime
) -> _Review:
    model = model_settings.require_enabled(session, model=spec.model)
    if model.is_premium and tier != Tier.PREMIUM:
        raise PremiumRequired
    _refuse_beyond(spec, model, allowances[tier], allowances[Tier.PREMIUM])
    if model.key in model_health.list_resting(session, now=now):
        raise ModelUnavailable
    verdict = moderation.review(session, spec.prompt)
    quote = pricing.quote(session, spec, now=now)
    image, mask = find_sources(session, user_id=user_id, model=model, spec=spec)
    return _Review(verdict, quote, image, mask)


def _refuse_beyond(spec: GenerationSpec, model: catalogue.Model, allowed: Allowance, best: Allowance) -> None:
    """See that the request is no larger than the person's plan allows. Raises PremiumRequired."""
    within = model.within(count=allowed.outputs, seconds=allowed.film_seconds)
    if spec.count > within.max_count:
        raise PremiumRequired(
            f"You can have {allowed.outputs} pictures at once; with Premium, {best.outputs}. You were not charged."
        )
    if spec.duration is not None and spec.duration not in within.durations_at(spec.resolution):
        raise PremiumRequired(
            f"Your films can be {allowed.film_seconds} s long; with Premium, {best.film_seconds} s. "
            "You were not charged."
        )


def _new(
    session: Session, user_id: int, spec: GenerationSpec, review: _Review, tier: Tier, now: datetime
) -> Generation:
    image, mask = review.image, review.mask
    return Generation(
        uuid=uuid4(),
        user_id=user_id,
        kind=spec.kind,
        prompt=review.verdict.prompt,
        notice=review.verdict.notice,
        style=spec.style,
        color=spec.color,
        model=spec.model,
        params=params_of(spec, image),
        parent_media_id=image.id if image is not None else None,
        mask_media_id=mask.id if mask is not None else None,
        price_id=review.quote.row.id,
        price=review.quote.credits,
        # The k-th unfinished request of everyone comes before the k+1-th of anyone.
        priority=(PREMIUM_PRIORITY if tier == Tier.PREMIUM else 0) - count_unfinished(session, user_id=user_id),
        next_step_at=now,
        request_hash=spec.fingerprint,
        created_at=now,
    )


def get(session: Session, *, user_id: int, uuid: UUID) -> Generation:
    """One of the person's generations, with its media. Raises NotFound."""
    found = session.scalar(
        select(Generation).where(Generation.uuid == uuid, Generation.user_id == user_id).options(*_WITH_MEDIA)
    )
    if found is None:
        raise NotFound
    return found


def list_recent(
    session: Session,
    *,
    user_id: int,
    limit: int,
    after: Cursor | None = None,
    source: UUID | None = None,
    kind: GenerationKind | None = None,
    with_words: bool = False,
) -> list[Generation]:
    """The person's generations, newest first, with their media; narrowed as in `glances`.

    Better prompts are among them only `with_words`.
    """
    query = select(Generation).where(Generation.user_id == user_id)
    if not with_words:
        query = query.where(Generation.kind != GenerationKind.ENHANCE)
    return list(
        session.scalars(
            glances.narrowed(query, after=after, source=source, kind=kind)
            .order_by(Generation.created_at.desc(), Generation.id.desc())
            .limit(limit)
            .options(*_WITH_MEDIA)
            .execution_options(populate_existing=True)
        )
    )


def list_these(session: Session, *, user_id: int, uuids: Sequence[UUID]) -> list[Generation]:
    """Those of the person's generations, newest first, with their media."""
    if not uuids:
        return []
    return list(session.scalars(_THESE, {"user": user_id, "uuids": uuids}))


def find_named(session: Session, *, user_id: int, request_key: str) -> Generation | None:
    """The person's generation that this request key names, if it was asked for."""
    found = session.scalar(_EARLIER, {"user": user_id, "key": request_key})
    return None if found is None else get(session, user_id=user_id, uuid=found.uuid)


def count_unfinished(session: Session, *, user_id: int) -> int:
    """How many of the person's generations are under way, but for better words."""
    return session.scalar(_COUNT_UNFINISHED, {"user": user_id}) or 0


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


def retry(
    session: Session,
    *,
    user_id: int,
    uuid: UUID,
    models: Sequence[catalogue.Model],
    via: Via,
    allowances: Allowances,
    now: datetime,
    api_key_id: int | None = None,
) -> Generation:
    """Ask once more for what failed; asking twice gives one. A seed that nobody chose is drawn anew.

    Raises NotFound, Conflict when it did not fail or cannot be asked for any more, and what `submit` raises.
    """
    failed = get(session, user_id=user_id, uuid=uuid)
    if failed.status != GenerationStatus.FAILED:
        raise Conflict("Only what failed can be tried again.")
    try:
        return submit(
            session,
            user_id=user_id,
            spec=specs.parse(models=models, **spec_of(failed)),
            request_key=retry_key(uuid),
            via=via,
            allowances=allowances,
            now=now,
            api_key_id=api_key_id,
        )
    except InvalidRequest as error:
        # There is no field to put it beside: the picture that it started from is gone, say.
        raise Conflict(" ".join(error.fields.values())) from error
