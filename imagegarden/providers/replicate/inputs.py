"""What is sent to each model: the fields that it has, with the values that an order gives them, and nothing else.

Each field also says what the provider's schema has to allow, so that a changed model is noticed (`schemas.py`). The
safety checks that a model has are on unless they are switched off, and no field here does.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from imagegarden.providers import catalogue
from imagegarden.providers.base import Order
from imagegarden.providers.catalogue import films, language, retouching
from imagegarden.providers.replicate.fields import (
    NEGATIVE_PROMPT,
    PROMPT,
    SEED,
    WEBP,
    Field,
    chosen,
    count,
    fixed,
    picture,
    ranged,
    ratio,
    side,
    strength,
)

# The films' rate of the models that count frames, and what they call a place beyond the edge.
FRAMES_PER_SECOND = 16
OUTPAINTS = MappingProxyType(
    {
        "zoom-1.5": "Zoom out 1.5x",
        "zoom-2": "Zoom out 2x",
        "square": "Make square",
        "left": "Left outpaint",
        "right": "Right outpaint",
        "top": "Top outpaint",
        "bottom": "Bottom outpaint",
    }
)
# The side of the square that the model paints in, whatever the picture's shape: it is fitted in afterwards.
INPAINTING_SIDE = 64
LARGEST_INPAINTING = 1024
INSTRUCTION = (
    "You improve prompts for an image generator. Improve the prompt below: keep its subject and every wish in it, add "
    "fitting detail about composition, light, color, texture and mood. Answer in the language of the prompt with the "
    "improved prompt alone, as one paragraph of at most 80 words, without any introduction, quotes or comments."
)


def inputs_for(order: Order, addresses: Mapping[str, str]) -> dict[str, Any]:
    """The model's input for this order, whose sources are at these addresses."""
    values: dict[str, Any] = {}
    for name, field in FIELDS[order.model].items():
        if field.source is None:
            values[name] = field.value(order)
        elif field.source in addresses:
            values[name] = [addresses[field.source]] if field.is_list else addresses[field.source]
    return {name: value for name, value in values.items() if value is not None}


def _frames(model: catalogue.Model) -> Field:
    numbers = [FRAMES_PER_SECOND * seconds + 1 for seconds in model.durations]
    return Field(
        value=lambda order: FRAMES_PER_SECOND * order.duration + 1 if order.duration else None,
        lowest=min(numbers),
        highest=max(numbers),
    )


def _resolution(model: catalogue.Model) -> Field:
    return chosen("resolution", {name: name for name in model.resolutions})


def _painted_side(number: int) -> Field:
    """A side of the picture, scaled to what the model can hold, as a multiple of 64."""

    def value(order: Order) -> int:
        size = order.width, order.height
        share = min(1.0, LARGEST_INPAINTING / max(size))
        return max(INPAINTING_SIDE, round(size[number] * share / INPAINTING_SIDE) * INPAINTING_SIDE)

    return Field(
        value=value,
        choices=tuple(range(INPAINTING_SIDE, LARGEST_INPAINTING + 1, INPAINTING_SIDE)),
        lowest=INPAINTING_SIDE,
        highest=LARGEST_INPAINTING,
    )


def _instruction(order: Order) -> str:
    return f'{INSTRUCTION}\n\nPrompt: "{order.prompt}"\n\nImproved prompt:'


_SCHNELL, _DEV, _SDXL = catalogue.FLUX_SCHNELL, catalogue.FLUX_DEV, catalogue.SDXL
_SD35, _SD = catalogue.STABLE_DIFFUSION_35, catalogue.STABLE_DIFFUSION
_FILM = {
    "prompt": PROMPT,
    "frames_per_second": fixed(FRAMES_PER_SECOND),
    "interpolate_output": fixed(False),
    "seed": SEED,
}

