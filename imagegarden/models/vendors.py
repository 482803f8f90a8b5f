"""What is known about the services that we depend on: their reports, their health, and what an operator has to hear."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from imagegarden.db import Base


class VendorEvent(Base):
    """A report that a vendor sent to us: the same one counts once, however often it arrives."""

    __tablename__ = "vendor_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    vendor: Mapped[str] = mapped_column(Text)
    event_id: Mapped[str] = mapped_column(Text)
    # When the vendor says that it sent it, where it does.
    sent_at: Mapped[datetime | None]
    received_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("vendor", "event_id"), Index("ix_vendor_events_received_at", "received_at"))


class ModelHealth(Base):
    """How a model fares: failures since it last worked, and until when it is left alone."""

    __tablename__ = "model_health"

    model: Mapped[str] = mapped_column(Text, primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    resting_until: Mapped[datetime | None]
    last_failure_at: Mapped[datetime | None]
    last_error_code: Mapped[str | None] = mapped_column(Text)
    # How long it took lately, from the beginning until all was stored.
    usual_seconds: Mapped[float | None]
    # By the staff: nothing begins on it until they say so.
    is_stopped: Mapped[bool] = mapped_column(default=False, server_default=false())

    __table_args__ = (CheckConstraint("failures >= 0", name="failures"),)


class QueueSample(Base):
    """How the queue was at a moment: how many waited and were being made, and how long the first of them had waited."""

    __tablename__ = "queue_samples"

    at: Mapped[datetime] = mapped_column(primary_key=True)
    waiting: Mapped[int]
    under_way: Mapped[int]
    longest_wait_seconds: Mapped[float]


class Alarm(Base):
    """Something that only an operator can put right, such as a provider's unpaid bill."""

    __tablename__ = "alarms"

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    detail: Mapped[str] = mapped_column(Text)
    raised_at: Mapped[datetime]
    mailed_at: Mapped[datetime | None]
