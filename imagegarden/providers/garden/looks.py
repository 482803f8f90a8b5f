"""The look of a picture: what was chosen, or what the prompt says where nothing special was chosen."""

import re
from collections.abc import Mapping
from functools import lru_cache

_WORDS = re.compile(r"[a-z0-9]+")
# The choices that leave the prompt its say.
PLAIN_STYLE, PLAIN_COLOR = "art", "vibrant"

STYLE_WORDS: Mapping[str, tuple[str, ...]] = {
    "watercolor": ("watercolor", "watercolour", "watercolors", "watercolours", "aquarelle"),
    "papercut": ("paper cut", "papercut", "paper cutout", "cut paper", "paper art", "paper collage", "kirigami"),
    "ink": ("ink drawing", "ink painting", "ink wash", "pen and ink", "in ink", "sumi e", "sumie", "brush and ink"),
    "nouveau": ("art nouveau", "nouveau", "jugendstil", "mucha", "art deco poster", "belle epoque"),
    "pixel": (
        "pixel art",
        "pixelart",
        "pixel",
        "pixels",
        "pixelated",
        "8 bit",
        "8bit",
        "16 bit",
        "16bit",
        "retro game",
    ),
    "linocut": (
        "linocut",
        "lino cut",
        "lino print",
        "linoprint",
        "woodcut",
        "woodblock",
        "block print",
        "relief print",
    ),
    "nightphoto": ("night photo", "night photograph", "night photography", "photo at night", "long exposure", "bokeh"),
    "botanical": ("botanical", "botanical plate", "botanical illustration", "herbarium", "scientific illustration"),
}
COLOR_WORDS: Mapping[str, tuple[str, ...]] = {
    "spring": ("pastel", "pastels", "spring colors"),
    "autumn": ("autumn colors", "fall colors"),
    "dusk": ("dusk colors", "purple haze"),
    "frost": ("frosty colors", "icy colors"),
    "ocean": ("ocean colors", "teal and coral", "sea colors"),
    "clay": ("terracotta", "clay colors", "earth tones", "earthy"),
    "mono": ("monochrome", "black and white", "grayscale", "greyscale"),
}


@lru_cache(maxsize=256)
def look(prompt: str, style: str, color: str) -> tuple[str, str]:
    """The style and the palette to draw in: a choice decides, and a prompt does where the choice is the usual one."""
    text = f" {' '.join(_WORDS.findall(prompt[:4000].casefold()))} "
    if style == PLAIN_STYLE:
        style = _named(text, STYLE_WORDS) or style
    if color == PLAIN_COLOR:
        color = _named(text, COLOR_WORDS) or color
    return style, color


def _named(text: str, listed: Mapping[str, tuple[str, ...]]) -> str:
    """What the text names first."""
    found = [(text.find(f" {phrase} "), key) for key, phrases in listed.items() for phrase in phrases]
    return min(((place, key) for place, key in found if place >= 0), default=(0, ""))[1]
