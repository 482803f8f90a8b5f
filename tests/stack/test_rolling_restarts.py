"""Every part is replaced while people and programs use the site, and nobody notices."""

import time

import pytest
from sqlalchemy import func, select

from imagegarden.app import create_app
from imagegarden.db import db
from imagegarden.domain import ledger
from imagegarden.models import Generation, GenerationStatus
from tests import factories
from tests.processes import wait_for
from tests.stack.traffic import Traffic, traffic
from tests.stack.whole_stack import Stack

CREDITS = 5000
LOOKS_A_SECOND, ORDERS_A_SECOND = 20, 2


@pytest.mark.full
def test_two_replacements_lose_nothing(stack: Stack) -> None:
    replace_under_traffic(stack, times=2)


@pytest.mark.full
@pytest.mark.timeout(900)
def test_ten_replacements_lose_nothing(stack: Stack) -> None:
    replace_under_traffic(stack, times=10)


def replace_under_traffic(stack: Stack, *, times: int) -> None:
    """Start the new, stop the old, again and again; then hold what was asked for against what there is."""
    app = create_app(stack.settings)
    try:
        with app.app_context():
            person = factories.person(db.session(), sign_up_credits=CREDITS)
            secret = factories.api_key(db.session(), person).secret
            person_id = person.id
            db.session.commit()
        with traffic(stack, secret, looks=LOOKS_A_SECOND, orders=ORDERS_A_SECOND) as going:
            for _ in range(times):
                old = stack.webs[0]
                stack.start_web()
                stack.stop_web(old)
                stack.replace("worker")
                stack.replace("clock")
        with app.app_context():
            wait_for(lambda: unfinished(person_id) == 0, seconds=60, what="the last pictures")
            hold_against_the_books(going, person_id)
    finally:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def unfinished(person_id: int) -> int:
    db.session.rollback()
    query = select(func.count()).where(Generation.user_id == person_id, Generation.finished_at.is_(None))
    return db.session.scalar(query) or 0


def hold_against_the_books(going: Traffic, person_id: int) -> None:
    """Every answer was good, every order was taken once and delivered."""
    session = db.session()
    made = session.scalars(select(Generation).where(Generation.user_id == person_id)).all()
    print(f"{time.strftime('%X')} {going.requests} requests, {len(made)} generations, {len(going.faults)} faults")
    assert going.faults == []
    assert {str(one.uuid) for one in made} == set(going.uuids)
    assert len(made) == len(going.uuids)
    assert {one.status for one in made} == {GenerationStatus.SUCCEEDED}
    assert ledger.check(session) == []
