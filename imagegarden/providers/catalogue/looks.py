"""Styles and palettes: what people read, and the words that ask a model for them."""

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Look:
    """A style or a palette."""

    label: str
    words: str


STYLES = MappingProxyType(
    {
        "art": Look("Art style", "art style"),
        "watercolor": Look("Watercolor", "loose watercolor on paper"),
        "papercut": Look("Paper cut", "layered paper cut with soft shadows"),
        "ink": Look("Ink", "ink drawing with a light wash"),
        "nouveau": Look("Art nouveau", "art nouveau lithograph with flowing contours and an ornamental frame"),
        "pixel": Look("Pixel art", "pixel art, 16-bit, limited colors"),
        "linocut": Look("Linocut", "linocut print, bold carved lines, few inks"),
        "nightphoto": Look("Night photo", "night photograph, long exposure, shallow depth of field, bokeh"),
        "botanical": Look("Botanical", "antique botanical plate, hand-colored engraving on aged paper"),
    }
)
COLORS = MappingProxyType(
    {
        "vibrant": Look("Vibrant", "vibrant colors"),
        "spring": Look("Spring", "fresh spring greens and pinks"),
        "autumn": Look("Autumn", "warm autumn colors"),
        "dusk": Look("Dusk", "violet and rose dusk light"),
        "frost": Look("Frost", "pale frosty blues"),
        "ocean": Look("Ocean", "deep sea blues, teal and coral"),
        "clay": Look("Clay", "terracotta, sage and cream"),
        "mono": Look("Mono", "monochrome"),
    }
)
DEFAULT_STYLE = "art"
DEFAULT_COLOR = "vibrant"
