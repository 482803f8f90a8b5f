"""Leaving, staying and being deleted, all at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import func, select, text

from imagegarden.clock import now
from imagegarden.db import db, locked, transaction
from imagegarden.domain import departures, exports, ledger, outcomes
from imagegarden.domain.credits import Balance
from imagegarden.domain.departures import GRACE
from imagegarden.domain.errors import DomainError
from imagegarden.models import AuditEntry, Departure, Export, Generation, GenerationStatus, Role, User, UserStatus
from tests import factories
from tests.processes import at_once, wait_for

PEOPLE = 12
WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


def tried(app: Flask, act: str, user_id: int, at: datetime) -> bool:
    """Whether an act of this module was done."""
    with app.app_context():
        try:
            with transaction() as session:
                getattr(departures, act)(session, user_id=user_id, now=at)
        except DomainError:
            return False
        return True


def test_whoever_stays_in_the_last_moment_stays_whole_or_is_gone_whole(own_app: Flask) -> None:
    asked = now() - GRACE
    with own_app.app_context():
        ids = [factories.person(db.session()).id for _ in range(PEOPLE)]
    for user_id in ids:
        tried(own_app, "ask", user_id, asked)
    # For who stays the two weeks are not over by a moment, for the clock they just are: each may be first.
    acts = [(act, user_id, at) for user_id in ids for act, at in (("stay", asked), ("finish", now()))]

    at_once(len(acts), lambda n: tried(own_app, *acts[n]))

    with own_app.app_context():
        for user in db.session.scalars(select(User).where(User.id.in_(ids))):
            ended = db.session.scalars(
                select(AuditEntry.action).where(
                    AuditEntry.subject_id == user.id, AuditEntry.action.in_(("user.stay", "user.delete"))
                )
            ).all()
            assert user.leaves_at is None
            if user.status == UserStatus.DELETED:
                assert list(ended) == ["user.delete"]
                assert db.session.get_one(Departure, user.id).address is not None
            else:
                assert list(ended) == ["user.stay"]
                assert db.session.get(Departure, user.id) is None


def test_of_two_administrators_who_leave_one_cannot(own_app: Flask) -> None:
    with own_app.app_context():
        ids = [factories.person(db.session(), role=Role.ADMIN).id for _ in range(2)]
    done = at_once(8, lambda n: tried(own_app, "ask", ids[n % 2], now()))
    with own_app.app_context():
        left = db.session.scalars(select(User.id).where(User.role == Role.ADMIN, User.is_here)).all()
    assert len(left) == 1
    assert any(done)


def test_the_clock_of_two_machines_deletes_once(own_app: Flask) -> None:
    with own_app.app_context():
        user_id = factories.person(db.session()).id
    tried(own_app, "ask", user_id, now() - GRACE - timedelta(hours=1))
    at_once(8, lambda _: tried(own_app, "finish", user_id, now()))
    with own_app.app_context():
        acts = select(func.count()).where(AuditEntry.subject_id == user_id, AuditEntry.action == "user.delete")
        assert db.session.scalar(acts) == 1


def test_an_export_that_is_asked_for_from_many_sides_is_one(own_app: Flask) -> None:
    with own_app.app_context():
        user_id = factories.person(db.session()).id

    def ask(_: int) -> int:
        with own_app.app_context(), transaction() as session:
            return exports.ask(session, user_id=user_id, now=now()).id

    assert len(set(at_once(16, ask))) == 1
    with own_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Export)) == 1


def test_whoever_leaves_while_a_picture_ends_waits_for_it(own_app: Flask) -> None:
    with own_app.app_context():
        user = factories.person(db.session())
        made = [factories.generation(user).id for _ in range(3)]
        db.session.commit()
        user_id = user.id
    with ThreadPoolExecutor(1) as pool, own_app.app_context(), transaction() as session:
        # A worker holds the last one, and takes what comes back into the person's account after that.
        last = locked(session, select(Generation).where(Generation.id == made[-1]))
        assert last is not None
        left = pool.submit(tried, own_app, "ask", user_id, now())
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as beside:
            wait_for(lambda: beside.scalar(WAITING), what="whoever leaves")
        outcomes.end(session, last, GenerationStatus.FAILED, now=now())
        session.commit()
        assert left.result()
    with own_app.app_context():
        assert factories.balance(db.session(), user_id) == Balance(available=5, held=0)
        assert ledger.check(db.session()) == []
