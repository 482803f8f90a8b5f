"""Work asked for: a generation, and the attempts to have it made by a provider."""

import secrets
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from imagegarden.db import Base
from imagegarden.models.media import Media

HOLD_PREFIX = "generation:"


class GenerationKind(StrEnum):
    """What is made: a picture from words, a film, a larger picture, a part painted anew, a changed picture, words."""

    IMAGE = "image"
    VIDEO = "video"
    UPSCALE = "upscale"
    INPAINT = "inpaint"
    EDIT = "edit"
    ENHANCE = "enhance"


class GenerationStatus(StrEnum):
    """Where a generation stands. It only moves forward, but for what a stopped model sends back to the queue."""

    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    STORING = "storing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


UNFINISHED = (
    GenerationStatus.QUEUED,
    GenerationStatus.STARTING,
    GenerationStatus.RUNNING,
    GenerationStatus.STORING,
)


class Via(StrEnum):
    """Which door a request came through."""

    WEB = "web"
    API = "api"
    CLI = "cli"


class AttemptState(StrEnum):
    """How far one attempt at the provider came."""

    STARTING = "starting"
    STARTED = "started"
    ENDED = "ended"


class Generation(Base):
    """One request: what was asked, what it costs, where it stands."""

    __tablename__ = "generations"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[UUID] = mapped_column(default=uuid4, unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[GenerationKind]
    prompt: Mapped[str] = mapped_column(Text)
    style: Mapped[str] = mapped_column(Text)
    color: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    params: Mapped[dict[str, Any]]
    # The picture that it starts from, and the mask that says which part of it is painted anew.
    parent_media_id: Mapped[int | None] = mapped_column(
        ForeignKey("media.id", ondelete="SET NULL", use_alter=True), index=True
    )
    mask_media_id: Mapped[int | None] = mapped_column(ForeignKey("media.id", ondelete="SET NULL", use_alter=True))
    price_id: Mapped[int] = mapped_column(ForeignKey("model_prices.id"))
    price: Mapped[int]
    charged: Mapped[int | None]
    status: Mapped[GenerationStatus] = mapped_column(default=GenerationStatus.QUEUED)
    error_code: Mapped[str | None] = mapped_column(Text)
    progress: Mapped[int] = mapped_column(default=0)
    cancel_requested_at: Mapped[datetime | None]
    # What its owner is told about how the request was taken: a rule that warned, words that were replaced.
    notice: Mapped[str | None] = mapped_column(Text)
    # What came of it where that is words.
    result_text: Mapped[str | None] = mapped_column(Text)
    # The queue's order for this generation: set once, kept for all of its steps.
    priority: Mapped[int] = mapped_column(default=0)
    # When it became one of those that its owner may have under way at a time.
    admitted_at: Mapped[datetime | None]
    # When its provider may be asked to begin, where the asking is paced.
    slot_at: Mapped[datetime | None]
    # Empty while it is held back by its owner's other generations.
    next_step_at: Mapped[datetime | None]
    # The provider spoke: the step at hand may have missed it, so the next one is due at once.
    news_at: Mapped[datetime | None]
    # When the phase at hand has taken too long: set when its work begins, so that our own queue costs nobody time.
    deadline_at: Mapped[datetime | None]
    # Names the worker step that may write; a step that lost it writes nothing.
    lease_token: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]
    # When a worker began the last step.
    stepped_at: Mapped[datetime | None]
    # Steps begun since the last one that was recorded: a step that kills its worker is not tried for ever.
    tries: Mapped[int] = mapped_column(default=0)
    request_key: Mapped[str] = mapped_column(Text)
    request_hash: Mapped[str] = mapped_column(Text)
    via: Mapped[Via]
    # The key that it was asked for with, where it came by the API.
    api_key_id: Mapped[int | None] = mapped_column(ForeignKey("api_keys.id"))
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    # When it is likely to be done, by how its model fared lately.
    expected_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    # The staff gave back what was charged; `charged` stays what it was.
    refunded_at: Mapped[datetime | None]
    # What failed and is run again by this one, at our cost.
    again_of: Mapped[int | None] = mapped_column(ForeignKey("generations.id"))

    media: Mapped[list[Media]] = relationship(
        lazy="raise", order_by=Media.ordinal, viewonly=True, foreign_keys=Media.generation_id
    )
    parent: Mapped[Media | None] = relationship(lazy="raise", viewonly=True, foreign_keys=parent_media_id)
    attempts: Mapped[list["Attempt"]] = relationship(lazy="raise", order_by="Attempt.id", viewonly=True)

    __table_args__ = (
        UniqueConstraint("user_id", "request_key"),
        CheckConstraint(
            "status IN ('queued', 'starting', 'running', 'storing', 'succeeded', 'failed', 'canceled')", name="status"
        ),
        CheckConstraint("kind IN ('image', 'video', 'upscale', 'inpaint', 'edit', 'enhance')", name="kind"),
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
        CheckConstraint("charged BETWEEN 0 AND price", name="charged"),
        CheckConstraint(
            "(status IN ('succeeded', 'failed', 'canceled'))"
            " = (finished_at IS NOT NULL AND charged IS NOT NULL AND next_step_at IS NULL)",
            name="finished",
        ),
        Index("ix_generations_user_id_created_at_id", "user_id", "created_at", "id"),
        # For the clock, which looks for steps that are due and that nothing will take.
        Index("ix_generations_due", "next_step_at", postgresql_where=text("next_step_at IS NOT NULL")),
        Index("ix_generations_unfinished", "user_id", postgresql_where=text("finished_at IS NULL")),
        Index("ix_generations_queued", "priority", "id", postgresql_where=text("status = 'queued'")),
        Index("ix_generations_started_at", "started_at"),
        # For the figures of a day: what was asked for on it, and what ended on it.
        Index("ix_generations_created_at", "created_at"),
        Index("ix_generations_finished_at", "finished_at", postgresql_where=text("finished_at IS NOT NULL")),
        # For what a key has spent.
        Index("ix_generations_api_key_id", "api_key_id", "created_at", postgresql_where=text("api_key_id IS NOT NULL")),
        # For the staff, who look for the newest of a kind: what is not listed here is found soon enough without.
        Index("ix_generations_model_created_at_id", "model", "created_at", "id"),
        Index(
            "ix_generations_kind_created_at_id", "kind", "created_at", "id", postgresql_where=text("kind <> 'image'")
        ),
        Index(
            "ix_generations_ended_badly", "created_at", "id", postgresql_where=text("status IN ('failed', 'canceled')")
        ),
        Index(
            "ix_generations_error_code_created_at_id",
            "error_code",
            "created_at",
            "id",
            postgresql_where=text("error_code IS NOT NULL"),
        ),
        # What failed is run again once.
        Index("uq_generations_again_of", "again_of", unique=True, postgresql_where=text("again_of IS NOT NULL")),
        # For the search in a gallery.
        Index("ix_generations_words", func.owned_words(user_id, prompt), postgresql_using="gin"),
        Index("ix_generations_mask_media_id", "mask_media_id", postgresql_where=text("mask_media_id IS NOT NULL")),
    )

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status not in UNFINISHED

    @property
    def count(self) -> int:
        """How many outputs were asked for."""
        return int(self.params["count"])

    @hybrid_property
    def hold_reference(self) -> str:
        """The name under which the ledger keeps the credits of this generation."""
        return f"{HOLD_PREFIX}{self.uuid}"

    @hold_reference.inplace.expression
    @classmethod
    def _hold_reference_expression(cls) -> ColumnElement[str]:
        return func.concat(HOLD_PREFIX, cls.uuid)


