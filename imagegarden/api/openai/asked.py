"""What OpenAI's clients send, field by field, and what is said of a field that is wrong."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from imagegarden.domain.generation_spec import MAX_COUNT, MAX_PROMPT_LENGTH
from imagegarden.web.openai_shape import OpenAIRefusal

SIZE = r"^(auto|[1-9][0-9]{0,4}x[1-9][0-9]{0,4})$"
SOMETHING = r"[^\s\x00-\x1f\x7f-\x9f]"
NO_EFFECT = "Accepted, and has no effect."


class ImageRequest(BaseModel):
    """What is asked for, whether pictures are made or changed. Null is as good as left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt: str = Field(
        min_length=1, max_length=MAX_PROMPT_LENGTH, pattern=SOMETHING, description="What is to be seen."
    )
    model: str | None = Field(
        default=None,
        description=(
            "The id of a model here: `GET /v1/models`. Left out, or a name of OpenAI's such as `gpt-image-1` or "
            "`dall-e-3`: our default."
        ),
    )
    n: int | None = Field(default=None, ge=1, le=MAX_COUNT, description="How many pictures; 1 where it is left out.")
    size: Annotated[str, Field(pattern=SIZE)] | None = Field(
        default=None,
        description=(
            "`auto`, or width and height, such as `1536x1024`: the nearest shape that the model has is taken, and the "
            "answer says the true size. What is made from a picture has the shape of that picture."
        ),
    )
    quality: Literal["auto", "standard", "hd", "low", "medium", "high", "xhigh", "max"] | None = Field(
        default=None, description=NO_EFFECT
    )
    complexity: Literal["low", "medium", "high"] | None = Field(default=None, description=NO_EFFECT)
    response_format: Literal["url", "b64_json"] | None = Field(
        default=None,
        description=(
            "A link that opens without the key for an hour, or the picture itself. Left out: `b64_json` where `model` "
            "is a name of OpenAI's newer models, as those answer; else `url`."
        ),
    )
    output_format: Literal["png", "webp", "jpeg"] | None = Field(
        default=None, description="Left out: as the model made it. JPEG has white where the picture is transparent."
    )
    output_compression: int | None = Field(
        default=None, ge=0, le=100, description="The quality of WebP and JPEG; of PNG, no effect."
    )
    background: Literal["auto", "opaque"] | None = Field(default=None, description=NO_EFFECT)
    moderation: Literal["auto", "low"] | None = Field(
        default=None, description=f"{NO_EFFECT} The rules of the house hold."
    )
    stream: Literal[False] | None = Field(default=None, description="Nothing is streamed.")
    partial_images: Literal[0] | None = Field(default=None, description="Nothing is streamed.")
    user: str | None = Field(default=None, description=f"{NO_EFFECT} It is kept nowhere.")
    safety_identifier: str | None = Field(default=None, description=f"{NO_EFFECT} It is kept nowhere.")


class GenerateRequest(ImageRequest):
    """Pictures from words."""

    style: Literal["vivid", "natural"] | None = Field(default=None, description=NO_EFFECT)


class EditRequest(ImageRequest):
    """The words that go with a picture."""

    input_fidelity: Literal["low", "high"] | None = Field(default=None, description=NO_EFFECT)


Asked = TypeVar("Asked", bound=ImageRequest)

# OpenAI has these, or has these values of them, and we do not.
UNSUPPORTED: Mapping[str, str] = {
    "stream": "Nothing is streamed here: leave `stream` out, and the answer comes when the pictures are made.",
    "partial_images": "Nothing is streamed here, and no partial images are sent.",
    "frame_count": "Moving pictures are made by POST /api/v1/generations, as films.",
    "frame_duration_ms": "Moving pictures are made by POST /api/v1/generations, as films.",
    "svg": "Pictures come as PNG, WebP or JPEG.",
    "markup": "Say where to paint with `mask`.",
    "output_format": "Pictures come as png, webp or jpeg.",
    "background": "Transparent backgrounds are not made here.",
}
UNSUPPORTED_VALUES = {("output_format", "gif"), ("output_format", "svg"), ("background", "transparent")}
MESSAGES = {
    ("prompt", "string_too_long"): f"A prompt has at most {MAX_PROMPT_LENGTH:,} characters.",
    ("prompt", "string_too_short"): "Say what is to be seen.",
    ("prompt", "string_pattern_mismatch"): "Say what is to be seen.",
    ("n", "less_than_equal"): f"One request makes up to {MAX_COUNT} pictures.",
    ("size", "string_pattern_mismatch"): "Say auto, or width and height in pixels, such as 1024x1024.",
}


def read(kind: type[Asked], sent: Mapping[str, Any]) -> Asked:
    """What was sent, checked; values are of JSON's types. Raises OpenAIRefusal with what is wrong first."""
    for name in sent:
        if name not in kind.model_fields:
            raise _unknown(name)
    try:
        return kind.model_validate(dict(sent), strict=True)
    except ValidationError as error:
        raise _refusal(error.errors()[0]) from None


def _refusal(fault: Any) -> OpenAIRefusal:
    name, given = str(fault["loc"][0]), fault["input"]
    if fault["type"] == "missing":
        return OpenAIRefusal(f"Missing required parameter: '{name}'.", code="missing_required_parameter", param=name)
    if _is_unsupported(name, given):
        return OpenAIRefusal(UNSUPPORTED[name], code="unsupported_parameter", param=name)
    message = MESSAGES.get((name, fault["type"])) or f"'{name}': {fault['msg']}."
    return OpenAIRefusal(message, code="invalid_value", param=name)


def _unknown(name: str) -> OpenAIRefusal:
    if name in UNSUPPORTED:
        return OpenAIRefusal(UNSUPPORTED[name], code="unsupported_parameter", param=name)
    # What is no text at all cannot be said again either.
    shown = name.encode(errors="replace").decode()
    return OpenAIRefusal(f"Unknown parameter: '{shown}'.", code="unknown_parameter", param=shown)


def _is_unsupported(name: str, given: object) -> bool:
    if name == "stream":
        return given is True
    if name == "partial_images":
        return isinstance(given, int)
    return isinstance(given, str) and (name, given) in UNSUPPORTED_VALUES
