"""Rules about prompts, as rows, and what they decided."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from imagegarden.db import Base


class RuleAction(StrEnum):
    """What happens to a prompt that a rule matches."""

    BLOCK = "block"
    WARN = "warn"
    REPLACE = "replace"


class RuleKind(StrEnum):
    """How a rule's pattern is read."""

    WORD = "word"
    PHRASE = "phrase"
    REGEX = "regex"


class ModerationRule(Base):
    """One rule about prompts. `reason` is what the person reads."""

    __tablename__ = "moderation_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    action: Mapped[RuleAction]
    kind: Mapped[RuleKind]
    pattern: Mapped[str] = mapped_column(Text)
    replacement: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("action IN ('block', 'warn', 'replace')", name="action"),
        CheckConstraint("kind IN ('word', 'phrase', 'regex')", name="kind"),
    )


class ModerationDecision(Base):
    """What a rule did to a request. A blocked one has no generation."""

    __tablename__ = "moderation_decisions"

    id: Mapped[int] = mapped_column(primary_key=True)
    rule_id: Mapped[int] = mapped_column(ForeignKey("moderation_rules.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    generation_id: Mapped[int | None] = mapped_column(ForeignKey("generations.id"))
    action: Mapped[RuleAction]
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("action IN ('block', 'warn', 'replace')", name="action"),
        Index("ix_moderation_decisions_user_id_created_at", "user_id", "created_at"),
        # For how often each rule spoke lately.
        Index("ix_moderation_decisions_created_at_rule_id", "created_at", "rule_id"),
    )
