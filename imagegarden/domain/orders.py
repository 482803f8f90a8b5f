"""From a generation and its attempt to what the provider is asked."""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from imagegarden.models import Attempt, FileRole, Generation, Media, MediaFile, Moderation
from imagegarden.providers.base import Order, Source

_SOURCES = (
    select(Media, MediaFile)
    .join(MediaFile, MediaFile.media_id == Media.id)
    .where(
        Media.id.in_(bindparam("ids", expanding=True)),
        # What a moderator took down meanwhile is no source any more.
        Media.moderation != Moderation.REMOVED,
        MediaFile.role == FileRole.ORIGINAL,
    )
)


def order_of(session: Session, generation: Generation, attempt: Attempt) -> Order:
    """What the provider is asked, under this attempt."""
    params = generation.params
    sources = _sources(session, generation)
    return Order(
        attempt=attempt.uuid,
        placed_at=attempt.created_at,
        report_token=attempt.report_token,
        model=generation.model,
        prompt=generation.prompt,
        negative_prompt=params.get("negative_prompt", ""),
        style=generation.style,
        color=generation.color,
        aspect_ratio=params.get("aspect_ratio", ""),
        width=params["width"],
        height=params["height"],
        count=generation.count,
        seed=params.get("seed", 0),
        steps=params.get("steps"),
        guidance=params.get("guidance"),
        image=sources.get(generation.parent_media_id),
        mask=sources.get(generation.mask_media_id),
        strength=params.get("strength"),
        scale=params.get("scale"),
        faces=params.get("faces", False),
        expand=params.get("expand"),
        duration=params.get("duration"),
        resolution=params.get("resolution"),
        uploads=attempt.uploads,
        lacks_source=len(sources) < sum(name in params for name in ("image", "mask")),
    )


def _sources(session: Session, generation: Generation) -> dict[int | None, Source]:
    """The files of the pictures that a generation starts from, by the ids of the pictures."""
    ids = [id_ for id_ in (generation.parent_media_id, generation.mask_media_id) if id_ is not None]
    if not ids:
        return {}
    rows = session.execute(_SOURCES, {"ids": ids})
    return {
        media.id: Source(key=file.key, mime=file.mime, bytes=file.bytes, width=media.width, height=media.height)
        for media, file in rows
    }
