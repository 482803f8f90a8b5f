"""What is sent to each model: the fields that it has, with the values that an order gives them, and nothing else.

Each field also says what the provider's schema has to allow, so that a changed model is noticed (`schemas.py`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from imagegarden.providers import catalogue
from imagegarden.providers.base import Order

OUTPUT_QUALITY = 92


@dataclass(frozen=True, kw_only=True)
class Field:
    """One input field: its value for an order, and the values that we may ever send."""

    value: Callable[[Order], Any]
    choices: tuple[Any, ...] = ()
    lowest: float | None = None
    highest: float | None = None


def inputs_for(order: Order) -> dict[str, Any]:
    """The model's input for this order."""
    values = {name: field.value(order) for name, field in FIELDS[order.model].items()}
    return {name: value for name, value in values.items() if value is not None}


def words(order: Order) -> str:
    """The prompt with the words of the chosen looks behind it."""
    looks = (catalogue.STYLES[order.style].words, catalogue.COLORS[order.color].words)
    return ", ".join((order.prompt, *looks))


def _range(name: str, allowed: catalogue.Range | None) -> Field:
    assert allowed is not None
    return Field(value=lambda order: getattr(order, name), lowest=allowed.lowest, highest=allowed.highest)


def _fixed(value: Any) -> Field:
    return Field(value=lambda _: value, choices=(value,))


def _ratio(model: catalogue.Model) -> Field:
    return Field(value=lambda order: order.aspect_ratio, choices=tuple(model.sizes))


def _side(model: catalogue.Model, side: int) -> Field:
    sides = sorted({size[side] for size in model.sizes.values()})
    return Field(
        value=lambda order: (order.width, order.height)[side],
        choices=tuple(sides),
        lowest=sides[0],
        highest=sides[-1],
    )


def _count(model: catalogue.Model) -> Field:
    return Field(value=lambda order: order.count, lowest=1, highest=model.max_count)


PROMPT = Field(value=words)
NEGATIVE_PROMPT = Field(value=lambda order: order.negative_prompt or None)
SEED = Field(value=lambda order: order.seed, lowest=0)
WEBP = MappingProxyType({"output_format": _fixed("webp"), "output_quality": _fixed(OUTPUT_QUALITY)})

_SCHNELL, _DEV, _SDXL = catalogue.FLUX_SCHNELL, catalogue.FLUX_DEV, catalogue.SDXL
_SD35, _SD = catalogue.STABLE_DIFFUSION_35, catalogue.STABLE_DIFFUSION

# The safety checks that a model has are on unless they are switched off, and no field here does.
FIELDS: Mapping[str, Mapping[str, Field]] = MappingProxyType(
    {
        _SCHNELL.key: {
            "prompt": PROMPT,
            "aspect_ratio": _ratio(_SCHNELL),
            "num_outputs": _count(_SCHNELL),
            "num_inference_steps": _range("steps", _SCHNELL.steps),
            "seed": SEED,
            **WEBP,
        },
        _DEV.key: {
            "prompt": PROMPT,
            "aspect_ratio": _ratio(_DEV),
            "num_outputs": _count(_DEV),
            "num_inference_steps": _range("steps", _DEV.steps),
            "guidance": _range("guidance", _DEV.guidance),
            "seed": SEED,
            **WEBP,
        },
        catalogue.FLUX_2_PRO.key: {
            "prompt": PROMPT,
            "aspect_ratio": _ratio(catalogue.FLUX_2_PRO),
            "resolution": _fixed("1 MP"),
            "safety_tolerance": _fixed(2),
            "seed": SEED,
            **WEBP,
        },
        _SDXL.key: {
            "prompt": PROMPT,
            "negative_prompt": NEGATIVE_PROMPT,
            "width": _side(_SDXL, 0),
            "height": _side(_SDXL, 1),
            "num_outputs": _count(_SDXL),
            "num_inference_steps": _range("steps", _SDXL.steps),
            "guidance_scale": _range("guidance", _SDXL.guidance),
            "seed": SEED,
        },
        _SD35.key: {
            "prompt": PROMPT,
            "negative_prompt": NEGATIVE_PROMPT,
            "aspect_ratio": _ratio(_SD35),
            "cfg": _range("guidance", _SD35.guidance),
            "output_format": _fixed("webp"),
            "seed": SEED,
        },
        _SD.key: {
            "prompt": PROMPT,
            "negative_prompt": NEGATIVE_PROMPT,
            "width": _side(_SD, 0),
            "height": _side(_SD, 1),
            "num_outputs": _count(_SD),
            "num_inference_steps": _range("steps", _SD.steps),
            "guidance_scale": _range("guidance", _SD.guidance),
            "seed": SEED,
        },
    }
)
