"""A model that the staff stopped, through the real steps: it really does not begin, and goes on when it is started."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from imagegarden.clock import now
from imagegarden.db import db, transaction
from imagegarden.domain import generations, job_acts, ledger, model_switch
from imagegarden.models import Generation, GenerationStatus, User
from imagegarden.worker.advance import advance
from imagegarden.worker.leases import LeaseKeeper
from tests import factories
from tests.fakes.provider import ScriptedProvider


@pytest.fixture
def leases(app: Flask) -> Iterator[LeaseKeeper]:
    with app.app_context():
        keeper = LeaseKeeper(db.engine)
    yield keeper
    keeper.close()


def step(app: Flask, leases: LeaseKeeper, generation: Generation, *, is_due: bool = True) -> Generation:
    """One step, whatever its time was; the generation as it is then."""
    with app.app_context():
        if is_due:
            db.session.execute(text("UPDATE generations SET next_step_at = now() WHERE next_step_at IS NOT NULL"))
            db.session.commit()
        advance(generation.id, leases)
        return generations.get(db.session(), user_id=generation.user_id, uuid=generation.uuid)


def switch(act: object) -> None:
    with transaction() as session:
        act(session, model="garden", actor_id=None, reason="a test", now=now())  # type: ignore[operator]


def test_on_a_stopped_model_no_step_reaches_the_provider(
    app: Flask, session: Session, user: User, leases: LeaseKeeper, provider: ScriptedProvider
) -> None:
    generation = factories.generation(user)
    switch(model_switch.stop)
    for _ in range(5):
        waiting = step(app, leases, generation)
    assert (waiting.status, waiting.deadline_at, waiting.tries) == (GenerationStatus.QUEUED, None, 0)
    assert provider.calls["start"] == 0
    switch(model_switch.start)
    # It was woken: nobody has to make it due.
    assert step(app, leases, generation, is_due=False).status == GenerationStatus.RUNNING
    assert step(app, leases, generation).status == GenerationStatus.SUCCEEDED
    assert ledger.check(session) == []


def test_what_had_begun_when_its_model_was_stopped_comes_to_its_end(
    app: Flask, session: Session, user: User, leases: LeaseKeeper
) -> None:
    generation = factories.generation(user)
    assert step(app, leases, generation).status == GenerationStatus.RUNNING
    switch(model_switch.stop)
    assert step(app, leases, generation).status == GenerationStatus.SUCCEEDED


def test_one_that_waits_on_a_stopped_model_can_be_canceled(
    app: Flask, session: Session, user: User, leases: LeaseKeeper
) -> None:
    generation = factories.generation(user)
    switch(model_switch.stop)
    step(app, leases, generation)
    with transaction() as held:
        job_acts.cancel(held, uuid=generation.uuid, actor_id=None, reason="x", now=now())
    assert step(app, leases, generation, is_due=False).status == GenerationStatus.CANCELED
    assert factories.balance(session, user.id).available == 5


def test_what_the_provider_did_not_take_is_not_ordered_again_before_its_model_is_started(
    app: Flask, session: Session, user: User, leases: LeaseKeeper, provider: ScriptedProvider
) -> None:
    generation = factories.generation(user, prompt="stumbles=1")
    assert step(app, leases, generation).status == GenerationStatus.STARTING
    switch(model_switch.stop)
    for _ in range(5):
        waiting = step(app, leases, generation)
    assert (waiting.status, waiting.deadline_at) == (GenerationStatus.QUEUED, None)
    assert provider.calls["start"] == 1
    switch(model_switch.start)
    assert step(app, leases, generation, is_due=False).status == GenerationStatus.RUNNING
    assert step(app, leases, generation).status == GenerationStatus.SUCCEEDED
    assert ledger.check(session) == []
