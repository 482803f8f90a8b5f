"""What is not known of a provider is found out, and never paid for twice."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from imagegarden.db import db
from imagegarden.domain import generations, reports, steps
from imagegarden.models import Attempt, GenerationStatus, User
from imagegarden.providers.base import AnswerLost, Order, Started, TemporaryError, Throttled
from tests import factories, turns
from tests.fakes.provider import ScriptedProvider
from tests.worker.test_advance import Steps, way  # noqa: F401

def always(error):
    def call(*_):
        raise error
    return call

@pytest.mark.parametrize("error", [Throttled("no", retry_after=1), TemporaryError("down")])
def test_find(way, user, session, provider, monkeypatch, error):
    generation = factories.generation(user)
    with monkeypatch.context() as patch:
        patch.setattr(provider, "start", always(AnswerLost("cut")))
        way.take(generation)
    with monkeypatch.context() as patch:
        patch.setattr(provider, "find", always(error))
        for _ in range(5):
            seen = way.take(generation)
    print(seen.status, provider.calls, session.scalar(select(func.count()).select_from(Attempt)))
    assert seen.status == "starting"
    assert provider.calls["start"] == 0

@pytest.mark.parametrize("error", [Throttled("no", retry_after=1), TemporaryError("down")])
def test_check(way, user, session, provider, monkeypatch, error):
    generation = factories.generation(user)
    way.take(generation)
    with monkeypatch.context() as patch:
        patch.setattr(provider, "check", always(error))
        for _ in range(5):
            seen = way.take(generation)
    assert seen.status == "running"
    assert way.finish(generation).status == "succeeded"

def test_late(way, app, user, session, provider, monkeypatch):
    generation = factories.generation(user)
    real = provider.start
    def slow(order):
        with app.app_context():
            db.session.execute(text("UPDATE generations SET lease_until = now() - interval '1 s'"))
            db.session.commit()
        way.take(generation)  # another worker: finds nothing and gives up on the attempt
        return Started(job_id="late", look_after=1)
    monkeypatch.setattr(provider, "start", slow)
    seen = way.take(generation)
    print(seen.status, turns.jobs(session, reports.CANCEL_TASK))
    assert turns.jobs(session, reports.CANCEL_TASK)
