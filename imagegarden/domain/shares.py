"""Unlisted links: whoever has one sees a picture, until its owner or a moderator says otherwise."""

import re
import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from imagegarden.db import locked
from imagegarden.domain.errors import Conflict, NotFound
from imagegarden.domain.media import IS_THERE, Picture
from imagegarden.models import FileRole, Generation, Media, MediaFile, MediaOrigin, User

TOKEN_BYTES = 24
# How it was drawn in every detail is its owner's.
SHARED_ROLES = (FileRole.ORIGINAL, FileRole.THUMB_SMALL, FileRole.THUMB_LARGE, FileRole.POSTER)
TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")
OUTSPOKEN = (
    "The files of this picture were written when prompts still stood in them. Show the prompt with it, or make it anew."
)
DOUBTFUL = "The safety check marked this picture: it can be shared once a moderator has approved it."


def share(session: Session, *, user_id: int, uuid: UUID, shows_prompt: bool, now: datetime) -> Media:
    """Let whoever has its link see a picture, with the prompt or without. Twice is once: the link stays.

    Raises NotFound, and Conflict when the safety check marked it and no moderator approved it since, or its files
    would tell the prompt.
    """
    media = own(session, user_id, uuid)
    if media.carries_words and not shows_prompt:
        raise Conflict(OUTSPOKEN)
    if media.is_doubtful:
        raise Conflict(DOUBTFUL)
    if media.share_token is None:
        media.share_token, media.shared_at = secrets.token_urlsafe(TOKEN_BYTES), now
    media.shows_prompt = shows_prompt
    return media


def unshare(session: Session, *, user_id: int, uuid: UUID) -> Media:
    """Make the link of a picture lead nowhere, at once and for good; it leaves the front page, too.

    Twice is harmless. Raises NotFound.
    """
    media = own(session, user_id, uuid)
    media.share_token, media.shared_at, media.shows_prompt = None, None, False
    media.offered_at, media.showcased_at = None, None
    return media


def own(session: Session, user_id: int, uuid: UUID) -> Media:
    """A picture of the person's own that is there, locked. Raises NotFound."""
    mine = select(Media).where(Media.uuid == uuid, Media.user_id == user_id, IS_THERE, Media.origin != MediaOrigin.MASK)
    media = locked(session, mine)
    if media is None:
        raise NotFound
    return media


def get(session: Session, *, token: str) -> Picture:
    """What a link shows; whose it is, is not said. One query.

    Raises NotFound for a link that is unknown or revoked, a picture that is in the trash or taken down, and an owner
    who may not use the site or is leaving: nobody can tell which.
    """
    query = select(Media, Generation).outerjoin(Generation, Generation.id == Media.generation_id)
    row = session.execute(query.join(User, User.id == Media.user_id).where(is_open(token))).one_or_none()
    if row is None:
        raise NotFound
    return Picture(*row)


def get_file(session: Session, *, token: str, role: str) -> tuple[Media, MediaFile]:
    """A file of what a link shows, with whose file it is. One query. Raises NotFound as `get` does."""
    if role not in SHARED_ROLES:
        raise NotFound
    query = (
        select(Media, MediaFile)
        .join(MediaFile, MediaFile.media_id == Media.id)
        .join(User, User.id == Media.user_id)
        .where(is_open(token), MediaFile.role == role)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]


def is_open(token: str) -> ColumnElement[bool]:
    """The condition that this link shows this picture of this person. Raises NotFound for what can be no link."""
    if not TOKEN.fullmatch(token):
        raise NotFound
    return and_(Media.share_token == token, IS_THERE, User.is_here)
