"""The rules of requests that their sender named."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from imagegarden.domain import idempotency
from imagegarden.domain.errors import RequestInProgress, RequestKeyReused
from imagegarden.domain.idempotency import Answer, Claim
from imagegarden.models import IdempotentRequest, User
from tests import factories

ANSWER = Answer(202, "/somewhere", '{"id": 1}')


def claim(session: Session, user: User, now: datetime, *, key: str = "a", contents: str = "one") -> Claim | Answer:
    return idempotency.claim(session, user_id=user.id, key=key, fingerprint=contents, now=now)


def begun(session: Session, user: User, now: datetime) -> Claim:
    taken = claim(session, user, now)
    assert isinstance(taken, Claim)
    return taken


def test_the_first_one_is_to_be_done_and_the_same_again_is_answered_the_same(
    session: Session, user: User, now: datetime
) -> None:
    idempotency.keep(session, claim=begun(session, user, now), answer=ANSWER)
    assert claim(session, user, now + timedelta(hours=23)) == ANSWER


def test_while_the_first_is_under_way_the_second_is_told_so(session: Session, user: User, now: datetime) -> None:
    begun(session, user, now)
    with pytest.raises(RequestInProgress):
        claim(session, user, now)


def test_another_request_of_the_same_name_is_refused_also_when_the_first_is_under_way(
    session: Session, user: User, now: datetime
) -> None:
    taken = begun(session, user, now)
    with pytest.raises(RequestKeyReused):
        claim(session, user, now, contents="two")
    idempotency.keep(session, claim=taken, answer=ANSWER)
    with pytest.raises(RequestKeyReused):
        claim(session, user, now, contents="two")


def test_what_was_refused_is_forgotten_and_can_be_sent_again(session: Session, user: User, now: datetime) -> None:
    idempotency.forget(session, claim=begun(session, user, now))
    assert isinstance(claim(session, user, now, contents="two"), Claim)


def test_whoever_goes_on_after_a_crash_does_the_same_work(session: Session, user: User, now: datetime) -> None:
    first = begun(session, user, now)
    again = claim(session, user, now + idempotency.HELD_FOR)
    assert isinstance(again, Claim)
    assert again.uuid == first.uuid


def test_whoever_goes_on_after_a_fault_need_not_wait(session: Session, user: User, now: datetime) -> None:
    first = begun(session, user, now)
    idempotency.release(session, claim=first, now=now)
    again = claim(session, user, now)
    assert isinstance(again, Claim)
    assert again.uuid == first.uuid


def test_after_a_day_the_name_is_free_for_other_work(session: Session, user: User, now: datetime) -> None:
    first = begun(session, user, now)
    idempotency.keep(session, claim=first, answer=ANSWER)
    later = claim(session, user, now + idempotency.KEPT_FOR, contents="two")
    assert isinstance(later, Claim)
    assert later.uuid != first.uuid


def test_an_answer_a_day_late_is_not_kept_for_other_work(session: Session, user: User, now: datetime) -> None:
    first = begun(session, user, now)
    later = now + idempotency.KEPT_FOR
    claim(session, user, later, contents="two")
    idempotency.keep(session, claim=first, answer=ANSWER)
    with pytest.raises(RequestInProgress):
        claim(session, user, later, contents="two")


def test_two_people_may_use_the_same_name(session: Session, user: User, now: datetime) -> None:
    begun(session, user, now)
    begun(session, factories.person(session), now)


def test_old_ones_are_forgotten_and_twice_is_harmless(session: Session, user: User, now: datetime) -> None:
    begun(session, user, now)
    claim(session, user, now + timedelta(hours=1), key="b")
    for _ in range(2):
        idempotency.forget_old(session, now=now + idempotency.KEPT_FOR)
        assert session.scalar(select(func.count()).select_from(IdempotentRequest)) == 1


def test_a_request_under_way_keeps_its_name_past_the_day(session: Session, user: User, now: datetime) -> None:
    begun(session, user, now)
    late = now + idempotency.KEPT_FOR - timedelta(seconds=1)
    again = claim(session, user, late)
    assert isinstance(again, Claim)
    with pytest.raises(RequestInProgress):
        claim(session, user, late + timedelta(seconds=2))


def test_a_request_under_way_is_not_forgotten_for_its_age(session: Session, user: User, now: datetime) -> None:
    begun(session, user, now)
    late = now + idempotency.KEPT_FOR
    claim(session, user, late - timedelta(seconds=1))
    idempotency.forget_old(session, now=late)
    with pytest.raises(RequestInProgress):
        claim(session, user, late)
