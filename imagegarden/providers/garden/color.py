"""Colors in OKLab, where mixing two of them gives what a painter expects. Hex appears only at the edges."""

from functools import lru_cache
from math import cos, radians, sin
from typing import NamedTuple


class Color(NamedTuple):
    """A color in OKLab: lightness 0..1 and two chroma axes."""

    light: float
    a: float
    b: float


@lru_cache(maxsize=1024)
def parse(text: str) -> Color:
    """Read "#rgb" or "#rrggbb"."""
    digits = text.lstrip("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    r, g, b = (_to_linear(int(digits[i : i + 2], 16) / 255) for i in (0, 2, 4))
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    middle = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    short = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return Color(
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


@lru_cache(maxsize=16384)
def to_hex(color: Color) -> str:
    """Write a color as "#rrggbb", clipped to what a screen can show."""
    long = (color.light + 0.3963377774 * color.a + 0.2158037573 * color.b) ** 3
    middle = (color.light - 0.1055613458 * color.a - 0.0638541728 * color.b) ** 3
    short = (color.light - 0.0894841775 * color.a - 1.2914855480 * color.b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    return "#" + "".join(f"{round(255 * _to_display(channel)):02x}" for channel in linear)


def to_rgb(color: Color) -> tuple[int, int, int]:
    """The same as three numbers from 0 to 255."""
    text = to_hex(color)
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def mix(one: Color, other: Color, amount: float) -> Color:
    """Go from one color toward the other; 0 is the first, 1 the second."""
    keep = 1 - amount
    return Color(
        one.light * keep + other.light * amount,
        one.a * keep + other.a * amount,
        one.b * keep + other.b * amount,
    )


def lighten(color: Color, amount: float) -> Color:
    """Add lightness, or take it away when negative, keeping the hue."""
    return Color(min(1.0, max(0.0, color.light + amount)), color.a, color.b)


def saturate(color: Color, factor: float) -> Color:
    """Multiply the chroma; 0 leaves a gray."""
    return Color(color.light, color.a * factor, color.b * factor)


def turn(color: Color, degrees: float) -> Color:
    """Turn the hue around the color wheel."""
    c, s = cos(radians(degrees)), sin(radians(degrees))
    return Color(color.light, color.a * c - color.b * s, color.a * s + color.b * c)


def _to_linear(channel: float) -> float:
    return float(channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4)


def _to_display(channel: float) -> float:
    channel = min(1.0, max(0.0, channel))
    return float(channel * 12.92 if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055)
