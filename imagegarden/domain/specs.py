"""What may be asked for. The limits of a request stand here and nowhere else: forms and schemas derive from them."""

import hashlib
import unicodedata
from collections.abc import Sequence
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from imagegarden.domain.errors import InvalidRequest
from imagegarden.models.generations import GenerationKind
from imagegarden.providers import catalogue

MAX_PROMPT_LENGTH = 2000
MAX_COUNT = 4
MAX_SEED = 2**31 - 1
MAX_STEPS = 500
MAX_GUIDANCE = 20

Style = Literal["art", "watercolor", "papercut", "ink"]
Color = Literal["vibrant", "spring", "autumn", "dusk", "frost", "mono"]
AspectRatio = Literal["1:1", "3:4", "4:3", "9:16", "16:9"]
ASPECT_RATIOS: tuple[str, ...] = get_args(AspectRatio)

# What a field's fault is called for people. Programs read the code and the field.
MESSAGES = {
    ("prompt", "missing"): "Describe what you want to see.",
    ("prompt", "too_long"): f"A prompt has at most {MAX_PROMPT_LENGTH:,} characters.",
    ("count", "less_than_equal"): f"One request makes up to {MAX_COUNT} pictures.",
    ("seed", "int_parsing"): "A seed is a whole number.",
    ("seed", "less_than_equal"): f"A seed is at most {MAX_SEED}.",
    ("seed", "greater_than_equal"): "A seed is 0 or more.",
    ("negative_prompt", "too_long"): f"This has at most {MAX_PROMPT_LENGTH:,} characters.",
    ("steps", "int_parsing"): "Steps are a whole number.",
    ("guidance", "float_parsing"): "Guidance is a number.",
}


def _clean(text: str) -> str:
    """The text without control characters, in one canonical Unicode form, without space around it."""
    kept = "".join(char if unicodedata.category(char) not in {"Cc", "Cs"} or char == "\n" else " " for char in text)
    return unicodedata.normalize("NFC", kept).strip()


class GenerationSpec(BaseModel):
    """One request for pictures, checked. What is None is left to the model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: GenerationKind = GenerationKind.IMAGE
    prompt: Annotated[str, AfterValidator(_clean), Field(max_length=MAX_PROMPT_LENGTH)]
    style: Style = "art"
    color: Color = "vibrant"
    model: str
    aspect_ratio: AspectRatio = "1:1"
    count: int = Field(default=2, ge=1, le=MAX_COUNT)
    seed: int | None = Field(default=None, ge=0, le=MAX_SEED)
    negative_prompt: Annotated[str, AfterValidator(_clean), Field(max_length=MAX_PROMPT_LENGTH)] = ""
    steps: int | None = Field(default=None, ge=0, le=MAX_STEPS)
    guidance: float | None = Field(default=None, ge=0, le=MAX_GUIDANCE, allow_inf_nan=False)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return catalogue.MODELS[self.model].sizes[self.aspect_ratio]

    @property
    def fingerprint(self) -> str:
        """The same for the same request: tells a repeated request from another one under the same key."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


def parse(*, models: Sequence[catalogue.Model], **values: Any) -> GenerationSpec:
    """The request that these raw values make, for one of these models; the first where none is named.

    Raises InvalidRequest with a message for each wrong field: one that the model does not have is wrong, too.
    """
    try:
        spec = GenerationSpec.model_validate({"model": models[0].key, **values})
    except ValidationError as error:
        raise InvalidRequest({str(fault["loc"][0]): _message(fault) for fault in error.errors()}) from None
    model = next((model for model in models if model.key == spec.model), None)
    if model is None:
        raise InvalidRequest({"model": "There is no such model."})
    faults = _faults_for(model, spec)
    if not spec.prompt:
        faults["prompt"] = MESSAGES["prompt", "missing"]
    if faults:
        raise InvalidRequest(faults)
    return spec


def _faults_for(model: catalogue.Model, spec: GenerationSpec) -> dict[str, str]:
    """What this model cannot do of what is asked."""
    faults = {}
    if spec.aspect_ratio not in model.sizes:
        faults["aspect_ratio"] = f"{model.label} has the ratios {', '.join(model.sizes)}."
    if spec.count > model.max_count:
        noun = "picture" if model.max_count == 1 else "pictures"
        faults["count"] = f"{model.label} makes up to {model.max_count} {noun} at a time."
    if spec.negative_prompt and not model.has_negative_prompt:
        faults["negative_prompt"] = f"{model.label} cannot be told what to leave out."
    for field, name in (("steps", "Steps"), ("guidance", "Guidance")):
        fault = _range_fault(model, name, getattr(spec, field), getattr(model, field))
        if fault:
            faults[field] = fault
    return faults


def _range_fault(model: catalogue.Model, name: str, value: float | None, allowed: catalogue.Range | None) -> str | None:
    if value is None:
        return None
    if allowed is None:
        return f"{model.label} has no {name.lower()} to set."
    if not allowed.lowest <= value <= allowed.highest:
        return f"{name} of {model.label}: {allowed.lowest:g} to {allowed.highest:g}."
    return None


def _message(fault: Any) -> str:
    known = MESSAGES.get((str(fault["loc"][0]), fault["type"]))
    return known or str(fault["msg"]).removeprefix("Value error, ")
