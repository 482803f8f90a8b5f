"""The audit log: who did what to whom, and why."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from imagegarden.db import Base


class AuditEntry(Base):
    """One act. A trigger refuses UPDATE and DELETE. Values are not kept, only the names of changed fields."""

    __tablename__ = "audit_log"

    id: Mapped[int] = mapped_column(primary_key=True)
    # Nobody where an operator acted by a command.
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    action: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    # What else it was done to: a model, a rule, a job.
    target: Mapped[str | None] = mapped_column(Text)
    fields: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    reason: Mapped[str | None] = mapped_column(Text)
    # The form that asked for it: sent twice, it is one act.
    request_key: Mapped[str | None] = mapped_column(Text, unique=True)
    created_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (Index("ix_audit_log_actor_id_id", "actor_id", "id"),)


class AuditAddress(Base):
    """From where an act came. Kept apart, because it is forgotten after 90 days and the act is not."""

    __tablename__ = "audit_addresses"

    entry_id: Mapped[int] = mapped_column(ForeignKey("audit_log.id"), primary_key=True)
    address: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(index=True)
