"""From what OpenAI's clients ask for to a request that one of our models can fulfill."""

import math
import re
from collections.abc import Sequence

from imagegarden.api.openai.asked import ImageRequest
from imagegarden.current import offered_models
from imagegarden.domain import specs
from imagegarden.domain.generation_spec import GenerationSpec
from imagegarden.models import GenerationKind
from imagegarden.providers.catalogue import Model
from imagegarden.web.openai_shape import OpenAIRefusal

# What this door can ask for.
KINDS = (GenerationKind.IMAGE, GenerationKind.INPAINT, GenerationKind.EDIT)
# Programs name these without thinking: they get our default.
OPENAI_NAMES = re.compile(r"(dall-e|gpt-image|chatgpt-image)-[\w.-]+")
ALWAYS_WHOLE = ("gpt-image-", "chatgpt-image-")


def models() -> tuple[Model, ...]:
    """The models that can be asked for through this door."""
    return tuple(model for model in offered_models(None) if model.kind in KINDS)


def not_found(name: str) -> OpenAIRefusal:
    """The refusal of a model that nobody knows here."""
    return OpenAIRefusal(
        f"The model '{name}' does not exist: GET /v1/models says which do.",
        code="model_not_found",
        status=404,
        param="model",
    )


def choose(name: str | None, fitting: Sequence[Model], *, otherwise: str) -> Model:
    """The model of this name among those that fit; the first, where the name says nothing to us.

    Raises OpenAIRefusal where it does not exist, or does not fit: `otherwise` says what would.
    """
    if name is None or OPENAI_NAMES.fullmatch(name):
        if not fitting:
            raise OpenAIRefusal(otherwise, code="unsupported_parameter", param="model")
        return fitting[0]
    if name not in [model.key for model in models()]:
        raise not_found(name)
    chosen = next((model for model in fitting if model.key == name), None)
    if chosen is None:
        raise OpenAIRefusal(f"'{name}' cannot do this. {otherwise}", code="invalid_value", param="model")
    return chosen


def to_spec(asked: ImageRequest, model: Model, **more: object) -> GenerationSpec:
    """The request for this model. Raises InvalidRequest."""
    ratio = nearest_ratio(asked.size, list(model.sizes))
    return specs.parse(
        models=[model],
        strict=True,
        kind=model.kind,
        model=model.key,
        prompt=asked.prompt,
        count=asked.n or 1,
        **({"aspect_ratio": ratio} if ratio else {}),
        **more,
    )


def nearest_ratio(size: str | None, ratios: Sequence[str]) -> str | None:
    """The ratio that is nearest to a size such as `1536x1024`; None where none is asked for, or there are none."""
    if size in (None, "auto") or not ratios:
        return None
    assert size is not None
    asked = _stretch(size, "x")
    return min(ratios, key=lambda ratio: abs(_stretch(ratio, ":") - asked))


def _stretch(size: str, sign: str) -> float:
    width, height = size.split(sign)
    return math.log(int(width) / int(height))


def answers_with_pictures(asked: ImageRequest) -> bool:
    """Whether the pictures themselves are answered, and not links to them."""
    if asked.response_format is not None:
        return asked.response_format == "b64_json"
    return (asked.model or "").startswith(ALWAYS_WHOLE)
