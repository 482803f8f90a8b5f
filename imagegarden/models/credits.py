"""The credit ledger's tables. The rules that move credits are in domain/credits.py."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from imagegarden.db import Base


class LotSource(StrEnum):
    """Where credits came from."""

    SIGN_UP = "sign_up"
    PERIOD = "period"
    GRANT = "grant"


class HoldState(StrEnum):
    """What became of credits set aside."""

    OPEN = "open"
    CAPTURED = "captured"
    RELEASED = "released"


class EntryKind(StrEnum):
    """What an entry did. `amount` is its effect on the available credits; a capture's, on the held ones."""

    GRANT = "grant"
    HOLD = "hold"
    RELEASE = "release"
    CAPTURE = "capture"
    EXPIRE = "expire"
    ADJUST = "adjust"


class CreditAccount(Base):
    """One person's balance: the row that is locked, and a sum of entries that is checked."""

    __tablename__ = "credit_accounts"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    available: Mapped[int] = mapped_column(default=0)
    held: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        CheckConstraint("available >= 0", name="available"),
        CheckConstraint("held >= 0", name="held"),
    )


class CreditLot(Base):
    """Credits granted together, which start and expire together."""

    __tablename__ = "credit_lots"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    source: Mapped[LotSource]
    granted: Mapped[int]
    remaining: Mapped[int]
    starts_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    # Of the paid days that they come with.
    period_id: Mapped[int | None] = mapped_column(ForeignKey("periods.id"), unique=True)

    __table_args__ = (
        CheckConstraint("granted > 0", name="granted"),
        CheckConstraint("remaining >= 0", name="remaining"),
        CheckConstraint("source IN ('sign_up', 'period', 'grant')", name="source"),
        Index("ix_credit_lots_user_id_expires_at", "user_id", "expires_at"),
        # What the clock looks for: credits that are left when their time is over.
        Index("ix_credit_lots_expiring", "expires_at", postgresql_where="remaining > 0"),
    )


class CreditHold(Base):
    """Credits set aside for one piece of work."""

    __tablename__ = "credit_holds"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    reference: Mapped[str] = mapped_column(Text, unique=True)
    amount: Mapped[int]
    captured: Mapped[int] = mapped_column(default=0)
    state: Mapped[HoldState] = mapped_column(default=HoldState.OPEN)
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("captured BETWEEN 0 AND amount", name="captured"),
        CheckConstraint("state IN ('open', 'captured', 'released')", name="state"),
    )


class CreditEntry(Base):
    """One movement of credits. A trigger refuses UPDATE and DELETE."""

    __tablename__ = "credit_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    lot_id: Mapped[int] = mapped_column(ForeignKey("credit_lots.id"), index=True)
    hold_id: Mapped[int | None] = mapped_column(ForeignKey("credit_holds.id"), index=True)
    kind: Mapped[EntryKind]
    amount: Mapped[int]
    reference: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("reference", "kind", "lot_id"),
        CheckConstraint(
            "(kind IN ('grant', 'release') AND amount > 0)"
            " OR (kind IN ('hold', 'capture', 'expire') AND amount < 0)"
            " OR (kind = 'adjust' AND amount <> 0)",
            name="sign",
        ),
        Index("ix_credit_entries_user_id_id", "user_id", "id"),
        # Whatever is given is given once under its reference.
        Index("uq_credit_entries_granted", "reference", unique=True, postgresql_where=text("kind = 'grant'")),
    )
