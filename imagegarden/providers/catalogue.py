"""What each model can do and which looks there are. Prices are rows in the database, not here."""

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Look:
    """A style or a palette: what people read, and the words that ask a model for it."""

    label: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Model:
    """One model: who runs it, what people read, and its limits. Times are in seconds."""

    key: str
    provider: str
    label: str
    description: str
    is_ai: bool
    max_count: int
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

# Aspect ratio: width and height in pixels, each about one megapixel and a multiple of 64.
SIZES = MappingProxyType(
    {
        "1:1": (1024, 1024),
        "3:4": (896, 1152),
        "4:3": (1152, 896),
        "9:16": (768, 1344),
        "16:9": (1344, 768),
    }
)

GARDEN = Model(
    key="garden",
    provider="garden",
    label="Garden engine",
    description="Procedural pictures, drawn on this machine. No AI.",
    is_ai=False,
    max_count=4,
    usual_seconds=2,
    deadline_seconds=300,
)
MODELS = MappingProxyType({model.key: model for model in (GARDEN,)})
DEFAULT_MODEL = GARDEN.key
