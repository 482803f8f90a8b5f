"""The second factor of a log-in, and the codes for whoever has lost it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from imagegarden.db import Base


class SecondFactor(Base):
    """A person's authenticator app. Who has no row has no second factor."""

    __tablename__ = "second_factors"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    # What the app shares with us, under a key that is not in the database.
    sealed_secret: Mapped[str] = mapped_column(Text)
    # Names that key, so that what an earlier one sealed is found.
    sealed_with: Mapped[str] = mapped_column(Text, index=True)
    # The time step of the code that was accepted last: none of it or before it is accepted again.
    last_step: Mapped[int]
    # Wrong codes since then.
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    tries_since: Mapped[datetime | None]
    created_at: Mapped[datetime]


class RecoveryCode(Base):
    """A code on paper, good once in place of the app. Only its hash is kept."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    code_hash: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("user_id", "code_hash"),)
