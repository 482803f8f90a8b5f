"""Prices, as rows that are never changed: a new price is a new row, and held prices stay."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from imagegarden.db import Base


class ModelPrice(Base):
    """What a model costs from a moment on: `credits` for each started group of `outputs` outputs."""

    __tablename__ = "model_prices"

    id: Mapped[int] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    credits: Mapped[int]
    outputs: Mapped[int]
    valid_from: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("model", "kind", "valid_from"),
        CheckConstraint("credits >= 0", name="credits"),
        CheckConstraint("outputs > 0", name="outputs"),
    )

    def credits_for(self, count: int) -> int:
        """The price in credits of `count` outputs; none cost nothing."""
        return -(-count // self.outputs) * self.credits
