"""Small pictures for what made-up people asked for last, each with files of its own."""

import colorsys
import hashlib
import io

from PIL import Image, ImageDraw
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from imagegarden.clock import now
from imagegarden.current import adapters
from imagegarden.db import db, release_connection, transaction
from imagegarden.domain import outputs
from imagegarden.domain.outputs import StoredOutput
from imagegarden.filing import Content, put_all, with_thumbnails
from imagegarden.imaging.thumbnails import blurred
from imagegarden.models import Generation, GenerationKind, GenerationStatus, Media

SIDE = 384
AT_ONCE = 50


def hang(count: int) -> int:
    """Give the latest generations that have no pictures theirs, so many altogether. Returns how many there are now."""
    made = 0
    while made < count:
        bare = _bare(db.session(), min(AT_ONCE, count - made))
        release_connection()
        if not bare:
            break
        for generation in bare:
            stored = [_store(generation, ordinal) for ordinal in range(min(generation.count, count - made))]
            with transaction() as session:
                outputs.add_media(session, generation, stored, generation.finished_at or now())
            made += len(stored)
            if made >= count:
                break
    return made


def _bare(session: Session, limit: int) -> list[Generation]:
    return list(
        session.scalars(
            select(Generation)
            .where(
                Generation.request_hash == "seed",
                Generation.status == GenerationStatus.SUCCEEDED,
                Generation.kind == GenerationKind.IMAGE,
                ~exists().where(Media.generation_id == Generation.id),
            )
            .order_by(Generation.id.desc())
            .limit(limit)
        )
    )


def _store(generation: Generation, ordinal: int) -> StoredOutput:
    uuid = outputs.media_uuid(generation.uuid, ordinal)
    picture = draw(uuid.int, generation.params["width"] / generation.params["height"])
    written = io.BytesIO()
    picture.save(written, "WEBP", quality=80, method=2)
    content = written.getvalue()
    contents = with_thumbnails(picture, Content(content, "image/webp"))
    return StoredOutput(
        ordinal=ordinal,
        is_flagged=False,
        width=picture.width,
        height=picture.height,
        blurhash=blurred(picture),
        sha256=hashlib.sha256(content).hexdigest(),
        files=put_all(adapters().store, f"users/{generation.user_id}/{uuid}", contents),
    )


def draw(seed: int, ratio: float) -> Image.Image:
    """Hills under a sun, in colors of their own."""
    width, height = (SIDE, round(SIDE / ratio)) if ratio > 1 else (round(SIDE * ratio), SIDE)
    hue = seed % 997 / 997
    picture = Image.new("RGB", (width, height), _color(hue, 0.25, 0.95))
    pen = ImageDraw.Draw(picture)
    sun = width * (0.2 + seed % 61 / 100)
    pen.ellipse((sun, height * 0.15, sun + width * 0.2, height * 0.15 + width * 0.2), fill=_color(hue + 0.45, 0.6, 1))
    for hill in range(3):
        top = height * (0.5 + 0.15 * hill)
        left = width * ((seed >> (8 * hill)) % 97 / 97 - 0.6)
        pen.ellipse((left, top, left + width * 1.4, top + height), fill=_color(hue + 0.3, 0.5, 0.7 - 0.18 * hill))
    return picture


def _color(hue: float, saturation: float, value: float) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)
