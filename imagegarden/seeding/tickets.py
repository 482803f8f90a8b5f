"""What made-up people ask for: some models more often than others, with everything that a request keeps."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from imagegarden.domain import specs
from imagegarden.domain.requests import params_of
from imagegarden.models import ModelPrice
from imagegarden.providers import catalogue

# The most popular first; what costs no more than a few free credits comes before what does.
POPULAR = ("garden", "flux-schnell", "sdxl", "flux-dev", "stable-diffusion", "flux-2-pro", "garden-film", "wan-2.2")
CHEAP = 5
LOOKS = (
    ("art", "vibrant", "1:1"),
    ("watercolor", "spring", "16:9"),
    ("ink", "mono", "3:4"),
    ("papercut", "frost", "9:16"),
)


def tickets(session: Session, *, now: datetime) -> dict[str, object]:
    """A list of requests to draw from, as JSON, and how many of them are cheap."""
    prices = {
        price.model: price
        for price in session.scalars(
            select(ModelPrice)
            .ext(distinct_on(ModelPrice.model))
            .where(ModelPrice.valid_from <= now)
            .order_by(ModelPrice.model, ModelPrice.valid_from.desc())
        )
    }
    drawn = [
        {"n": number, **one}
        for number, one in enumerate(
            (_ticket(catalogue.MODELS[key], prices[key], look) for key in POPULAR for look in LOOKS), 1
        )
    ]
    return {"tickets": json.dumps(drawn), "ticket_count": len(drawn), "cheap_count": CHEAP * len(LOOKS)}


def _ticket(model: catalogue.Model, price: ModelPrice, look: tuple[str, str, str]) -> dict[str, object]:
    style, color, ratio = look
    wish: dict[str, Any] = {"kind": model.kind, "prompt": "a pond", "count": min(2, model.max_count)}
    if model.has_looks:
        wish |= {"style": style, "color": color}
    if ratio in model.sizes:
        wish["aspect_ratio"] = ratio
    spec = specs.parse(models=(model,), **wish)
    return {
        "model": model.key,
        "kind": model.kind,
        "provider": model.provider,
        "style": style,
        "color": color,
        "params": params_of(spec, None),
        "price_id": price.id,
        "price": price.credits_for(spec.count),
        "seconds": model.usual_seconds,
    }
