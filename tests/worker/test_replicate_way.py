"""A generation on its way through the real adapter: canceled in each state, kept when the provider's copy is gone."""

from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import delete, select, text

from imagegarden.clock import now
from imagegarden.current import adapters
from imagegarden.db import db, transaction
from imagegarden.domain import credits, generations, model_settings
from imagegarden.domain.model_settings import Offer
from imagegarden.models import Attempt, Generation, GenerationStatus, MediaFile, ModelSetting, User
from imagegarden.providers import catalogue
from imagegarden.worker.advance import advance
from imagegarden.worker.leases import LeaseKeeper
from tests import factories
from tests.processes import wait_for
from tests.replicate_site import ReplicateSite, judge, replicate_site
from tests.servers import Servers


@pytest.fixture(scope="module")
def shared_site(running_servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReplicateSite]:
    with replicate_site(running_servers, tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture
def site(shared_site: ReplicateSite) -> ReplicateSite:
    shared_site.fake.reset()
    shared_site.app.extensions["redis"].flushdb()
    return shared_site


@pytest.fixture
def leases(site: ReplicateSite) -> Iterator[LeaseKeeper]:
    with site.app.app_context():
        keeper = LeaseKeeper(db.engine)
    yield keeper
    keeper.close()


@pytest.fixture
def person(site: ReplicateSite) -> Iterator[User]:
    with site.app.app_context():
        yield factories.person(db.session(), sign_up_credits=10)
        db.session.remove()


def step(site: ReplicateSite, leases: LeaseKeeper, generation: Generation) -> Generation:
    """One step, whatever its time was; the generation as it is then."""
    with site.app.app_context():
        db.session.execute(text("UPDATE generations SET next_step_at = now() WHERE next_step_at IS NOT NULL"))
        db.session.commit()
        advance(generation.id, leases)
        return generations.get(db.session(), user_id=generation.user_id, uuid=generation.uuid)


def finish(site: ReplicateSite, leases: LeaseKeeper, generation: Generation) -> Generation:
    def finished() -> Generation | None:
        seen = step(site, leases, generation)
        return seen if seen.is_finished else None

    return wait_for(finished, what="the end")


def cancel(site: ReplicateSite, generation: Generation) -> None:
    with site.app.app_context(), transaction() as session:
        generations.cancel(session, user_id=generation.user_id, uuid=generation.uuid, now=factories.now())


def require_canceled(site: ReplicateSite, leases: LeaseKeeper, generation: Generation) -> None:
    """It ended, nothing was charged, and the provider works on nothing of it any more."""
    done = finish(site, leases, generation)
    assert (done.status, done.charged) == (GenerationStatus.CANCELED, 0)
    with site.app.app_context():
        assert factories.balance(db.session(), generation.user_id) == credits.Balance(available=10, held=0)
    mine = [one for one in site.fake.predictions() if one["input"].get("seed") == generation.params["seed"]]

    def is_over() -> bool:
        now = {one["id"]: one["status"] for one in site.fake.predictions()}
        return all(now[one["id"]] in {"canceled", "aborted"} for one in mine)

    wait_for(is_over, what="the provider to stop")


def make(person: User, **choices: object) -> Generation:
    return factories.generation(person, model="flux-schnell", **choices)


def test_canceled_while_queued_it_never_reaches_the_provider(
    site: ReplicateSite, leases: LeaseKeeper, person: User
) -> None:
    generation = make(person)
    cancel(site, generation)
    require_canceled(site, leases, generation)
    assert site.fake.creates() == []


def test_canceled_while_it_waits_for_its_slot_it_never_reaches_the_provider(
    site: ReplicateSite, leases: LeaseKeeper, person: User
) -> None:
    generation = make(person)
    with site.app.app_context():
        adapters().paces["replicate"].hold_off(3)
    assert step(site, leases, generation).status == GenerationStatus.QUEUED
    cancel(site, generation)
    require_canceled(site, leases, generation)
    assert site.fake.creates() == []


def test_canceled_while_nobody_knows_whether_it_began_what_began_is_stopped(
    site: ReplicateSite, leases: LeaseKeeper, person: User
) -> None:
    site.fake.configure(processing=60)
    site.fake.fault("create_dropped", times=1)
    generation = make(person)
    assert step(site, leases, generation).status == GenerationStatus.STARTING
    cancel(site, generation)
    require_canceled(site, leases, generation)
    assert len(site.fake.creates()) == 1


def test_canceled_while_it_runs_the_prediction_is_stopped(
    site: ReplicateSite, leases: LeaseKeeper, person: User
) -> None:
    site.fake.configure(processing=60)
    generation = make(person)
    assert step(site, leases, generation).status == GenerationStatus.RUNNING
    cancel(site, generation)
    require_canceled(site, leases, generation)


def test_canceled_while_pictures_are_stored_what_came_stays_and_costs_its_price(
    site: ReplicateSite, leases: LeaseKeeper, person: User
) -> None:
    site.fake.fault("output_404", match="half", times=1)
    generation = make(person, prompt="half a pond", count=4)

    def one_try_of_storing() -> bool:
        return step(site, leases, generation).status == GenerationStatus.STORING

    wait_for(one_try_of_storing, what="three of four pictures")
    cancel(site, generation)
    done = finish(site, leases, generation)
    assert (done.status, len(done.media), done.charged) == (GenerationStatus.CANCELED, 3, 2)


def test_a_picture_that_failed_to_come_is_fetched_again_alone(
    site: ReplicateSite, leases: LeaseKeeper, person: User
) -> None:
    site.fake.fault("output_truncated", times=1)
    done = finish(site, leases, make(person))
    assert (done.status, len(done.media), done.error_code) == (GenerationStatus.SUCCEEDED, 2, None)
    assert len(site.fake.output_requests()) == 3
    assert len(site.fake.creates()) == 1


def test_when_the_providers_copy_is_gone_ours_is_still_shown(
    site: ReplicateSite, leases: LeaseKeeper, person: User
) -> None:
    site.fake.configure(ttl=0.5)
    done = finish(site, leases, make(person))
    with site.app.app_context():
        [address, _] = db.session.scalars(select(Attempt.outputs).where(Attempt.generation_id == done.id)).one() or []
        db.session.commit()
    wait_for(lambda: httpx.get(address).status_code == 404, what="the provider's hour to be over")
    with site.app.app_context():
        files = db.session.scalars(select(MediaFile).where(MediaFile.media_id.in_([m.id for m in done.media]))).all()
        db.session.commit()
        assert len(files) == 6
        for file in files:
            assert len(b"".join(adapters().store.read(file.key, start=0, end=file.bytes))) == file.bytes


def test_too_many_requests_wait_and_count_as_no_try(site: ReplicateSite, leases: LeaseKeeper, person: User) -> None:
    site.fake.fault("create_429", times=5, value=0)
    done = finish(site, leases, make(person))
    assert done.status == GenerationStatus.SUCCEEDED
    with site.app.app_context():
        attempts = db.session.scalars(select(Attempt).where(Attempt.generation_id == done.id)).all()
        assert len(attempts) == 1


def test_an_unpaid_bill_is_told_to_operators_and_costs_nobody_anything(
    site: ReplicateSite, leases: LeaseKeeper, person: User, caplog: pytest.LogCaptureFixture
) -> None:
    site.fake.fault("create_402")
    done = finish(site, leases, factories.generation(person, model="sdxl"))
    assert (done.status, done.error_code, done.charged) == (GenerationStatus.FAILED, "provider_unpaid", 0)
    assert any(record.levelname == "CRITICAL" for record in caplog.records)


def test_an_order_goes_to_the_version_that_the_staff_chose(
    site: ReplicateSite, leases: LeaseKeeper, person: User
) -> None:
    with site.app.app_context(), transaction() as session:
        chosen = Offer(source=catalogue.SDXL.source)
        model_settings.change(
            session,
            model=catalogue.STABLE_DIFFUSION.key,
            offer=chosen,
            providers=adapters().providers,
            actor_id=None,
            reason="x",
            now=now(),
        )
    with site.app.app_context():
        site.app.extensions["steering"].look()
    try:
        with site.app.app_context():
            asked = factories.generation(person, model=catalogue.STABLE_DIFFUSION.key)
        finish(site, leases, asked)
        (prediction,) = site.fake.predictions()
        assert prediction["model"] == "stability-ai/sdxl"
    finally:
        with site.app.app_context(), transaction() as session:
            session.execute(delete(ModelSetting))
        with site.app.app_context():
            site.app.extensions["steering"].look()


def test_after_all_this_everything_balances(site: ReplicateSite, leases: LeaseKeeper, person: User) -> None:
    finish(site, leases, make(person))
    found = judge(site)
    assert (found.lost, found.double_charged, found.extra_predictions) == (0, 0, 0)
