"""A generation on its way: the real steps, a scripted provider, no transaction open around it."""

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from imagegarden.db import db
from imagegarden.domain import credits, generations, ledger, steps
from imagegarden.models import Generation, GenerationStatus, Media, MediaFile, User
from imagegarden.storage import ObjectStore, StorageError
from imagegarden.worker import storing
from imagegarden.worker.advance import advance
from imagegarden.worker.leases import LeaseKeeper
from tests import factories
from tests.fakes.guard import CalledInsideTransaction
from tests.fakes.provider import ScriptedProvider


class Steps:
    """Takes steps of generations, one call each, as the queue would."""

    def __init__(self, app: Flask, leases: LeaseKeeper) -> None:
        self._app = app
        self._leases = leases

    def take(self, generation: Generation) -> Generation:
        """One step; the generation as it is then."""
        with self._app.app_context():
            # Whatever its time was: these tests do not wait.
            db.session.execute(
                text("UPDATE generations SET next_step_at = now() - interval '1 s' WHERE next_step_at IS NOT NULL")
            )
            db.session.execute(text("UPDATE attempts SET created_at = now() - interval '1 min'"))
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
    assert credits.balance(session, user.id) == credits.Balance(available=4, held=0)


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
    assert credits.balance(session, user.id) == credits.Balance(available=5, held=0)
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
    assert credits.balance(session, user.id) == credits.Balance(available=5, held=0)


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


def test_a_full_disk_is_a_setback_and_then_given_back(
    way: Steps, app: Flask, session: Session, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise StorageError("no space left")

    monkeypatch.setattr(ObjectStore, "put", full)
    done = way.finish(factories.generation(user))
    assert (done.status, done.error_code, done.charged) == (GenerationStatus.FAILED, "storage_unavailable", 0)


def test_no_adapter_is_called_inside_a_transaction(app: Flask, session: Session, user: User) -> None:
    guarded: Callable[..., object] = app.extensions["adapters"].store.check
    session.scalar(select(User.id))
    with pytest.raises(CalledInsideTransaction):
        guarded()
