"""Prices: which row holds, and what a request costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from imagegarden.domain.errors import ModelUnavailable
from imagegarden.domain.specs import GenerationSpec
from imagegarden.models import ModelPrice

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


def quote(session: Session, spec: GenerationSpec, *, now: datetime) -> Quote:
    """What `spec` costs when every output is delivered. Raises ModelUnavailable."""
    row = current(session, model=spec.model, now=now)
    return Quote(row, row.credits_for(spec.count))
