"""Exports: asked for, there for a day, and gone."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from imagegarden.domain import accounts, exports
from imagegarden.domain.errors import Conflict, NotFound
from imagegarden.domain.exports import KEPT
from imagegarden.models import Export, ExportState, User
from tests import factories, turns

SECOND = timedelta(seconds=1)


def ready(session: Session, user: User, now: datetime) -> Export:
    asked = exports.ask(session, user_id=user.id, now=now)
    assert exports.record_ready(session, export_id=asked.id, size=10, now=now)
    session.commit()
    return asked


def test_an_export_is_made_by_a_job(session: Session, user: User, now: datetime) -> None:
    asked = exports.ask(session, user_id=user.id, now=now)
    assert turns.jobs(session, exports.TASK)[0]["export_id"] == asked.id
    assert exports.find_newest(session, user_id=user.id, now=now) is asked


def test_whoever_asks_while_one_is_under_way_gets_that(session: Session, user: User, now: datetime) -> None:
    first, second = (exports.ask(session, user_id=user.id, now=now) for _ in range(2))
    assert first is second
    assert len(turns.jobs(session, exports.TASK)) == 1


def test_its_owner_alone_fetches_it_for_a_day(session: Session, user: User, now: datetime) -> None:
    made, stranger = ready(session, user, now), factories.person(session)
    assert exports.get_ready(session, user_id=user.id, uuid=made.uuid, now=now + KEPT - SECOND) is made
    for user_id, uuid, at in (
        (stranger.id, made.uuid, now),
        (user.id, uuid4(), now),
        (user.id, made.uuid, now + KEPT),
    ):
        with pytest.raises(NotFound):
            exports.get_ready(session, user_id=user_id, uuid=uuid, now=at)
    assert exports.find_newest(session, user_id=user.id, now=now + KEPT) is None


def test_one_that_is_not_packed_cannot_be_fetched(session: Session, user: User, now: datetime) -> None:
    asked = exports.ask(session, user_id=user.id, now=now)
    with pytest.raises(NotFound):
        exports.get_ready(session, user_id=user.id, uuid=asked.uuid, now=now)


def test_another_one_ends_the_first(session: Session, user: User, now: datetime) -> None:
    first = ready(session, user, now)
    exports.ask(session, user_id=user.id, now=now + SECOND)
    session.flush()
    assert [one.id for one in exports.list_over(session, now=now + SECOND)] == [first.id]


def test_its_owner_is_told_once(session: Session, user: User, now: datetime) -> None:
    made = ready(session, user, now)
    assert exports.record_ready(session, export_id=made.id, size=10, now=now)
    assert len(turns.jobs(session, exports.LETTER_TASK)) == 1
    told = exports.find_to_tell(session, export_id=made.id)
    assert told is not None
    assert told[1] == user.email


def test_of_two_that_packed_it_the_last_says_how_large_it_is(session: Session, user: User, now: datetime) -> None:
    made = ready(session, user, now)
    assert exports.record_ready(session, export_id=made.id, size=12, now=now)
    assert made.bytes == 12


def test_nobody_wants_the_export_of_a_deleted_account(session: Session, user: User, now: datetime) -> None:
    asked = exports.ask(session, user_id=user.id, now=now)
    accounts.delete(session, user_id=user.id, actor_id=None, reason="x", now=now)
    session.commit()
    session.expire_all()
    assert exports.find_asked(session, export_id=asked.id) is None
    assert not exports.record_ready(session, export_id=asked.id, size=10, now=now)
    with pytest.raises(Conflict):
        exports.ask(session, user_id=user.id, now=now)


def test_one_whose_job_is_lost_ends_and_can_be_asked_for_again(session: Session, user: User, now: datetime) -> None:
    asked = exports.ask(session, user_id=user.id, now=now)
    assert exports.give_up_lost(session, now=now) == 0
    session.execute(text("DELETE FROM procrastinate_jobs"))
    assert exports.give_up_lost(session, now=now) == 1
    session.expire_all()
    assert asked.state == ExportState.FAILED
    assert not exports.record_ready(session, export_id=asked.id, size=10, now=now)
    assert exports.ask(session, user_id=user.id, now=now).id != asked.id
