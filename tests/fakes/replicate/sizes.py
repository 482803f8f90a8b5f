"""How large a model's pictures are."""

import math
from collections.abc import Mapping
from typing import Any

# About one megapixel each, as the FLUX models make them.
SIZES = {
    "1:1": (1024, 1024),
    "16:9": (1344, 768),
    "21:9": (1536, 640),
    "3:2": (1216, 832),
    "2:3": (832, 1216),
    "4:5": (896, 1088),
    "5:4": (1088, 896),
    "3:4": (896, 1152),
    "4:3": (1152, 896),
    "9:16": (768, 1344),
    "9:21": (640, 1536),
}
MEGAPIXEL = 1024 * 1024
# As the Wan models make them.
WAN = {"480p": (832, 480), "720p": (1280, 720)}
# What the models calculate with: a side is a multiple of it.
GRAIN = 16


def by_width_and_height(given: Mapping[str, Any]) -> tuple[int, int]:
    """As asked, in pixels."""
    return int(given["width"]), int(given["height"])


def by_megapixels(given: Mapping[str, Any]) -> tuple[int, int]:
    """By aspect ratio; a quarter of a megapixel halves each side."""
    width, height = SIZES[given["aspect_ratio"]]
    return (width // 2, height // 2) if given.get("megapixels") == "0.25" else (width, height)


def by_resolution(given: Mapping[str, Any]) -> tuple[int, int]:
    """By aspect ratio and a resolution such as `2 MP`; `custom` takes width and height, in steps of 32."""
    if given["aspect_ratio"] == "custom":
        return tuple(max(256, round(given.get(side, 1024) / 32) * 32) for side in ("width", "height"))  # type: ignore[return-value]
    # Without a picture to match, a matching one is square and has one megapixel.
    width, height = SIZES.get(given["aspect_ratio"], SIZES["1:1"])
    words = given["resolution"].split()
    if words == ["1", "MP"] or words[-1] != "MP":
        return width, height
    scale = math.sqrt(float(words[0]) * MEGAPIXEL / (width * height))
    return round(width * scale / 16) * 16, round(height * scale / 16) * 16


def of_ratio(ratio: str) -> tuple[int, int]:
    """About one megapixel in this aspect ratio."""
    if ratio in SIZES:
        return SIZES[ratio]
    wide, high = (int(part) for part in ratio.split(":"))
    return matching((wide, high), (1024, 1024))


def matching(shape: tuple[int, int], size: tuple[int, int]) -> tuple[int, int]:
    """As large as `size`, in the aspect ratio of `shape`."""
    scale = math.sqrt(size[0] * size[1] / (shape[0] * shape[1]))
    width, height = (max(GRAIN, round(side * scale / GRAIN) * GRAIN) for side in shape)
    return width, height


def with_shorter_side(shape: tuple[int, int], pixels: int) -> tuple[int, int]:
    """With so many pixels along the shorter side, in the aspect ratio of `shape`."""
    width, height = (round(side * pixels / min(shape)) for side in shape)
    return width, height
