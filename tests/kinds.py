"""Requests of every kind: for each model of the catalogue, all that its form allows, at the limits of each field."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

from imagegarden.clock import now
from imagegarden.domain import capabilities, specs
from imagegarden.domain.generation_spec import GenerationSpec
from imagegarden.providers import catalogue
from imagegarden.providers.base import Order, Source
from imagegarden.providers.catalogue import Model, Takes
from tests.fakes import sources

SIZE = (320, 240)
PHOTO = sources.photo(*SIZE)
MASK_BOX = (80, 60, 200, 160)
MASK = sources.mask(SIZE, MASK_BOX)


def wishes(model: Model) -> Iterator[dict[str, Any]]:
    """Values of requests for a model: the plain one first, then each choice and each end of each range."""
    plain = plain_wish(model)
    yield plain
    if model.image == Takes.MAY:
        plain_with_image = {**plain, "image": uuid4()}
        yield plain_with_image
        for strength in model.strengths:
            yield {**plain_with_image, "strength": strength}
    for ratio in model.sizes:
        if "image" not in plain:
            yield {**plain, "aspect_ratio": ratio}
    for count in range(1, model.max_count + 1):
        yield {**plain, "count": count}
    for name in ("steps", "guidance"):
        allowed = getattr(model, name)
        if allowed is not None:
            whole = int if name == "steps" else float
            yield from ({**plain, name: whole(end)} for end in (allowed.lowest, allowed.highest))
    for scale in model.scales:
        yield {**plain, "scale": scale}
    if model.has_faces:
        yield {**plain, "faces": True}
    if model.has_negative_prompt:
        yield {**plain, "negative_prompt": "blur"}
    for expand in model.expansions:
        yield {**{name: value for name, value in plain.items() if name != "mask"}, "expand": expand}
    for resolution in model.resolutions or (None,):
        for duration in model.durations_at(resolution):
            chosen = {"resolution": resolution} if resolution else {}
            yield {**plain, **chosen, "duration": duration}


def plain_wish(model: Model) -> dict[str, Any]:
    """The least that a model can be asked."""
    wish: dict[str, Any] = {"kind": model.kind, "model": model.key}
    if model.prompt != Takes.NO:
        wish["prompt"] = f"red poppies {uuid4().hex[:6]}"
    if model.image == Takes.MUST:
        wish["image"] = uuid4()
    if model.mask != Takes.NO:
        wish["mask"] = uuid4()
    return wish


def spec_of(model: Model, **values: Any) -> GenerationSpec:
    """The checked request."""
    return specs.parse(models=tuple(catalogue.MODELS.values()), **{**plain_wish(model), **values})


def order_of(spec: GenerationSpec, *, photo: bytes = PHOTO, size: tuple[int, int] = SIZE) -> Order:
    """What a provider is asked for such a request."""
    model = catalogue.MODELS[spec.model]
    image = sources.keep(photo, "image/jpeg", size) if spec.image else None
    mask: Source | None = sources.keep(MASK, "image/png", SIZE) if spec.mask else None
    width, height = capabilities.size_of(model, spec, size if spec.image else None)
    return Order(
        attempt=uuid4(),
        placed_at=now() - timedelta(milliseconds=10),
        report_token=uuid4().hex,
        model=spec.model,
        prompt=spec.prompt,
        negative_prompt=spec.negative_prompt,
        style=spec.style,
        color=spec.color,
        aspect_ratio=spec.aspect_ratio,
        width=width,
        height=height,
        count=spec.count,
        seed=spec.seed if spec.seed is not None else 7,
        steps=spec.steps if spec.steps is not None else int(model.steps.default) if model.steps else None,
        guidance=spec.guidance if spec.guidance is not None else model.guidance.default if model.guidance else None,
        image=image,
        mask=mask,
        strength=spec.strength,
        scale=spec.scale,
        faces=spec.faces,
        expand=spec.expand,
        duration=spec.duration,
        resolution=spec.resolution,
    )


def replace_uploads(order: Order, uploads: Mapping[str, str]) -> Order:
    """The order, once its sources lie where the provider gets at them."""
    return replace(order, uploads=dict(uploads))


def digest(content: bytes) -> str:
    """The SHA-256 of these bytes."""
    return hashlib.sha256(content).hexdigest()
