"""What people take along, and what is left to do when they go."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from imagegarden.db import Base


class ExportState(StrEnum):
    """How far an export has come."""

    ASKED = "asked"
    READY = "ready"
    FAILED = "failed"


class Export(Base):
    """Everything that is a person's, packed into one file of the store for a day."""

    __tablename__ = "exports"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[UUID] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    state: Mapped[ExportState] = mapped_column(default=ExportState.ASKED)
    bytes: Mapped[int | None]
    asked_at: Mapped[datetime]
    ready_at: Mapped[datetime | None]
    # When the file goes; also that of one which never came to be.
    expires_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("state IN ('asked', 'ready', 'failed')", name="state"),
        CheckConstraint("(state = 'ready') = (bytes IS NOT NULL AND ready_at IS NOT NULL)", name="ready"),
        # One at a time.
        Index("uq_exports_user_id_asked", "user_id", unique=True, postgresql_where=text("state = 'asked'")),
        Index("ix_exports_user_id_id", "user_id", "id"),
        Index("ix_exports_expires_at", "expires_at", postgresql_where=text("expires_at IS NOT NULL")),
    )

    @property
    def key(self) -> str:
        """Where its file lies: among whatever else of the person is in the store, so that it goes with that."""
        return f"users/{self.user_id}/exports/{self.uuid}.zip"


class Departure(Base):
    """A person who leaves: what is undone if they stay, and what has to be forgotten outside of the database."""

    __tablename__ = "departures"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, autoincrement=False)
    asked_at: Mapped[datetime]
    # The subscription that would have gone on if they had not asked to leave.
    purchase_id: Mapped[int | None] = mapped_column(ForeignKey("purchases.id"))
    # The address of an account that is deleted, for as long as traces of it may be found by it. Then the row goes.
    address: Mapped[str | None] = mapped_column(Text)
