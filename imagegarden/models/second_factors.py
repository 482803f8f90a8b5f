"""The second factor of a log-in, and the codes for whoever has lost it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from imagegarden.db import Base


class CountedTries:
    """Wrong codes, and how long one waits after five of them."""

    # Wrong codes since the last right one, or since the last wait was over.
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    # When the first of them was; after the fifth, when that was.
    tries_since: Mapped[datetime | None]
    # How many waits in a row, without a right code in between: each is longer than the one before.
    waits: Mapped[int] = mapped_column(default=0, server_default="0")


class SecondFactor(CountedTries, Base):
    """A person's authenticator app. Who has no row has no second factor.

    Counted here are the tries of browsers in which nobody has shown it yet.
    """

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
    # When a letter told of wrong codes.
    told_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class BrowserTries(CountedTries, Base):
    """The tries of a browser in which a second factor was shown before: there only while there are wrong ones."""

    __tablename__ = "second_factor_tries"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("second_factors.user_id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    browser: Mapped[str] = mapped_column(Text, primary_key=True)


class RecoveryCode(Base):
    """A code on paper, good once in place of the app. Only its hash is kept."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    code_hash: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("user_id", "code_hash"),)
