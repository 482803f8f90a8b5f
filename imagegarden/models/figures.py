"""What happened on each day, in numbers: reckoned from the other tables, and for pages about all people."""

from datetime import date

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from imagegarden.db import Base


class DailyFigure(Base):
    """One number of one UTC day. `label` says of what it is a part, and is empty where it is the whole."""

    __tablename__ = "daily_figures"

    day: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    label: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[int]
