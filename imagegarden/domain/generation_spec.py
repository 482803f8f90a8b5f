"""The shape of a request and its limits, which stand here and nowhere else: forms and schemas derive from them."""

import hashlib
import unicodedata
from typing import Annotated, Literal, get_args
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from imagegarden.models.generations import GenerationKind

MAX_PROMPT_LENGTH = 2000
MAX_COUNT = 4
MAX_SEED = 2**31 - 1
MAX_STEPS = 500
MAX_GUIDANCE = 100
MAX_DURATION = 15
DEFAULT_COUNT = 2

Style = Literal["art", "watercolor", "papercut", "ink", "nouveau", "pixel", "linocut", "nightphoto", "botanical"]
Color = Literal["vibrant", "spring", "autumn", "dusk", "frost", "ocean", "clay", "mono"]
AspectRatio = Literal["1:1", "3:4", "4:3", "9:16", "16:9"]
Strength = Literal["subtle", "strong"]
Expansion = Literal["zoom-1.5", "zoom-2", "square", "left", "right", "top", "bottom"]
Resolution = Literal["480p", "512p", "720p", "768p", "1080p"]
ASPECT_RATIOS: tuple[str, ...] = get_args(AspectRatio)


def clean_text(text: str) -> str:
    """The text without control characters, in one canonical Unicode form, without space around it."""
    kept = "".join(char if unicodedata.category(char) not in {"Cc", "Cs"} or char == "\n" else " " for char in text)
    return unicodedata.normalize("NFC", kept).strip()


class GenerationSpec(BaseModel):
    """One request, checked. What is None is left to the model, or was not asked for.

    `image` and `mask` name pictures of the person's own. `strength` says how far a picture is varied, `expand` where
    one goes on beyond its edge; `duration` is in seconds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: GenerationKind = GenerationKind.IMAGE
    prompt: Annotated[str, AfterValidator(clean_text), Field(max_length=MAX_PROMPT_LENGTH)] = ""
    style: Style = "art"
    color: Color = "vibrant"
    model: str
    aspect_ratio: AspectRatio = "1:1"
    count: int = Field(default=DEFAULT_COUNT, ge=1, le=MAX_COUNT)
    seed: int | None = Field(default=None, ge=0, le=MAX_SEED)
    negative_prompt: Annotated[str, AfterValidator(clean_text), Field(max_length=MAX_PROMPT_LENGTH)] = ""
    steps: int | None = Field(default=None, ge=0, le=MAX_STEPS)
    guidance: float | None = Field(default=None, ge=0, le=MAX_GUIDANCE, allow_inf_nan=False)
    image: UUID | None = None
    mask: UUID | None = None
    strength: Strength | None = None
    scale: int | None = Field(default=None, ge=1, le=8)
    faces: bool = False
    expand: Expansion | None = None
    duration: int | None = Field(default=None, ge=1, le=MAX_DURATION)
    resolution: Resolution | None = None

    @property
    def fingerprint(self) -> str:
        """The same for the same request: tells a repeated request from another one under the same key."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()
