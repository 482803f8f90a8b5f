"""A generation on its way: the real steps, a scripted provider, no transaction open around it."""

from collections.abc import Callable, Iterator
from typing import NoReturn
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from imagegarden.db import db
from imagegarden.domain import credits, generations, ledger, reports, steps
from imagegarden.models import Generation, GenerationStatus, Media, MediaFile, User
from imagegarden.providers.base import AnswerLost, Order, ProviderError, Started, TemporaryError, Throttled
from imagegarden.storage import ObjectStore, StorageError
from imagegarden.worker import storing
from imagegarden.worker.advance import advance
from imagegarden.worker.leases import LeaseKeeper
from tests import factories, turns
from tests.fakes.guard import CalledInsideTransaction
from tests.fakes.provider import ScriptedProvider


class Steps:
    """Takes steps of generations, one call each, as the queue would."""

    def __init__(self, app: Flask, leases: LeaseKeeper) -> None:
        self._app = app
        self._leases = leases

    def take(self, generation: Generation, *, attempt_age: str = "1 min") -> Generation:
        """One step; the generation as it is then."""
        with self._app.app_context():
            # Whatever its time was: these tests do not wait.
            db.session.execute(
                text("UPDATE generations SET next_step_at = now() - interval '1 s' WHERE next_step_at IS NOT NULL")
            )
            db.session.execute(
                text("UPDATE attempts SET created_at = now() - CAST(:age AS interval)"), {"age": attempt_age}
            )
            db.session.commit()
            advance(generation.id, self._leases)
            return generations.get(db.session(), user_id=generation.user_id, uuid=generation.uuid)

    def finish(self, generation: Generation, limit: int = 20) -> Generation:
        """All steps to the end."""
        for _ in range(limit):
            seen = self.take(generation)
            if seen.is_finished:
                return seen
        raise AssertionError(f"still {seen.status} after {limit} steps")


@pytest.fixture
def way(app: Flask, session: Session) -> Iterator[Steps]:
    with app.app_context():
        keeper = LeaseKeeper(db.engine)
    yield Steps(app, keeper)
    keeper.close()


def files_of(session: Session, uuid: UUID) -> list[MediaFile]:
    return list(
        session.scalars(
            select(MediaFile)
            .join(Media, Media.id == MediaFile.media_id)
            .join(Generation, Generation.id == Media.generation_id)
            .where(Generation.uuid == uuid)
        )
    )


def test_it_goes_through_every_state_and_is_charged_at_the_end(
    way: Steps, session: Session, user: User, provider: ScriptedProvider
) -> None:
    generation = factories.generation(user)
    seen = [way.take(generation).status for _ in range(2)]
    assert seen == [GenerationStatus.RUNNING, GenerationStatus.SUCCEEDED]
    assert provider.calls["start"] == 1
    assert factories.balance(session, user.id) == credits.Balance(available=4, held=0)


def test_each_picture_is_stored_with_two_thumbnails_before_its_row_exists(
    app: Flask, way: Steps, session: Session, user: User
) -> None:
    done = way.finish(factories.generation(user))
    files = files_of(session, done.uuid)
    assert sorted(file.role for file in files) == ["original"] * 2 + ["thumb_l"] * 2 + ["thumb_s"] * 2
    store = app.extensions["adapters"].store
    session.commit()
    for file in files:
        content = b"".join(store.read(file.key, start=0, end=file.bytes))
        assert len(content) == file.bytes
        assert file.key.startswith(f"users/{user.id}/")
    assert {(m.width, m.height) for m in done.media} == {(256, 256)}
    assert all(len(m.blurhash) > 6 for m in done.media)


def test_one_of_two_delivered_costs_one_and_says_so(way: Steps, user: User) -> None:
    done = way.finish(factories.generation(user, prompt="delivers=1", count=2))
    assert (done.status, done.charged, len(done.media)) == (GenerationStatus.SUCCEEDED, 1, 1)
    assert done.error_code == "incomplete_output"


