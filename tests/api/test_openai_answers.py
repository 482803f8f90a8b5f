"""What OpenAI's clients are answered about a generation that has ended."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from imagegarden.api.openai import making
from imagegarden.clock import now
from imagegarden.domain import generations, moderation
from imagegarden.models import FileRole, Generation, GenerationStatus, Media, RuleAction, RuleKind, User
from tests import factories
from tests.api.openai_program import OpenAIProgram

NAMED = {"Idempotency-Key": "picture-1"}


@pytest.fixture(autouse=True)
def _nobody_waits_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "DEADLINE_SECONDS", 0.0)


@pytest.fixture
def end(session: Session, user: User) -> Callable[..., list[Media]]:
    """Let the one generation of the person end with so many pictures."""

    def ended(status: GenerationStatus, count: int) -> list[Media]:
        [made] = generations.list_recent(session, user_id=user.id, limit=2)
        found = [factories.MediaFactory(user_id=user.id, generation_id=made.id) for _ in range(count)]
        for media in found:
            factories.MediaFileFactory(media_id=media.id, role=FileRole.ORIGINAL)
        generation = session.get_one(Generation, made.id)
        generation.status, generation.charged, generation.next_step_at = status, count, None
        generation.finished_at = now()
        session.commit()
        return found

    return ended


def test_what_arrived_is_answered_where_not_everything_did(
    speaker: OpenAIProgram, end: Callable[..., list[Media]]
) -> None:
    speaker.generate(NAMED, n=2)
    end(GenerationStatus.FAILED, 1)
    answer = speaker.generate(NAMED, n=2)
    assert answer.status_code == 200
    assert answer.json is not None
    assert len(answer.json["data"]) == 1


def test_words_that_a_rule_replaced_are_told(
    speaker: OpenAIProgram, session: Session, end: Callable[..., list[Media]]
) -> None:
    moderation.add_rule(
        session,
        action=RuleAction.REPLACE,
        kind=RuleKind.PHRASE,
        pattern="swamp",
        replacement="pond",
        reason="No swamps.",
        now=now(),
    )
    session.commit()
    speaker.generate(NAMED, prompt="a swamp")
    end(GenerationStatus.SUCCEEDED, 1)
    answer = speaker.generate(NAMED, prompt="a swamp")
    assert answer.json is not None
    assert answer.json["data"][0]["revised_prompt"] == "a pond"


def test_words_that_stayed_as_they_were_are_not(speaker: OpenAIProgram, end: Callable[..., list[Media]]) -> None:
    speaker.generate(NAMED, prompt="  a pond ")
    end(GenerationStatus.SUCCEEDED, 1)
    answer = speaker.generate(NAMED, prompt="  a pond ")
    assert answer.json is not None
    assert set(answer.json["data"][0]) == {"url"}
    assert set(answer.json) == {"created", "data", "size", "output_format"}
