"""What a model can do of what is asked, and what size comes of it."""

from collections.abc import Callable
from typing import Any

from imagegarden.domain.generation_spec import GenerationSpec
from imagegarden.imaging.limits import MAX_PIXELS
from imagegarden.providers import catalogue
from imagegarden.providers.catalogue import Model, Takes

MISSING_PROMPT = "Describe what you want to see."
MISSING_MASK = "Paint over what should change."
Size = tuple[int, int]


def defaults(model: Model) -> dict[str, Any]:
    """What is taken where nothing is said and the model's own answer differs from everybody's."""
    found: dict[str, Any] = {}
    if model.max_count == 1:
        found["count"] = 1
    if model.sizes and "1:1" not in model.sizes:
        found["aspect_ratio"] = next(iter(model.sizes))
    if model.scales:
        found["scale"] = model.scales[0]
    if model.resolutions:
        found["resolution"] = model.default_resolution
    if model.durations:
        found["duration"] = model.durations[0]
    return found


def faults(model: Model, spec: GenerationSpec) -> dict[str, str]:
    """What this model cannot do of what is asked, by field, in words for people."""
    checks = (_prompt, _count, _ratio, _numbers, _image, _mask, _strength, _scale, _length)
    found: dict[str, str] = {}
    for check in checks:
        found |= check(model, spec)
    return found


def _prompt(model: Model, spec: GenerationSpec) -> dict[str, str]:
    found = {}
    if model.prompt == Takes.MUST and not spec.prompt:
        found["prompt"] = MISSING_PROMPT
    if model.prompt == Takes.NO and spec.prompt:
        found["prompt"] = f"{model.label} takes no words."
    if spec.negative_prompt and not model.has_negative_prompt:
        found["negative_prompt"] = f"{model.label} cannot be told what to leave out."
    return found


def _count(model: Model, spec: GenerationSpec) -> dict[str, str]:
    if spec.count <= model.max_count:
        return {}
    noun = {"video": "film"}.get(model.kind, "picture") + ("" if model.max_count == 1 else "s")
    return {"count": f"{model.label} makes up to {model.max_count} {noun} at a time."}


def _ratio(model: Model, spec: GenerationSpec) -> dict[str, str]:
    if not model.sizes or spec.aspect_ratio in model.sizes or (spec.image is not None and model.follows_image):
        return {}
    return {"aspect_ratio": f"{model.label} has the ratios {', '.join(model.sizes)}."}


def _numbers(model: Model, spec: GenerationSpec) -> dict[str, str]:
    found = {}
    for field, name in (("steps", "Steps"), ("guidance", "Guidance")):
        fault = _range_fault(model, name, getattr(spec, field), getattr(model, field))
        if fault:
            found[field] = fault
    return found


def _range_fault(model: Model, name: str, value: float | None, allowed: catalogue.Range | None) -> str | None:
    if value is None:
        return None
    if allowed is None:
        return f"{model.label} has no {name.lower()} to set."
    if not allowed.lowest <= value <= allowed.highest:
        return f"{name} of {model.label}: {allowed.lowest:g} to {allowed.highest:g}."
    return None


def _image(model: Model, spec: GenerationSpec) -> dict[str, str]:
    if model.image == Takes.MUST and spec.image is None:
        return {"image": "Choose a picture to start from."}
    if model.image == Takes.NO and spec.image is not None:
        return {"image": f"{model.label} starts from words alone."}
    return {}


def _mask(model: Model, spec: GenerationSpec) -> dict[str, str]:
    if spec.expand is not None and spec.expand not in model.expansions:
        return {"expand": f"{model.label} cannot go on beyond the edge."}
    if spec.mask is not None and (model.mask == Takes.NO or spec.expand is not None):
        return {"mask": "Either paint over a part, or go on beyond the edge."}
    needs_mask = model.mask == Takes.MUST or (model.mask == Takes.MAY and spec.expand is None)
    if needs_mask and spec.mask is None:
        return {"mask": MISSING_MASK}
    return {}


def _strength(model: Model, spec: GenerationSpec) -> dict[str, str]:
    if spec.strength is None:
        return {}
    if spec.image is None:
        return {"strength": "Choose a picture to vary."}
    if spec.strength not in model.strengths:
        return {"strength": f"{model.label} cannot be told how far to go."}
    return {}


def _scale(model: Model, spec: GenerationSpec) -> dict[str, str]:
    found = {}
    if spec.scale is not None and spec.scale not in model.scales:
        offered = " or ".join(f"{scale} times" for scale in model.scales)
        found["scale"] = f"{model.label} makes pictures {offered} as large." if offered else "This has no scale."
    if spec.faces and not model.has_faces:
        found["faces"] = f"{model.label} does not work on faces apart."
    return found


def _length(model: Model, spec: GenerationSpec) -> dict[str, str]:
    found = {}
    if spec.resolution is not None and spec.resolution not in model.resolutions:
        offered = ", ".join(model.resolutions)
        found["resolution"] = f"{model.label} has the resolutions {offered}." if offered else "This has no resolution."
    if spec.duration is not None and spec.duration not in model.durations_at(spec.resolution):
        seconds = " or ".join(str(length) for length in model.durations_at(spec.resolution))
        found["duration"] = f"{model.label} makes films of {seconds} s here." if seconds else "This has no duration."
    return found


def canvas(width: int, height: int, expand: str) -> Size:
    """The size of a picture that goes on beyond its edge: by half of a side, to a square, or all around."""
    grown: dict[str, Callable[[], Size]] = {
        "left": lambda: (width + width // 2, height),
        "right": lambda: (width + width // 2, height),
        "top": lambda: (width, height + height // 2),
        "bottom": lambda: (width, height + height // 2),
        "square": lambda: (max(width, height), max(width, height)),
        "zoom-1.5": lambda: (width * 3 // 2, height * 3 // 2),
        "zoom-2": lambda: (width * 2, height * 2),
    }
    return grown[expand]()


def size_of(model: Model, spec: GenerationSpec, source: Size | None) -> Size:
    """Width and height of what comes of it, in pixels; roughly, where the model follows a picture's shape."""
    sizes = model.resolutions.get(spec.resolution or "", model.sizes)
    if source is None or not model.follows_image:
        return sizes.get(spec.aspect_ratio, (0, 0))
    width, height = source
    if spec.scale is not None:
        return width * spec.scale, height * spec.scale
    if spec.expand is not None:
        return canvas(width, height, spec.expand)
    if not sizes or model.keeps_size:
        return width, height
    return shaped_like(source, next(iter(sizes.values())))


def shaped_like(source: Size, room: Size) -> Size:
    """A size of the source's shape with about as many pixels as `room`, in even numbers."""
    share = ((room[0] * room[1]) / (source[0] * source[1])) ** 0.5
    return max(16, round(source[0] * share / 2) * 2), max(16, round(source[1] * share / 2) * 2)


def source_fault(model: Model, spec: GenerationSpec, source: Size) -> str | None:
    """Why the model cannot start from a picture of this size."""
    pixels = source[0] * source[1]
    if model.max_source_pixels is not None and pixels > model.max_source_pixels:
        most = model.max_source_pixels / 1_000_000
        return f"{model.label} takes pictures of up to {most:.1f} megapixels; this one has {pixels / 1_000_000:.1f}."
    width, height = size_of(model, spec, source)
    if width * height > MAX_PIXELS:
        return f"That would be {width:,} × {height:,} pixels; {MAX_PIXELS // 1_000_000} megapixels is the most."
    return None
