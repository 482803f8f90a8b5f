"""What a person can choose now: each model with its price, and why it cannot be chosen where it cannot."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from imagegarden.domain import model_health, pricing
from imagegarden.domain.errors import PriceChanged
from imagegarden.domain.plans import Allowances, Tier, tier_of
from imagegarden.models import Generation, GenerationStatus
from imagegarden.providers import catalogue


@dataclass(frozen=True)
class ModelChoice:
    """A model as one person sees it. `prices` are in credits, by how many pictures are asked for.

    `resting_until` while it is left alone after failures, `rest_minutes` how long that is from now, rounded up;
    `needs_premium` when the person's plan does not include it.
    """

    model: catalogue.Model
    prices: dict[int, int]
    resting_until: datetime | None
    rest_minutes: int
    needs_premium: bool

    @property
    def is_available(self) -> bool:
        """Whether the person can choose it now."""
        return self.resting_until is None and not self.needs_premium


def model_choices(
    session: Session, *, user_id: int, models: Sequence[catalogue.Model], allowances: Allowances, now: datetime
) -> list[ModelChoice]:
    """The models as far as the person may use them, with what they cost now; one without a price is not offered."""
    resting = model_health.list_resting(session, now=now)
    rows = pricing.list_current(session, models=[model.key for model in models], now=now)
    tier = tier_of(session, user_id=user_id, now=now)
    allowed = allowances[tier]
    within = [model.within(count=allowed.outputs, seconds=allowed.film_seconds) for model in models]
    return [
        ModelChoice(
            model=model,
            prices={count: rows[model.key].credits_for(count) for count in range(1, model.max_count + 1)},
            resting_until=resting.get(model.key),
            rest_minutes=math.ceil((resting[model.key] - now).total_seconds() / 60) if model.key in resting else 0,
            needs_premium=model.is_premium and tier != Tier.PREMIUM,
        )
        for model in within
        if model.key in rows
    ]


def keep_price(generation: Generation, *, shown: int | None) -> None:
    """See that a request costs what its owner was shown, where that is known. Raises PriceChanged."""
    if shown is not None and generation.price != shown:
        raise PriceChanged(generation.price)


def retry_key(generation_uuid: UUID) -> str:
    """The request key under which a failed generation is asked for once more: asking twice gives one."""
    return f"retry-{generation_uuid}"


def retry_prices(
    session: Session, *, user_id: int, generations: Sequence[Generation], choices: Sequence[ModelChoice]
) -> dict[int, int]:
    """What asking once more costs, by the ids of those that can be: failed, not asked again yet, their model offered.

    A model that rests is offered: it may be back when the button is pressed.
    """
    by_model = {choice.model.key: choice for choice in choices if not choice.needs_premium}
    failed = [one for one in generations if one.status == GenerationStatus.FAILED and one.model in by_model]
    if not failed:
        return {}
    keys = {retry_key(one.uuid): one for one in failed}
    retried = session.scalars(
        select(Generation.request_key).where(Generation.user_id == user_id, Generation.request_key.in_(keys))
    )
    for key in retried:
        del keys[key]
    prices = {one.id: by_model[one.model].prices.get(one.count) for one in keys.values()}
    return {id_: price for id_, price in prices.items() if price is not None}