def test_two_of_four_delivered_cost_one(way: Steps, user: User) -> None:
    assert way.finish(factories.generation(user, prompt="delivers=2", count=4)).charged == 1


@pytest.mark.parametrize(
    ("prompt", "code"),
    [
        ("refuses", "content_refused"),
        ("breaks", "provider_unavailable"),
        ("garbage", "bad_output"),
        ("empty", "empty_output"),
        ("stumbles=9", "provider_unavailable"),
    ],
)
def test_what_fails_is_given_back_once(way: Steps, session: Session, user: User, prompt: str, code: str) -> None:
    done = way.finish(factories.generation(user, prompt=prompt))
    assert (done.status, done.error_code, done.charged) == (GenerationStatus.FAILED, code, 0)
    assert factories.balance(session, user.id) == credits.Balance(available=5, held=0)
    way.take(done)
    assert ledger.check(session) == []


def test_a_provider_that_stumbles_is_tried_again_under_a_new_attempt(
    way: Steps, user: User, provider: ScriptedProvider
) -> None:
    done = way.finish(factories.generation(user, prompt="stumbles=2"))
    assert done.status == GenerationStatus.SUCCEEDED
    assert provider.calls["start"] == 3
    assert provider.calls["find"] == 0


def test_a_refused_order_is_not_placed_again(way: Steps, user: User, provider: ScriptedProvider) -> None:
    way.finish(factories.generation(user, prompt="refuses"))
    assert provider.calls["start"] == 1


def test_past_its_deadline_it_is_stopped_and_given_back(
    way: Steps, session: Session, user: User, provider: ScriptedProvider
) -> None:
    generation = factories.generation(user, prompt="takes=9999")
    way.take(generation)
    session.execute(text("UPDATE generations SET deadline_at = now() - interval '1 s'"))
    session.commit()
    done = way.take(generation)
    assert (done.status, done.error_code, done.charged) == (GenerationStatus.FAILED, "timed_out", 0)
    assert provider.calls["cancel"] == 1


@pytest.mark.parametrize("steps_before", [0, 1])
def test_canceled_in_any_state_it_ends_and_is_given_back(
    way: Steps, session: Session, user: User, steps_before: int
) -> None:
    generation = factories.generation(user)
    for _ in range(steps_before):
        way.take(generation)
    generations.cancel(session, user_id=user.id, uuid=generation.uuid, now=factories.now())
    session.commit()
    done = way.finish(generation)
    assert (done.status, done.charged) == (GenerationStatus.CANCELED, 0)
    assert factories.balance(session, user.id) == credits.Balance(available=5, held=0)


