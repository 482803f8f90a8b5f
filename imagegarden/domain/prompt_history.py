"""What a person has asked for in words, to ask for it again."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from imagegarden.models import Generation, GenerationKind

# How far it is looked back: of these, each prompt is shown once.
LOOKED_BACK = 2000
KINDS = (GenerationKind.IMAGE, GenerationKind.VIDEO)


class EarlierPrompt(NamedTuple):
    """What was asked for, and the request that asked for it last: a prompt may be too long for a link."""

    text: str
    uuid: UUID


def list_prompts(session: Session, *, user_id: int, limit: int, containing: str = "") -> list[EarlierPrompt]:
    """The prompts that a person used last, the newest first, each once; those with these words in them."""
    recent = (
        select(Generation.prompt, Generation.id)
        .where(Generation.user_id == user_id, Generation.kind.in_(KINDS), Generation.prompt != "")
        .order_by(Generation.created_at.desc(), Generation.id.desc())
        .limit(LOOKED_BACK)
        .subquery()
    )
    found = select(func.max(recent.c.id)).group_by(recent.c.prompt).order_by(func.max(recent.c.id).desc()).limit(limit)
    for word in containing.split():
        found = found.where(recent.c.prompt.icontains(word, autoescape=True))
    rows = session.execute(
        select(Generation.prompt, Generation.uuid).where(Generation.id.in_(found)).order_by(Generation.id.desc())
    )
    return [EarlierPrompt(*row) for row in rows]
