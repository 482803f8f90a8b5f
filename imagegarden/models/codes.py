"""One-time codes that prove an e-mail address."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from imagegarden.db import Base


class CodePurpose(StrEnum):
    """What a right code allows."""

    SIGN_UP = "sign_up"
    PASSWORD_RESET = "password_reset"
    EMAIL_CHANGE = "email_change"


class OneTimeCode(Base):
    """A code asked for. The code itself is never stored: only its HMAC, made when the mail is sent."""

    __tablename__ = "one_time_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[CodePurpose]
    email: Mapped[str] = mapped_column(Text)
    # Names the request that asked: a code works only together with it.
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    code_hmac: Mapped[str | None] = mapped_column(Text)
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    tries: Mapped[int] = mapped_column(default=0)
    # When the first was asked for of those that this one is sent in place of; empty in rows of the release before.
    begun_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    mailed_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("purpose IN ('sign_up', 'password_reset', 'email_change')", name="purpose"),
        CheckConstraint("tries BETWEEN 0 AND 5", name="tries"),
        Index("ix_one_time_codes_email_created_at", "email", "created_at"),
        # For the clock, which removes what is old.
        Index("ix_one_time_codes_created_at", "created_at"),
        # For the clock, which looks for mails that were never sent.
        Index("ix_one_time_codes_unmailed", "created_at", postgresql_where=text("mailed_at IS NULL")),
    )