IMAGES: Mapping[str, Mapping[str, Field]] = {
    _SCHNELL.key: {
        "prompt": PROMPT,
        "aspect_ratio": ratio(_SCHNELL),
        "num_outputs": count(_SCHNELL),
        "num_inference_steps": ranged("steps", _SCHNELL.steps),
        "seed": SEED,
        **WEBP,
    },
    _DEV.key: {
        "prompt": PROMPT,
        "aspect_ratio": ratio(_DEV),
        "num_outputs": count(_DEV),
        "num_inference_steps": ranged("steps", _DEV.steps),
        "guidance": ranged("guidance", _DEV.guidance),
        "image": picture(),
        "prompt_strength": strength(_DEV),
        "seed": SEED,
        **WEBP,
    },
    catalogue.FLUX_2_PRO.key: {
        "prompt": PROMPT,
        "input_images": picture(is_list=True),
        "aspect_ratio": ratio(catalogue.FLUX_2_PRO),
        "resolution": fixed("1 MP"),
        "safety_tolerance": fixed(2),
        "seed": SEED,
        **WEBP,
    },
    _SDXL.key: {
        "prompt": PROMPT,
        "negative_prompt": NEGATIVE_PROMPT,
        "image": picture(),
        "prompt_strength": strength(_SDXL),
        "width": side(_SDXL, 0),
        "height": side(_SDXL, 1),
        "num_outputs": count(_SDXL),
        "num_inference_steps": ranged("steps", _SDXL.steps),
        "guidance_scale": ranged("guidance", _SDXL.guidance),
        "seed": SEED,
    },
    _SD35.key: {
        "prompt": PROMPT,
        "negative_prompt": NEGATIVE_PROMPT,
        "image": picture(),
        "prompt_strength": strength(_SD35),
        "aspect_ratio": ratio(_SD35),
        "cfg": ranged("guidance", _SD35.guidance),
        "output_format": fixed("webp"),
        "seed": SEED,
    },
    _SD.key: {
        "prompt": PROMPT,
        "negative_prompt": NEGATIVE_PROMPT,
        "width": side(_SD, 0),
        "height": side(_SD, 1),
        "num_outputs": count(_SD),
        "num_inference_steps": ranged("steps", _SD.steps),
        "guidance_scale": ranged("guidance", _SD.guidance),
        "seed": SEED,
    },
}
FILMS: Mapping[str, Mapping[str, Field]] = {
    films.WAN.key: {
        **_FILM,
        "aspect_ratio": ratio(films.WAN),
        "resolution": _resolution(films.WAN),
        "num_frames": _frames(films.WAN),
    },
    films.WAN_ANIMATE.key: {
        **_FILM,
        "image": picture(),
        "resolution": _resolution(films.WAN_ANIMATE),
        "num_frames": _frames(films.WAN_ANIMATE),
    },
    films.HAILUO.key: {
        "prompt": PROMPT,
        "first_frame_image": picture(),
        "resolution": _resolution(films.HAILUO),
        "duration": Field(value=lambda order: order.duration, choices=(6, 10)),
    },
    films.ANIMATE_DIFF.key: {"prompt": PROMPT, "n_prompt": NEGATIVE_PROMPT, "seed": SEED},
}
RETOUCHING: Mapping[str, Mapping[str, Field]] = {
    retouching.REAL_ESRGAN.key: {
        "image": picture(),
        "scale": Field(value=lambda order: order.scale, lowest=2, highest=4),
        "face_enhance": Field(value=lambda order: order.faces, choices=(True, False)),
    },
    retouching.CLARITY.key: {
        "image": picture(),
        "prompt": Field(value=lambda order: order.prompt or None),
        "scale_factor": Field(value=lambda order: order.scale, lowest=2, highest=4),
        "seed": SEED,
        "output_format": fixed("png"),
    },
    retouching.GFPGAN.key: {"img": picture(), "scale": Field(value=lambda order: order.scale, lowest=2, highest=2)},
    retouching.FLUX_FILL.key: {
        "prompt": PROMPT,
        "image": picture(),
        "mask": picture("mask"),
        "outpaint": chosen("expand", OUTPAINTS),
        "steps": ranged("steps", retouching.FLUX_FILL.steps),
        "guidance": ranged("guidance", retouching.FLUX_FILL.guidance),
        "safety_tolerance": fixed(2),
        "seed": SEED,
        "output_format": fixed("png"),
    },
    retouching.INPAINTING.key: {
        "prompt": PROMPT,
        "negative_prompt": NEGATIVE_PROMPT,
        "image": picture(),
        "mask": picture("mask"),
        "width": _painted_side(0),
        "height": _painted_side(1),
        "num_inference_steps": ranged("steps", retouching.INPAINTING.steps),
        "guidance_scale": ranged("guidance", retouching.INPAINTING.guidance),
        "seed": SEED,
    },
    retouching.FLUX_KONTEXT.key: {
        "prompt": PROMPT,
        "input_image": picture(),
        "aspect_ratio": fixed("match_input_image"),
        "output_format": fixed("png"),
        "safety_tolerance": fixed(2),
        "seed": SEED,
    },
}
LANGUAGE: Mapping[str, Mapping[str, Field]] = {
    language.LLAMA.key: {
        "prompt": Field(value=_instruction),
        "max_tokens": fixed(300),
        "temperature": fixed(0.7),
    },
}
FIELDS: Mapping[str, Mapping[str, Field]] = MappingProxyType({**IMAGES, **FILMS, **RETOUCHING, **LANGUAGE})
