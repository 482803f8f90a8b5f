"""The audit log: who did what to whom, and why."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text
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
    fields: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(index=True)
