"""The models, and what each can do."""

from typing import Any

from imagegarden.api.v1 import bp, examples
from imagegarden.api.v1.schemas import ModelList
from imagegarden.clock import now
from imagegarden.current import allowances, offered_models
from imagegarden.db import db
from imagegarden.domain.offers import ModelChoice, model_choices
from imagegarden.providers.catalogue import Range
from imagegarden.web.callers import caller, keyed


@bp.route("/models", methods=["GET"], tags=["Models"])
@keyed()
@bp.response(200, ModelList, example={"items": [examples.MODEL]})
def list_models() -> dict[str, Any]:
    """List the models, with what each can do and costs

    Of each kind the first is the default.
    """
    choices = model_choices(
        db.session(), user_id=caller().user_id, models=offered_models(None), allowances=allowances(), now=now()
    )
    return {"items": [_item(choice) for choice in choices]}


def _item(choice: ModelChoice) -> dict[str, Any]:
    model = choice.model
    return {
        "id": model.key,
        "kind": model.kind,
        "label": model.label,
        "description": model.description,
        "is_ai": model.is_ai,
        "is_available": choice.is_available,
        "needs_premium": choice.needs_premium,
        "prices": {str(count): price for count, price in choice.prices.items()},
        "usual_seconds": model.usual_seconds,
        "prompt": model.prompt,
        "image": model.image,
        "mask": model.mask,
        "max_count": model.max_count,
        "aspect_ratios": list(model.sizes),
        "resolutions": list(model.resolutions),
        "durations": sorted({*model.durations, *(n for of in model.durations_of.values() for n in of)}),
        "scales": list(model.scales),
        "strengths": list(model.strengths),
        "expansions": list(model.expansions),
        "has_looks": model.has_looks,
        "has_seed": model.has_seed,
        "has_negative_prompt": model.has_negative_prompt,
        "has_faces": model.has_faces,
        "steps": _range(model.steps),
        "guidance": _range(model.guidance),
    }


def _range(allowed: Range | None) -> dict[str, float] | None:
    if allowed is None:
        return None
    return {"lowest": allowed.lowest, "highest": allowed.highest, "default": allowed.default}
