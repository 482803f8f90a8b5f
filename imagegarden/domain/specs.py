"""From raw values to a request that a model can fulfill."""

import json
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from imagegarden.domain import capabilities
from imagegarden.domain.errors import InvalidRequest
from imagegarden.domain.generation_spec import ASPECT_RATIOS as ASPECT_RATIOS
from imagegarden.domain.generation_spec import MAX_COUNT as MAX_COUNT
from imagegarden.domain.generation_spec import MAX_PROMPT_LENGTH as MAX_PROMPT_LENGTH
from imagegarden.domain.generation_spec import MAX_SEED as MAX_SEED
from imagegarden.domain.generation_spec import GenerationSpec as GenerationSpec
from imagegarden.models.generations import GenerationKind
from imagegarden.providers import catalogue

# What a field's fault is called for people. Programs read the code and the field.
MESSAGES = {
    ("prompt", "too_long"): f"A prompt has at most {MAX_PROMPT_LENGTH:,} characters.",
    ("prompt", "string_too_long"): f"A prompt has at most {MAX_PROMPT_LENGTH:,} characters.",
    ("count", "less_than_equal"): f"One request makes up to {MAX_COUNT} pictures.",
    ("seed", "int_parsing"): "A seed is a whole number.",
    ("seed", "less_than_equal"): f"A seed is at most {MAX_SEED}.",
    ("seed", "greater_than_equal"): "A seed is 0 or more.",
    ("negative_prompt", "too_long"): f"This has at most {MAX_PROMPT_LENGTH:,} characters.",
    ("steps", "int_parsing"): "Steps are a whole number.",
    ("guidance", "float_parsing"): "Guidance is a number.",
    ("image", "uuid_parsing"): "Choose a picture.",
}


def parse(*, models: Sequence[catalogue.Model], strict: bool = False, **values: Any) -> GenerationSpec:
    """The request that these raw values make, for one of these models; the first of its kind where none is named.

    What has one answer alone for the model need not be said. Where it is `strict`, values are of JSON's types: a
    number in quotes is none. Raises InvalidRequest with a message for each wrong
    field: one that the model does not have is wrong, too.
    """
    kind = values.get("kind", GenerationKind.IMAGE)
    of_kind = [model for model in models if model.kind == kind]
    if not of_kind and kind in list(GenerationKind):
        raise InvalidRequest({"kind": "This cannot be made here."})
    try:
        chosen = {"model": of_kind[0].key} if of_kind else {}
        model = next((model for model in of_kind if model.key == values.get("model", chosen.get("model"))), None)
        defaults = {} if model is None else {**chosen, **capabilities.defaults(model)}
        spec = _validated({**chosen, **defaults, **values}, strict)
    except ValidationError as error:
        faults = {_field(fault): _message(fault) for fault in error.errors()}
        if "kind" in faults and "model" not in values:
            # Nobody was asked for one.
            faults.pop("model", None)
        raise InvalidRequest(faults) from None
    if model is None:
        raise InvalidRequest({"model": "There is no such model."})
    faults = capabilities.faults(model, spec)
    if faults:
        raise InvalidRequest(faults)
    return spec


def _validated(values: dict[str, Any], strict: bool) -> GenerationSpec:
    if strict:
        # As JSON, ids and choices come as text.
        return GenerationSpec.model_validate_json(json.dumps(values, default=str), strict=True)
    return GenerationSpec.model_validate(values)


def _field(fault: Any) -> str:
    """What is wrong; the whole, where the text itself cannot be read."""
    return str(fault["loc"][0]) if fault["loc"] else "body"


def _message(fault: Any) -> str:
    known = MESSAGES.get((_field(fault), fault["type"]))
    return known or str(fault["msg"]).removeprefix("Value error, ")
