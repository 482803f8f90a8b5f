"""What was made: files in the store, and the rows that speak of them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from imagegarden.domain.files import StoredFile
from imagegarden.models import Generation, Media, MediaFile, MediaKind, Safety

# Media ids follow from the generation and the ordinal, so a fetch done twice writes the same files once.
MEDIA_NAMESPACE = uuid.UUID("8f9a1f3e-6d0b-4c52-9a53-5c1d1f6b7a10")


@dataclass(frozen=True, kw_only=True)
class StoredOutput:
    """An output all of whose files lie in the store."""

    ordinal: int
    kind: MediaKind = MediaKind.IMAGE
    is_flagged: bool
    width: int
    height: int
    # Of a film.
    seconds: float | None = None
    blurhash: str
    sha256: str
    files: Sequence[StoredFile]


def media_uuid(generation_uuid: uuid.UUID, ordinal: int) -> uuid.UUID:
    """The public id of an output: unguessable because the generation's is."""
    return uuid.uuid5(MEDIA_NAMESPACE, f"{generation_uuid}/{ordinal}")


def add_media(session: Session, generation: Generation, outputs: Sequence[StoredOutput], now: datetime) -> None:
    """These outputs exist from now on."""
    made = [
        Media(
            uuid=media_uuid(generation.uuid, output.ordinal),
            user_id=generation.user_id,
            generation_id=generation.id,
            ordinal=output.ordinal,
            kind=output.kind,
            duration_seconds=output.seconds,
            sha256=output.sha256,
            width=output.width,
            height=output.height,
            blurhash=output.blurhash,
            safety=Safety.FLAGGED if output.is_flagged else Safety.CLEAR,
            queued_at=now if output.is_flagged else None,
            created_at=now,
        )
        for output in outputs
    ]
    session.add_all(made)
    session.flush()
    session.add_all(
        MediaFile(media_id=media.id, role=file.role, key=file.key, mime=file.mime, bytes=file.bytes, sha256=file.sha256)
        for media, output in zip(made, outputs, strict=True)
        for file in output.files
    )
