"""What was made or brought along: a picture or a film, and the stored files of it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, false, func, text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from imagegarden.db import Base


class MediaKind(StrEnum):
    """What a person sees."""

    IMAGE = "image"
    VIDEO = "video"


class MediaOrigin(StrEnum):
    """Where it came from."""

    OUTPUT = "output"
    UPLOAD = "upload"
    MASK = "mask"


class FileRole(StrEnum):
    """What a stored file is for."""

    ORIGINAL = "original"
    THUMB_SMALL = "thumb_s"
    THUMB_LARGE = "thumb_l"
    SVG = "svg"
    POSTER = "poster"


class Safety(StrEnum):
    """What the provider's safety check said about a picture."""

    CLEAR = "clear"
    FLAGGED = "flagged"


class Moderation(StrEnum):
    """What the staff decided about a picture, last."""

    UNDECIDED = "undecided"
    APPROVED = "approved"
    REMOVED = "removed"
    RESTORED = "restored"


MOST_LIGHT_PIXELS = 20_000_000


class Media(Base):
    """One output of a generation, or a picture of the person's own. It exists only when all its files are stored."""

    __tablename__ = "media"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[UUID] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    # Both are empty where it was brought along.
    generation_id: Mapped[int | None] = mapped_column(ForeignKey("generations.id"))
    ordinal: Mapped[int | None]
    origin: Mapped[MediaOrigin] = mapped_column(default=MediaOrigin.OUTPUT)
    kind: Mapped[MediaKind]
    # What a file that was brought along was called.
    title: Mapped[str | None] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(Text)
    width: Mapped[int]
    height: Mapped[int]
    # Of a film.
    duration_seconds: Mapped[float | None]
    blurhash: Mapped[str] = mapped_column(Text)
    # The prompt may stand in its files: they were written before that was taken out of them.
    carries_words: Mapped[bool] = mapped_column(default=False, server_default=true())
    safety: Mapped[Safety] = mapped_column(default=Safety.CLEAR)
    created_at: Mapped[datetime]
    trashed_at: Mapped[datetime | None]
    starred: Mapped[bool] = mapped_column(default=False, server_default=false())
    board_id: Mapped[int | None] = mapped_column(ForeignKey("boards.id", ondelete="SET NULL"))
    # What its unlisted link ends with, while it is shared.
    share_token: Mapped[str | None] = mapped_column(Text, unique=True)
    shared_at: Mapped[datetime | None]
    shows_prompt: Mapped[bool] = mapped_column(default=False)
    # When its owner offered it for the front page, and since when it is shown there.
    offered_at: Mapped[datetime | None]
    showcased_at: Mapped[datetime | None]
    # When it last began to wait for a moderator; empty where nothing awaits a decision.
    queued_at: Mapped[datetime | None]
    moderation: Mapped[Moderation] = mapped_column(default=Moderation.UNDECIDED)
    decided_at: Mapped[datetime | None]
    # The reason of that decision, as its owner reads it.
    decided_for: Mapped[str | None] = mapped_column(Text)

    files: Mapped[list["MediaFile"]] = relationship(lazy="raise", viewonly=True)

    @property
    def is_removed(self) -> bool:
        """Whether a moderator took it down."""
        return self.moderation == Moderation.REMOVED

    @property
    def is_light(self) -> bool:
        """Whether it is a picture that is unpacked in a moment, by a browser and by us."""
        return self.kind == MediaKind.IMAGE and self.width * self.height <= MOST_LIGHT_PIXELS

    @property
    def is_doubtful(self) -> bool:
        """Whether the safety check marked it, and no moderator has said since that it is all right."""
        return self.safety == Safety.FLAGGED and self.moderation in (Moderation.UNDECIDED, Moderation.REMOVED)

    __table_args__ = (
        UniqueConstraint("generation_id", "ordinal"),
        CheckConstraint("kind IN ('image', 'video')", name="kind"),
        CheckConstraint("origin IN ('output', 'upload', 'mask')", name="origin"),
        CheckConstraint(
            "(origin = 'output') = (generation_id IS NOT NULL AND ordinal IS NOT NULL)", name="output_of_generation"
        ),
        CheckConstraint("safety IN ('clear', 'flagged')", name="safety"),
        Index(
            "ix_media_gallery",
            "user_id",
            "created_at",
            "id",
            postgresql_where=text("trashed_at IS NULL AND origin <> 'mask'"),
        ),
        # For the quota of what a person brought along.
        Index("ix_media_brought_along", "user_id", postgresql_where=text("origin <> 'output'")),
        CheckConstraint("moderation IN ('undecided', 'approved', 'removed', 'restored')", name="moderation"),
        CheckConstraint("(moderation = 'undecided') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("(share_token IS NULL) = (shared_at IS NULL)", name="shared"),
        # The two lists of the moderators: what waits, and what was decided.
        Index("ix_media_queued_at_id", "queued_at", "id", postgresql_where=text("queued_at IS NOT NULL")),
        Index(
            "ix_media_decided_at_id", "moderation", "decided_at", "id", postgresql_where=text("decided_at IS NOT NULL")
        ),
        Index("ix_media_showcased_at", "showcased_at", "id", postgresql_where=text("showcased_at IS NOT NULL")),
        Index("ix_media_trashed_at", "trashed_at", postgresql_where=text("trashed_at IS NOT NULL")),
        # The parts of a gallery that are looked at by themselves, and what is found by its name.
        Index(
            "ix_media_board_id_created_at_id",
            "board_id",
            "created_at",
            "id",
            postgresql_where=text("board_id IS NOT NULL"),
        ),
        Index(
            "ix_media_starred",
            "user_id",
            "created_at",
            "id",
            postgresql_where=text("starred AND trashed_at IS NULL"),
        ),
        Index(
            "ix_media_trash",
            "user_id",
            "trashed_at",
            "id",
            postgresql_where=text("trashed_at IS NOT NULL AND origin <> 'mask'"),
        ),
        Index(
            "ix_media_title_words",
            func.owned_words(user_id, title),
            postgresql_using="gin",
            postgresql_where=text("title IS NOT NULL"),
        ),
    )


class MediaFile(Base):
    """One stored file of a media, under a key that no other media shares."""

    __tablename__ = "media_files"

    id: Mapped[int] = mapped_column(primary_key=True)
    media_id: Mapped[int] = mapped_column(ForeignKey("media.id", ondelete="CASCADE"))
    role: Mapped[FileRole]
    # Two roles of one picture may hold the same bytes, and then the same key.
    key: Mapped[str] = mapped_column(Text)
    mime: Mapped[str] = mapped_column(Text)
    bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(Text)

    __table_args__ = (
        UniqueConstraint("media_id", "role"),
        CheckConstraint("role IN ('original', 'thumb_s', 'thumb_l', 'svg', 'poster')", name="role"),
        CheckConstraint("bytes > 0", name="bytes"),
    )
