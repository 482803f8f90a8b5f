"""The API's own tables: keys, what was called with them, and the answers to requests that may be sent again."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from imagegarden.db import Base


class Scope(StrEnum):
    """What a key may be used for."""

    READ = "read"
    GENERATE = "generate"
    ACCOUNT = "account"


class Outcome(StrEnum):
    """How a call ended: as asked, refused, refused because there were too many, or by a fault of ours."""

    OK = "ok"
    REFUSED = "refused"
    LIMITED = "limited"
    FAILED = "failed"


class ApiKey(Base):
    """A key of a person's own. The key itself is shown once and not kept: only its hash is."""

    __tablename__ = "api_keys"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[UUID] = mapped_column(default=uuid4, unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    # The beginning of the key, by which its owner recognizes it.
    prefix: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(Text, unique=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    # How many credits may be spent with it altogether.
    credit_cap: Mapped[int | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("credit_cap >= 0", name="credit_cap"),
        CheckConstraint("scopes <@ ARRAY['read', 'generate', 'account']", name="scopes"),
        Index(
            "uq_api_keys_user_id_name_live",
            "user_id",
            func.lower(name),
            unique=True,
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )


class ApiUsage(Base):
    """How often a key was used on a day, by what was called and how it ended."""

    __tablename__ = "api_usage"

    id: Mapped[int] = mapped_column(primary_key=True)
    api_key_id: Mapped[int] = mapped_column(ForeignKey("api_keys.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    usage_date: Mapped[date]
    endpoint: Mapped[str] = mapped_column(Text)
    outcome: Mapped[Outcome]
    count: Mapped[int]

    __table_args__ = (
        UniqueConstraint("api_key_id", "usage_date", "endpoint", "outcome"),
        CheckConstraint("outcome IN ('ok', 'refused', 'limited', 'failed')", name="outcome"),
        CheckConstraint("count > 0", name="count"),
        Index("ix_api_usage_user_id_usage_date", "user_id", "usage_date"),
        Index("ix_api_usage_usage_date", "usage_date"),
    )


class IdempotentRequest(Base):
    """A request that its sender named, and its answer: sent again, it is answered again and not done again."""

    __tablename__ = "idempotent_requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    # Names the work: done twice after a crash, it is one.
    uuid: Mapped[UUID] = mapped_column(default=uuid4, unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    key: Mapped[str] = mapped_column(Text)
    fingerprint: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(index=True)
    # Whoever works on it has until then; later, another one may begin again.
    held_until: Mapped[datetime | None]
    status: Mapped[int | None]
    location: Mapped[str | None] = mapped_column(Text)
    body: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        UniqueConstraint("user_id", "key"),
        CheckConstraint("(status IS NULL) = (body IS NULL)", name="answered"),
    )
