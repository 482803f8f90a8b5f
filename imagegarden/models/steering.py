"""What the staff sets while the site runs, the signs of life of its processes, and what checks came to."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from imagegarden.db import Base


class Switch(Base):
    """One thing that is set away from its default. What values there are says domain/switches.py."""

    __tablename__ = "switches"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[Any] = mapped_column(JSONB)
    changed_at: Mapped[datetime]


class Invitation(Base):
    """A link that lets people sign up while nobody else may."""

    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    # Whom it is for, in the words of whoever made it.
    note: Mapped[str] = mapped_column(Text)
    # How many may sign up by it, and how many have.
    places: Mapped[int]
    used: Mapped[int] = mapped_column(default=0)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint("used BETWEEN 0 AND places", name="used"),)


class NetworkBlock(Base):
    """A network from which nobody may come, for a while."""

    __tablename__ = "network_blocks"

    id: Mapped[int] = mapped_column(primary_key=True)
    # As in 203.0.113.0/24.
    network: Mapped[str] = mapped_column(Text)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_network_blocks_expires_at", "expires_at"),)


class ModelSetting(Base):
    """What of a model is set otherwise than the catalogue says; what is empty is as there."""

    __tablename__ = "model_settings"

    model: Mapped[str] = mapped_column(Text, primary_key=True)
    label: Mapped[str | None] = mapped_column(Text)
    # The provider's name for it, with the version behind a colon where the version is ours to choose.
    source: Mapped[str | None] = mapped_column(Text)
    is_premium: Mapped[bool | None]
    is_enabled: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime]


class CheckResult(Base):
    """What came of looking at a part of the site, the last time that a clock did."""

    __tablename__ = "check_results"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    checked_at: Mapped[datetime]
    # How long the look took.
    seconds: Mapped[float]
    # What is wrong; None when all is well.
    fault: Mapped[str | None] = mapped_column(Text)


class Heartbeat(Base):
    """When a process of the site was last heard of."""

    __tablename__ = "heartbeats"

    # Its role, its machine and its number there.
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    role: Mapped[str] = mapped_column(Text)
    version: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (CheckConstraint("role IN ('web', 'worker', 'clock')", name="role"),)
