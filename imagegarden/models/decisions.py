"""Reports about shared pictures, and what moderators decided."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from imagegarden.db import Base


class ReportReason(StrEnum):
    """What somebody says is wrong with a shared picture."""

    ILLEGAL = "illegal"
    SEXUAL = "sexual"
    VIOLENCE = "violence"
    HATE = "hate"
    PRIVACY = "privacy"
    COPYRIGHT = "copyright"
    OTHER = "other"


class ReportOutcome(StrEnum):
    """What came of a report."""

    UPHELD = "upheld"
    DISMISSED = "dismissed"


class DecisionAction(StrEnum):
    """What a moderator did."""

    APPROVE = "approve"
    REMOVE = "remove"
    BAN = "ban"
    RESTORE = "restore"


class DecisionReason(StrEnum):
    """Why a moderator did it: what is wrong with a picture, or why nothing is."""

    ILLEGAL = "illegal"
    SEXUAL = "sexual"
    VIOLENCE = "violence"
    HATE = "hate"
    PRIVACY = "privacy"
    COPYRIGHT = "copyright"
    HARMLESS = "harmless"
    MISTAKE = "mistake"
    APPEAL = "appeal"
    OTHER = "other"


class MediaReport(Base):
    """What somebody said about a shared picture. From where they said it is not kept."""

    __tablename__ = "reports"

    id: Mapped[int] = mapped_column(primary_key=True)
    media_id: Mapped[int] = mapped_column(ForeignKey("media.id", ondelete="CASCADE"))
    # Nobody where it came from a stranger.
    reporter_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[ReportReason]
    words: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[ReportOutcome | None]

    __table_args__ = (
        CheckConstraint(
            "reason IN ('illegal', 'sexual', 'violence', 'hate', 'privacy', 'copyright', 'other')", name="reason"
        ),
        CheckConstraint("outcome IN ('upheld', 'dismissed')", name="outcome"),
        CheckConstraint("(closed_at IS NULL) = (outcome IS NULL)", name="closed"),
        Index("ix_reports_media_id_id", "media_id", "id"),
        Index("ix_reports_reporter_id", "reporter_id", postgresql_where=text("reporter_id IS NOT NULL")),
        # One person says it once, until it is decided.
        Index(
            "uq_reports_open",
            "reporter_id",
            "media_id",
            unique=True,
            postgresql_where=text("closed_at IS NULL AND reporter_id IS NOT NULL"),
        ),
    )


class MediaDecision(Base):
    """What a moderator decided about a picture. It stays when the picture is gone."""

    __tablename__ = "media_decisions"

    id: Mapped[int] = mapped_column(primary_key=True)
    media_id: Mapped[int | None] = mapped_column(ForeignKey("media.id", ondelete="SET NULL"))
    # Whose picture it was.
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    moderator_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    action: Mapped[DecisionAction]
    reason: Mapped[DecisionReason]
    words: Mapped[str] = mapped_column(Text, default="")
    # The form that asked for it: sent twice, it is one decision.
    request_key: Mapped[str] = mapped_column(Text, unique=True)
    created_at: Mapped[datetime]
    # When the owner was told by mail, of what they are told.
    told_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("action IN ('approve', 'remove', 'ban', 'restore')", name="action"),
        CheckConstraint(
            "reason IN ('illegal', 'sexual', 'violence', 'hate', 'privacy', 'copyright', 'harmless', 'mistake',"
            " 'appeal', 'other')",
            name="reason",
        ),
        Index("ix_media_decisions_media_id_id", "media_id", "id"),
        Index("ix_media_decisions_owner_id", "owner_id"),
        # For the clock, which looks for letters that have no job any more.
        Index("ix_media_decisions_untold", "id", postgresql_where=text("told_at IS NULL AND action <> 'approve'")),
    )
