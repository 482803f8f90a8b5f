"""Boards: where people put pictures together."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from imagegarden.db import Base


class Board(Base):
    """A name under which a person keeps pictures together. A picture is on one board or on none."""

    __tablename__ = "boards"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[UUID] = mapped_column(default=uuid4, unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("length(name) BETWEEN 1 AND 60", name="name"),
        Index("uq_boards_user_id_name", user_id, func.lower(name), unique=True),
    )
