"""Prices: which row holds, and what a request costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from imagegarden.domain import audit
from imagegarden.domain.errors import Conflict, InvalidRequest, ModelUnavailable, NotFound
from imagegarden.domain.specs import GenerationSpec
from imagegarden.models import ModelPrice
from imagegarden.providers import catalogue

# Prices are set one at a time: one that is sent twice is one.
LOCK = 0x1A6E_6106
MOST_CREDITS = 100_000

_CURRENT = (
    select(ModelPrice)
    .ext(distinct_on(ModelPrice.model))
    .where(
        ModelPrice.model.in_(bindparam("models", expanding=True)),
        ModelPrice.valid_from <= bindparam("now"),
    )
    .order_by(ModelPrice.model, ModelPrice.valid_from.desc())
)


@dataclass(frozen=True)
class Quote:
    """What a request costs now, in credits, by which row."""

    row: ModelPrice
    credits: int


def current(session: Session, *, model: str, now: datetime) -> ModelPrice:
    """The price row that holds at `now`. Raises ModelUnavailable when the model has none."""
    row = list_current(session, models=[model], now=now).get(model)
    if row is None:
        raise ModelUnavailable
    return row


def list_current(session: Session, *, models: Sequence[str], now: datetime) -> dict[str, ModelPrice]:
    """The price row that holds at `now`, of each of these models that has one. One query."""
    rows = session.scalars(_CURRENT, {"models": list(models), "now": now})
    return {row.model: row for row in rows}


def list_history(session: Session, *, model: str, limit: int) -> Sequence[ModelPrice]:
    """The prices that a model had, the newest first."""
    return session.scalars(
        select(ModelPrice).where(ModelPrice.model == model).order_by(ModelPrice.valid_from.desc()).limit(limit)
    ).all()


def set_price(
    session: Session,
    *,
    model: str,
    amount: int,
    outputs: int,
    actor_id: int | None,
    reason: str,
    now: datetime,
    address: str | None = None,
) -> ModelPrice:
    """Let a model cost `amount` credits for each started group of `outputs` from now on. What is held stays as it is.

    Raises NotFound, InvalidRequest, and Conflict where that is the price already.
    """
    known = catalogue.MODELS.get(model)
    if known is None:
        raise NotFound
    faults = {}
    if not 0 <= amount <= MOST_CREDITS:
        faults["credits"] = f"From 0 to {MOST_CREDITS:,}."
    if not 1 <= outputs <= known.max_count:
        faults["outputs"] = f"From 1 to {known.max_count}: so many it makes at once."
    if faults:
        raise InvalidRequest(faults)
    session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    old = list_current(session, models=[model], now=now).get(model)
    if old is not None and (old.credits, old.outputs) == (amount, outputs):
        raise Conflict("That is its price already.")
    row = ModelPrice(model=model, kind=known.kind, credits=amount, outputs=outputs, valid_from=now)
    session.add(row)
    audit.record(
        session,
        actor_id=actor_id,
        action="model.set_price",
        subject_id=None,
        target=f"{model}: {amount} for {outputs}",
        fields=["credits", "outputs"],
        reason=reason,
        address=address,
        now=now,
    )
    session.flush()
    return row


def quote(session: Session, spec: GenerationSpec, *, now: datetime) -> Quote:
    """What `spec` costs when every output is delivered. Raises ModelUnavailable."""
    row = current(session, model=spec.model, now=now)
    return Quote(row, row.credits_for(spec.count))
