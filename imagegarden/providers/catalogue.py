"""What each model can do and which looks there are. Prices are rows in the database, not here."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Look:
    """A style or a palette: what people read, and the words that ask a model for it."""

    label: str
    words: str


@dataclass(frozen=True)
class Range:
    """The numbers that may be chosen, both ends included, and the one that is taken when nobody chooses."""

    lowest: float
    highest: float
    default: float
    step: float = 1


@dataclass(frozen=True, kw_only=True)
class Model:
    """One model: who runs it, what people read, and what it has and can do. Times are in seconds.

    `source` is the provider's name for it, with the version behind a colon where the version is ours to choose.
    `sizes` maps each aspect ratio that it has to width and height in pixels. What is None or False, it does not have.
    """

    key: str
    provider: str
    source: str
    label: str
    description: str
    is_ai: bool
    is_premium: bool = False
    sizes: Mapping[str, tuple[int, int]]
    max_count: int
    has_negative_prompt: bool = False
    steps: Range | None = None
    guidance: Range | None = None
    usual_seconds: float
    deadline_seconds: float


STYLES = MappingProxyType(
    {
        "art": Look("Art style", "art style"),
        "watercolor": Look("Watercolor", "loose watercolor on paper"),
        "papercut": Look("Paper cut", "layered paper cut with soft shadows"),
        "ink": Look("Ink", "ink drawing with a light wash"),
    }
)
COLORS = MappingProxyType(
    {
        "vibrant": Look("Vibrant", "vibrant colors"),
        "spring": Look("Spring", "fresh spring greens and pinks"),
        "autumn": Look("Autumn", "warm autumn colors"),
        "dusk": Look("Dusk", "violet and rose dusk light"),
        "frost": Look("Frost", "pale frosty blues"),
        "mono": Look("Mono", "monochrome"),
    }
)
DEFAULT_STYLE = "art"
DEFAULT_COLOR = "vibrant"

# Each about one megapixel and a multiple of 64.
SIZES = MappingProxyType(
    {
        "1:1": (1024, 1024),
        "3:4": (896, 1152),
        "4:3": (1152, 896),
        "9:16": (768, 1344),
        "16:9": (1344, 768),
    }
)
SMALLER_SIZES = MappingProxyType(
    {
        "1:1": (768, 768),
        "3:4": (576, 768),
        "4:3": (768, 576),
        "9:16": (576, 1024),
        "16:9": (1024, 576),
    }
)
IMAGE_DEADLINE = 300

GARDEN = Model(
    key="garden",
    provider="garden",
    source="garden",
    label="Garden engine",
    description="Procedural pictures, drawn on this machine. No AI.",
    is_ai=False,
    sizes=SIZES,
    max_count=4,
    usual_seconds=2,
    deadline_seconds=IMAGE_DEADLINE,
)
FLUX_SCHNELL = Model(
    key="flux-schnell",
    provider="replicate",
    source="black-forest-labs/flux-schnell",
    label="FLUX schnell",
    description="Quick and good at almost everything.",
    is_ai=True,
    sizes=SIZES,
    max_count=4,
    steps=Range(1, 4, 4),
    usual_seconds=2,
    deadline_seconds=IMAGE_DEADLINE,
)
FLUX_DEV = Model(
    key="flux-dev",
    provider="replicate",
    source="black-forest-labs/flux-dev",
    label="FLUX dev",
    description="Finer detail, closer to the prompt, slower.",
    is_ai=True,
    sizes=SIZES,
    max_count=4,
    steps=Range(1, 50, 28),
    guidance=Range(0, 10, 3, 0.1),
    usual_seconds=8,
    deadline_seconds=IMAGE_DEADLINE,
)
FLUX_2_PRO = Model(
    key="flux-2-pro",
    provider="replicate",
    source="black-forest-labs/flux-2-pro",
    label="FLUX.2 pro",
    description="The finest pictures, lettering included. One at a time.",
    is_ai=True,
    is_premium=True,
    sizes=SIZES,
    max_count=1,
    usual_seconds=10,
    deadline_seconds=IMAGE_DEADLINE,
)
SDXL = Model(
    key="sdxl",
    provider="replicate",
    source="stability-ai/sdxl:7762fd07cf82c948538e41f63f77d685e02b063e37e496e96eefd46c929f9bdc",
    label="SDXL",
    description="The open classic: can be told what to leave out.",
    is_ai=True,
    sizes=SIZES,
    max_count=4,
    has_negative_prompt=True,
    steps=Range(1, 100, 50),
    guidance=Range(1, 20, 7.5, 0.5),
    usual_seconds=12,
    deadline_seconds=IMAGE_DEADLINE,
)
STABLE_DIFFUSION_35 = Model(
    key="stable-diffusion-3.5-large",
    provider="replicate",
    source="stability-ai/stable-diffusion-3.5-large",
    label="Stable Diffusion 3.5",
    description="Many styles, one picture at a time.",
    is_ai=True,
    sizes=MappingProxyType({ratio: SIZES[ratio] for ratio in ("1:1", "9:16", "16:9")}),
    max_count=1,
    has_negative_prompt=True,
    guidance=Range(1, 10, 5, 0.5),
    usual_seconds=10,
    deadline_seconds=IMAGE_DEADLINE,
)
STABLE_DIFFUSION = Model(
    key="stable-diffusion",
    provider="replicate",
    source="stability-ai/stable-diffusion:db21e45d3f7023abc2a46ee38a23973f6dce16bb082a930b0c49861f96d1e5bf",
    label="Stable Diffusion",
    description="The one that began it. Small, dreamy, unpredictable.",
    is_ai=True,
    sizes=SMALLER_SIZES,
    max_count=4,
    has_negative_prompt=True,
    steps=Range(1, 100, 20),
    guidance=Range(1, 20, 9, 0.5),
    usual_seconds=6,
    deadline_seconds=IMAGE_DEADLINE,
)
# In the order in which people see them. An entry stays for as long as an unfinished generation may name it.
MODELS = MappingProxyType(
    {
        model.key: model
        for model in (FLUX_SCHNELL, FLUX_DEV, FLUX_2_PRO, SDXL, STABLE_DIFFUSION_35, STABLE_DIFFUSION, GARDEN)
    }
)


def offered(providers: Collection[str]) -> tuple[Model, ...]:
    """The models that can be asked for where these providers stand ready; the first is the default.

    The garden engine steps back where there is AI: what a person chose is never silently made by something else.
    """
    ready = [model for model in MODELS.values() if model.provider in providers]
    return tuple([model for model in ready if model.is_ai] or ready)
