"""The free credits that a mailbox gets once, whatever accounts it makes."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from imagegarden.db import Base


class Welcome(Base):
    """The free credits of one mailbox: given to the account that was made with it first, now or a little later."""

    __tablename__ = "welcomes"

    id: Mapped[int] = mapped_column(primary_key=True)
    # A seal of the mailbox behind the address: it outlives the account, and says nothing to whoever has no key.
    mailbox_seal: Mapped[str] = mapped_column(Text, unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), unique=True)
    # From where the account was made; forgotten after a month.
    network: Mapped[str | None] = mapped_column(Text)
    # Nothing where the account was there before mailboxes were sealed: what it was given then, the ledger says.
    amount: Mapped[int]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    given_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount"),
        Index("ix_welcomes_network_created_at", "network", "created_at", postgresql_where=text("network IS NOT NULL")),
        # For who comes next: after whom of their network.
        Index("ix_welcomes_network_due_at", "network", "due_at", postgresql_where=text("network IS NOT NULL")),
        Index("ix_welcomes_due_at", "due_at", postgresql_where=text("given_at IS NULL")),
    )
