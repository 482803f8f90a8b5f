"""A request as it is kept: what it starts from, and everything that its result depends on."""

import secrets
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from imagegarden.domain import capabilities
from imagegarden.domain.errors import InvalidRequest
from imagegarden.domain.specs import MAX_SEED, GenerationSpec
from imagegarden.models import Generation, Media, MediaKind, MediaOrigin, Moderation
from imagegarden.providers import catalogue


def find_sources(
    session: Session, *, user_id: int, model: catalogue.Model, spec: GenerationSpec
) -> tuple[Media | None, Media | None]:
    """The picture and the mask that a request names. Raises InvalidRequest when they are no good, or not theirs."""
    image = find_picture(session, user_id=user_id, uuid=spec.image)
    mask = find_picture(session, user_id=user_id, uuid=spec.mask, is_mask=True)
    faults = {}
    if spec.image is not None and image is None:
        faults["image"] = "This picture is gone. Choose another one."
    elif image is not None and (fault := capabilities.source_fault(model, spec, (image.width, image.height))):
        faults["image"] = fault
    if spec.mask is not None and (
        mask is None or (image is not None and (mask.width, mask.height) != (image.width, image.height))
    ):
        faults["mask"] = "This mask does not fit the picture. Paint it again."
    if faults:
        raise InvalidRequest(faults)
    return image, mask


def find_picture(session: Session, *, user_id: int, uuid: UUID | None, is_mask: bool = False) -> Media | None:
    """One of the person's pictures, or masks, if it is there, no film, not in the trash and not taken down."""
    if uuid is None:
        return None
    found = session.scalar(
        select(Media).where(
            Media.uuid == uuid,
            Media.user_id == user_id,
            Media.trashed_at.is_(None),
            Media.moderation != Moderation.REMOVED,
            Media.kind == MediaKind.IMAGE,
        )
    )
    return found if found is not None and (found.origin == MediaOrigin.MASK) == is_mask else None


def params_of(spec: GenerationSpec, image: Media | None) -> dict[str, Any]:
    """Everything that the result depends on, with the model's own numbers where none were chosen."""
    model = catalogue.MODELS[spec.model]
    width, height = capabilities.size_of(model, spec, (image.width, image.height) if image is not None else None)
    params: dict[str, Any] = {
        "aspect_ratio": spec.aspect_ratio,
        "width": width,
        "height": height,
        "count": spec.count,
        "seed": spec.seed if spec.seed is not None else secrets.randbelow(MAX_SEED - spec.count),
        "is_seed_chosen": spec.seed is not None,
    }
    if image is not None:
        params["image"] = str(image.uuid)
    for name in ("mask", "strength", "scale", "expand", "duration", "resolution"):
        value = getattr(spec, name)
        if value is not None:
            params[name] = str(value) if name == "mask" else value
    if spec.faces:
        params["faces"] = True
    if spec.negative_prompt:
        params["negative_prompt"] = spec.negative_prompt
    if model.steps is not None:
        params["steps"] = spec.steps if spec.steps is not None else int(model.steps.default)
    if model.guidance is not None:
        params["guidance"] = spec.guidance if spec.guidance is not None else model.guidance.default
    return params


def spec_of(generation: Generation) -> dict[str, Any]:
    """The values that asked for a generation, to ask for the like of it again."""
    params = generation.params
    values = {
        "kind": generation.kind,
        "prompt": generation.prompt,
        "style": generation.style,
        "color": generation.color,
        "model": generation.model,
        "aspect_ratio": params["aspect_ratio"],
        "count": generation.count,
        "negative_prompt": params.get("negative_prompt", ""),
    }
    optional = ("steps", "guidance", "image", "mask", "strength", "scale", "faces", "expand", "duration", "resolution")
    values |= {name: params[name] for name in optional if name in params}
    if params.get("is_seed_chosen", True):
        values["seed"] = params["seed"]
    return values
