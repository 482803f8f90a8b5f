"""Looking through a gallery: tabs, boards, filters, the search in prompts, and pages by key."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select, true, tuple_, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session, load_only

from imagegarden.domain.errors import NotFound
from imagegarden.domain.glances import Cursor
from imagegarden.domain.media import TRASH_KEEPS, Picture
from imagegarden.models import FileRole, Generation, Media, MediaFile, MediaKind, MediaOrigin, Moderation

LONGEST_SEARCH = 200


class Tab(StrEnum):
    """Which part of a gallery is looked at."""

    ALL = "all"
    IMAGES = "images"
    VIDEOS = "videos"
    UPLOADS = "uploads"
    STARRED = "starred"
    TRASH = "trash"


TABS: Mapping[Tab, ColumnElement[bool]] = {
    Tab.ALL: true(),
    Tab.IMAGES: and_(Media.kind == MediaKind.IMAGE, Media.origin == MediaOrigin.OUTPUT),
    Tab.VIDEOS: Media.kind == MediaKind.VIDEO,
    Tab.UPLOADS: Media.origin == MediaOrigin.UPLOAD,
    # As the index has it: `IS true` would not be found by it.
    Tab.STARRED: and_(Media.starred),
    Tab.TRASH: true(),
}
# Between how many hundredths of the height the width is: what was brought along has any shape.
RATIOS: Mapping[str, tuple[int, int]] = {
    "9:16": (0, 66),
    "3:4": (66, 90),
    "1:1": (90, 110),
    "4:3": (110, 150),
    "16:9": (150, 100_000),
}


@dataclass(frozen=True, kw_only=True)
class Look:
    """What of a gallery is looked at, and in which order. What is empty does not narrow it."""

    tab: Tab = Tab.ALL
    board_id: int | None = None
    words: str = ""
    model: str = ""
    style: str = ""
    ratio: str = ""
    since: datetime | None = None
    until: datetime | None = None
    is_shared: bool | None = None
    oldest_first: bool = False

    @property
    def is_trash(self) -> bool:
        """Whether it is the trash that is looked at, which is ordered by when things were thrown away."""
        return self.tab == Tab.TRASH


def list_page(
    session: Session,
    *,
    user_id: int,
    look: Look,
    limit: int,
    now: datetime,
    after: Cursor | None = None,
    before: Cursor | None = None,
) -> list[Picture]:
    """A page of the gallery, that which begins after a place or ends before one; one query, whatever the page.

    With what a moderator took down, since its owner is told so.
    """
    moment = _moment(look)
    is_rising = look.oldest_first != (before is not None)
    query = _looked_at(user_id, look, now)
    place = before or after
    if place is not None:
        key, there = tuple_(moment, Media.id), (place.created_at, place.id)
        query = query.where(key > there if is_rising else key < there)
    order = (moment.asc(), Media.id.asc()) if is_rising else (moment.desc(), Media.id.desc())
    rows = session.execute(query.order_by(*order).limit(limit)).all()
    return [Picture(*row) for row in (reversed(rows) if before is not None else rows)]


def place_of(look: Look, media: Media) -> Cursor:
    """Where a picture stands in the order of what is looked at."""
    moment = media.trashed_at if look.is_trash else media.created_at
    assert moment is not None, "only what was thrown away is in the trash"
    return Cursor(moment, media.id)


def goes_on(media: Media) -> datetime | None:
    """When a picture that is in the trash is gone for good."""
    return media.trashed_at + TRASH_KEEPS if media.trashed_at is not None else None


def days_left(media: Media, *, now: datetime) -> int:
    """For how many more days, at least one, a picture stays in the trash."""
    end = goes_on(media)
    return 0 if end is None else max(1, -((now - end) // timedelta(days=1)))


def get_thumbnail_in_trash(session: Session, *, user_id: int, uuid: UUID, now: datetime) -> MediaFile:
    """The small picture of something in the trash, to know it by. One query. Raises NotFound."""
    found = session.scalar(
        select(MediaFile)
        .join(Media, Media.id == MediaFile.media_id)
        .where(
            Media.uuid == uuid,
            Media.user_id == user_id,
            Media.trashed_at > now - TRASH_KEEPS,
            Media.moderation != Moderation.REMOVED,
            MediaFile.role == FileRole.THUMB_SMALL,
        )
    )
    if found is None:
        raise NotFound
    return found


def _moment(look: Look) -> InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]:
    return Media.trashed_at if look.is_trash else Media.created_at


def _looked_at(user_id: int, look: Look, now: datetime) -> "Select[Media, Generation]":
    # A generation is wide, and a list shows its words.
    words = load_only(Generation.uuid, Generation.kind, Generation.prompt)
    return (
        select(Media, Generation)
        .outerjoin(Generation, Generation.id == Media.generation_id)
        .where(Media.user_id == user_id, Media.origin != MediaOrigin.MASK, TABS[look.tab])
        .where(*_filters(user_id, look, now))
        .options(words)
    )


def _filters(user_id: int, look: Look, now: datetime) -> Iterator[ColumnElement[bool]]:
    yield Media.trashed_at > now - TRASH_KEEPS if look.is_trash else Media.trashed_at.is_(None)
    if look.board_id is not None:
        yield Media.board_id == look.board_id
    if look.words:
        yield _says(user_id, look.words)
    if look.model:
        yield Generation.model == look.model
    if look.style:
        yield Generation.style == look.style
    if look.ratio:
        low, high = RATIOS[look.ratio]
        yield and_(Media.width * 100 >= low * Media.height, Media.width * 100 < high * Media.height)
    if look.since is not None:
        yield Media.created_at >= look.since
    if look.until is not None:
        yield Media.created_at < look.until
    if look.is_shared is not None:
        yield Media.share_token.is_not(None) if look.is_shared else Media.share_token.is_(None)


def _says(user_id: int, words: str) -> ColumnElement[bool]:
    """The pictures whose prompt, or whose file's name, has words that begin so. Both indexes know the owner."""
    asked = func.asked_words(user_id, words[:LONGEST_SEARCH])
    by_prompt = (
        select(Media.id)
        .join(Generation, Generation.id == Media.generation_id)
        .where(func.owned_words(Generation.user_id, Generation.prompt).op("@@")(asked))
    )
    by_title = select(Media.id).where(
        Media.title.is_not(None), func.owned_words(Media.user_id, Media.title).op("@@")(asked)
    )
    return Media.id.in_(union_all(by_prompt, by_title))