def test_canceled_while_a_step_is_under_way_it_ends_at_the_next(
    way: Steps, app: Flask, user: User, provider: ScriptedProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation = factories.generation(user, prompt="takes=9999")
    real = provider.start

    def cancel_meanwhile(order: object) -> object:
        with app.app_context():
            generations.cancel(db.session(), user_id=user.id, uuid=generation.uuid, now=factories.now())
            db.session.commit()
        return real(order)  # type: ignore[arg-type]

    monkeypatch.setattr(provider, "start", cancel_meanwhile)
    assert way.take(generation).status == GenerationStatus.RUNNING
    done = way.take(generation)
    assert (done.status, done.charged) == (GenerationStatus.CANCELED, 0)
    assert provider.calls["cancel"] == 1


def test_a_step_that_kills_its_worker_each_time_is_ended_and_given_back(
    way: Steps, session: Session, user: User, provider: ScriptedProvider
) -> None:
    generation = factories.generation(user)
    for _ in range(steps.MAX_TRIES):
        steps.claim(
            session, generation_id=generation.id, allowances=factories.ALLOWANCES, paced=(), now=factories.now()
        )
        session.execute(text("UPDATE generations SET lease_until = now() - interval '1 s'"))
        session.commit()
    done = way.take(generation)
    assert (done.status, done.error_code, done.charged) == (GenerationStatus.FAILED, "internal_error", 0)
    assert provider.calls["start"] == 0


def test_after_a_crash_between_two_pictures_only_the_missing_one_is_fetched(
    way: Steps, session: Session, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation = factories.generation(user)
    way.take(generation)
    real = storing.store_output
    stored: list[int] = []

    class Killed(BaseException):
        """The worker ends here, without a word."""

    def store_and_die(store: object, step: object, output: object) -> object:
        if len(stored) == 1:
            stored.append(-1)
            raise Killed
        stored.append(output.ordinal)  # type: ignore[attr-defined]
        return real(store, step, output)  # type: ignore[arg-type]

    monkeypatch.setattr(storing, "store_output", store_and_die)
    # As when the second picture comes a while after the first.
    monkeypatch.setattr(storing, "PROGRESS_SECONDS", 0)
    with pytest.raises(Killed):
        way.take(generation)
    session.execute(text("UPDATE generations SET lease_until = now() - interval '1 s'"))
    session.commit()
    done = way.finish(generation)
    assert stored == [0, -1, 1]
    assert (done.status, done.charged, len(done.media)) == (GenerationStatus.SUCCEEDED, 1, 2)


def test_what_came_is_kept_when_another_picture_breaks_its_step_each_time(
    way: Steps, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = storing.store_output

    def store_or_break(store: object, step: object, output: object) -> object:
        if output.ordinal == 1:  # type: ignore[attr-defined]
            raise RuntimeError("nobody expected this")
        return real(store, step, output)  # type: ignore[arg-type]

    monkeypatch.setattr(storing, "store_output", store_or_break)
    done = way.finish(factories.generation(user))
    assert (done.status, done.charged, len(done.media)) == (GenerationStatus.SUCCEEDED, 1, 1)


def test_a_full_disk_is_a_setback_and_then_given_back(
    way: Steps, app: Flask, session: Session, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise StorageError("no space left")

    monkeypatch.setattr(ObjectStore, "put", full)
    done = way.finish(factories.generation(user))
    assert (done.status, done.error_code, done.charged) == (GenerationStatus.FAILED, "storage_unavailable", 0)


def failing(error: ProviderError) -> Callable[..., NoReturn]:
    def fail(*_: object) -> NoReturn:
        raise error

    return fail


AWAY = (TemporaryError("away"), Throttled("too fast", retry_after=1))


@pytest.mark.parametrize("error", AWAY, ids=["away", "too fast"])
def test_a_lost_start_is_not_placed_again_when_it_cannot_be_looked_for(
    way: Steps, user: User, provider: ScriptedProvider, monkeypatch: pytest.MonkeyPatch, error: ProviderError
) -> None:
    generation = factories.generation(user)
    started = Started(job_id="", look_after=0)

    def take_and_say_nothing(order: Order) -> Started:
        nonlocal started
        started = ScriptedProvider.start(provider, order)
        raise AnswerLost("cut")

    with monkeypatch.context() as patch:
        patch.setattr(provider, "start", take_and_say_nothing)
        way.take(generation)
    with monkeypatch.context() as patch:
        patch.setattr(provider, "find", failing(error))
        for _ in range(steps.MAX_TRIES + 1):
            assert way.take(generation, attempt_age="1 s").status == GenerationStatus.STARTING
    monkeypatch.setattr(provider, "find", lambda _: [started.job_id])
    assert way.finish(generation).status == GenerationStatus.SUCCEEDED
    assert provider.calls["start"] == 1


def test_a_lost_start_is_not_placed_again_when_the_list_has_no_room_for_long(
    way: Steps, user: User, provider: ScriptedProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation = factories.generation(user)
    monkeypatch.setattr(provider, "start", failing(AnswerLost("cut")))
    way.take(generation)
    monkeypatch.undo()
    monkeypatch.setattr(provider, "find", failing(Throttled("too fast", retry_after=1)))
    for _ in range(steps.MAX_TRIES + 1):
        assert way.take(generation).status == GenerationStatus.STARTING
    assert provider.calls["start"] == 0


@pytest.mark.parametrize("error", AWAY, ids=["away", "too fast"])
def test_what_is_being_made_is_not_given_up_when_it_cannot_be_looked_at(
    way: Steps, user: User, provider: ScriptedProvider, monkeypatch: pytest.MonkeyPatch, error: ProviderError
) -> None:
    generation = factories.generation(user)
    way.take(generation)
    with monkeypatch.context() as patch:
        patch.setattr(provider, "check", failing(error))
        for _ in range(steps.MAX_TRIES + 1):
            assert way.take(generation).status == GenerationStatus.RUNNING
    assert way.finish(generation).status == GenerationStatus.SUCCEEDED


def test_what_is_done_is_kept_when_nobody_looked_before_its_deadline(way: Steps, session: Session, user: User) -> None:
    generation = factories.generation(user)
    way.take(generation)
    session.execute(text("UPDATE generations SET deadline_at = now() - interval '1 s'"))
    session.commit()
    assert way.take(generation).status == GenerationStatus.SUCCEEDED


def test_what_is_done_is_kept_when_its_start_was_lost_and_its_deadline_passed_unseen(
    way: Steps, session: Session, user: User, provider: ScriptedProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation = factories.generation(user)
    with monkeypatch.context() as patch:
        patch.setattr(provider, "start", failing(AnswerLost("cut")))
        way.take(generation)
    session.execute(text("UPDATE attempts SET provider_job_id = 'done@0'"))
    session.execute(text("UPDATE generations SET deadline_at = now() - interval '1 s'"))
    session.commit()
    assert way.finish(generation).status == GenerationStatus.SUCCEEDED
    assert provider.calls["start"] == 0


def test_a_job_that_a_worker_begins_after_its_attempt_was_given_up_is_canceled(
    way: Steps, app: Flask, session: Session, user: User, provider: ScriptedProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation = factories.generation(user)
    begin_while_another_works(way, app, generation, provider, monkeypatch, found=[])
    assert turns.jobs(session, reports.CANCEL_TASK) == [{"provider": "garden", "job_id": "late@0"}]


def test_a_job_that_a_worker_begins_while_another_looks_for_it_is_adopted(
    way: Steps, app: Flask, session: Session, user: User, provider: ScriptedProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation = factories.generation(user)
    begin_while_another_works(way, app, generation, provider, monkeypatch, found=[], attempt_age="1 s")
    assert way.finish(generation).status == GenerationStatus.SUCCEEDED
    assert turns.jobs(session, reports.CANCEL_TASK) == []
    assert provider.calls["start"] == 0


def test_a_job_that_another_worker_found_is_not_canceled_when_its_answer_comes_late(
    way: Steps, app: Flask, session: Session, user: User, provider: ScriptedProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation = factories.generation(user)
    begin_while_another_works(way, app, generation, provider, monkeypatch, found=["late@0"])
    assert turns.jobs(session, reports.CANCEL_TASK) == []
    assert way.finish(generation).status == GenerationStatus.SUCCEEDED


def begin_while_another_works(
    way: Steps,
    app: Flask,
    generation: Generation,
    provider: ScriptedProvider,
    monkeypatch: pytest.MonkeyPatch,
    *,
    found: list[str],
    attempt_age: str = "1 min",
) -> None:
    """A worker sleeps in its call until its lease is over; another one finds so many of its jobs meanwhile."""

    def sleep_and_begin(_: Order) -> Started:
        with app.app_context():
            db.session.execute(text("UPDATE generations SET lease_until = now() - interval '1 s'"))
            db.session.commit()
        way.take(generation, attempt_age=attempt_age)
        return Started(job_id="late@0", look_after=0)

    with monkeypatch.context() as patch:
        patch.setattr(provider, "start", sleep_and_begin)
        patch.setattr(provider, "find", lambda _: found)
        way.take(generation, attempt_age=attempt_age)


def test_no_adapter_is_called_inside_a_transaction(app: Flask, session: Session, user: User) -> None:
    guarded: Callable[..., object] = app.extensions["adapters"].store.check
    session.scalar(select(User.id))
    with pytest.raises(CalledInsideTransaction):
        guarded()
