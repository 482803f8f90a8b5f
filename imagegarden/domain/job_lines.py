"""All that is known of one job but what was asked for: its times, attempts, credits and media."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from imagegarden.models import Attempt, CreditEntry, Generation, Media

_PRIVATE = (Generation.prompt, Generation.result_text, Generation.notice)


@dataclass(frozen=True)
class Lines:
    """A generation without its words, each try at a provider, what moved its credits, and what was delivered.

    Of `media` those that were purged are missing.
    """

    generation: Generation
    attempts: Sequence[Attempt]
    entries: Sequence[CreditEntry]
    media: Sequence[UUID]


def of(session: Session, *, generation_id: int) -> Lines:
    """What is known of a generation that exists. Four queries."""
    generation = session.scalars(
        select(Generation)
        .where(Generation.id == generation_id)
        .options(*(defer(column, raiseload=True) for column in _PRIVATE))
    ).one()
    return Lines(
        generation,
        session.scalars(select(Attempt).where(Attempt.generation_id == generation_id).order_by(Attempt.id)).all(),
        session.scalars(
            select(CreditEntry).where(CreditEntry.reference == generation.hold_reference).order_by(CreditEntry.id)
        ).all(),
        session.scalars(select(Media.uuid).where(Media.generation_id == generation_id).order_by(Media.ordinal)).all(),
    )