class Attempt(Base):
    """One try at a provider, committed before the provider is called."""

    __tablename__ = "attempts"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[UUID] = mapped_column(default=uuid4, unique=True)
    generation_id: Mapped[int] = mapped_column(ForeignKey("generations.id"), index=True)
    provider: Mapped[str] = mapped_column(Text)
    provider_job_id: Mapped[str | None] = mapped_column(Text)
    state: Mapped[AttemptState] = mapped_column(default=AttemptState.STARTING)
    # Stands in the address that the provider reports to: only who was told it can speak about this attempt.
    report_token: Mapped[str] = mapped_column(Text, default=lambda: secrets.token_urlsafe(24))
    # The provider's references to what it made, once it is done.
    outputs: Mapped[list[str] | None] = mapped_column(JSONB)
    # The ordinals of outputs that the provider's own safety check marked.
    flagged: Mapped[list[int] | None] = mapped_column(JSONB)
    # Where the pictures that it starts from were put for the provider, by what they are; before it is asked to begin.
    uploads: Mapped[dict[str, str] | None] = mapped_column(JSONB)
    # How long the provider says that it worked.
    run_seconds: Mapped[float | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("provider", "provider_job_id"),
        CheckConstraint("state IN ('starting', 'started', 'ended')", name="state"),
        # One attempt is under way at a time: a second one could be paid twice.
        Index(
            "uq_attempts_generation_id_live",
            "generation_id",
            unique=True,
            postgresql_where=text("state <> 'ended'"),
        ),
    )
