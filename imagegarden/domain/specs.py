"""What may be asked for. The limits of a request stand here and nowhere else: forms and schemas derive from them."""

import hashlib
import unicodedata
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from imagegarden.domain.errors import InvalidRequest
from imagegarden.models.generations import GenerationKind
from imagegarden.providers import catalogue

MAX_PROMPT_LENGTH = 2000
MAX_COUNT = 4
MAX_SEED = 2**31 - 1

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
}


def _clean(text: str) -> str:
    """The text without control characters, in one canonical Unicode form, without space around it."""
    kept = "".join(char if unicodedata.category(char) not in {"Cc", "Cs"} or char == "\n" else " " for char in text)
    return unicodedata.normalize("NFC", kept).strip()


class GenerationSpec(BaseModel):
    """One request for pictures, checked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: GenerationKind = GenerationKind.IMAGE
    prompt: Annotated[str, AfterValidator(_clean), Field(max_length=MAX_PROMPT_LENGTH)]
    style: Style = "art"
    color: Color = "vibrant"
    model: str = catalogue.DEFAULT_MODEL
    aspect_ratio: AspectRatio = "1:1"
    count: int = Field(default=2, ge=1, le=MAX_COUNT)
    seed: int | None = Field(default=None, ge=0, le=MAX_SEED)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return catalogue.SIZES[self.aspect_ratio]

    @property
    def fingerprint(self) -> str:
        """The same for the same request: tells a repeated request from another one under the same key."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


def parse(**values: Any) -> GenerationSpec:
    """The request that these raw values make.

    Raises InvalidRequest with a message for each wrong field.
    """
    try:
        spec = GenerationSpec.model_validate(values)
    except ValidationError as error:
        raise InvalidRequest({str(fault["loc"][0]): _message(fault) for fault in error.errors()}) from None
    if not spec.prompt:
        raise InvalidRequest({"prompt": MESSAGES["prompt", "missing"]})
    if spec.model not in catalogue.MODELS:
        raise InvalidRequest({"model": "There is no such model."})
    return spec


def _message(fault: Any) -> str:
    known = MESSAGES.get((str(fault["loc"][0]), fault["type"]))
    return known or str(fault["msg"]).removeprefix("Value error, ")
