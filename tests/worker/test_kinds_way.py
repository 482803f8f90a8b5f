"""Every model on its way through the worker: what is shown is held and charged, and the parent is known."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select, text, update

from imagegarden.current import adapters
from imagegarden.db import db
from imagegarden.domain import credits, generations, ledger, media
from imagegarden.domain.offers import model_choices
from imagegarden.models import (
    Attempt,
    FileRole,
    Generation,
    GenerationStatus,
    Media,
    MediaFile,
    MediaKind,
    Moderation,
    User,
)
from imagegarden.providers import catalogue
from imagegarden.providers.catalogue import Model, Takes
from imagegarden.worker.advance import advance
from imagegarden.worker.leases import LeaseKeeper
from tests import factories
from tests.processes import wait_for
from tests.replicate_site import ReplicateSite, replicate_site
from tests.servers import Servers

MODELS = list(catalogue.MODELS.values())


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
        someone = factories.person(db.session(), sign_up_credits=50)
        factories.make_premium(db.session(), someone, days=1)
        yield someone
        db.session.remove()


def finish(site: ReplicateSite, leases: LeaseKeeper, generation: Generation) -> Generation:
    def finished() -> Generation | None:
        with site.app.app_context():
            db.session.execute(text("UPDATE generations SET next_step_at = now() WHERE next_step_at IS NOT NULL"))
            db.session.commit()
            advance(generation.id, leases)
            seen = generations.get(db.session(), user_id=generation.user_id, uuid=generation.uuid)
            return seen if seen.is_finished else None

    return wait_for(finished, what="the end")


def test_what_is_painted_into_a_picture_that_was_taken_down_meanwhile_is_not_delivered_and_not_charged(
    site: ReplicateSite, leases: LeaseKeeper, person: User
) -> None:
    with site.app.app_context():
        generation = factories.made_from(person, catalogue.MODELS["flux-fill-pro"])
        db.session.commit()
        advance(generation.id, leases)
        db.session.execute(
            update(Media)
            .where(Media.id == generation.parent_media_id)
            .values(moderation=Moderation.REMOVED, decided_at=factories.now())
        )
        db.session.commit()
    done = finish(site, leases, generation)
    assert (done.status, done.error_code, done.charged) == (GenerationStatus.FAILED, "source_gone", 0)
    with site.app.app_context():
        assert factories.balance(db.session(), person.id) == credits.Balance(50, 0)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.key)
def test_the_price_that_is_shown_is_held_and_charged(
    site: ReplicateSite, leases: LeaseKeeper, person: User, model: Model
) -> None:
    with site.app.app_context():
        session = db.session()
        [shown] = model_choices(
            session, user_id=person.id, models=[model], allowances=factories.ALLOWANCES, now=factories.now()
        )
        generation = factories.made_from(person, model)
        price = shown.prices[generation.count]
        assert generation.price == price
        assert factories.balance(session, person.id) == credits.Balance(50 - price, price)
        session.commit()
    done = finish(site, leases, generation)
    assert (done.status, done.error_code, done.charged) == (GenerationStatus.SUCCEEDED, None, price)
    with site.app.app_context():
        assert factories.balance(db.session(), person.id) == credits.Balance(50 - price, 0)
        assert ledger.check(db.session()) == []
        db.session.commit()


@pytest.mark.parametrize(
    "model", [model for model in MODELS if model.image == Takes.MUST and model.is_ai], ids=lambda model: model.key
)
def test_a_result_knows_its_parent_and_the_parent_its_results(
    site: ReplicateSite, leases: LeaseKeeper, person: User, model: Model
) -> None:
    with site.app.app_context():
        generation = factories.made_from(person, model)
    done = finish(site, leases, generation)
    with site.app.app_context():
        session = db.session()
        found = media.get(session, user_id=person.id, uuid=done.media[0].uuid)
        parent = media.parent_of(session, found.generation)
        assert parent is not None
        assert parent.id == generation.parent_media_id
        assert [child.media.uuid for child in media.children_of(session, parent)] == [found.media.uuid]
        session.commit()


def test_a_film_has_a_poster_thumbnails_and_its_length(site: ReplicateSite, leases: LeaseKeeper, person: User) -> None:
    with site.app.app_context():
        generation = factories.made_from(person, catalogue.MODELS["wan-2.2"])
    done = finish(site, leases, generation)
    [film] = done.media
    assert film.kind == MediaKind.VIDEO
    assert film.duration_seconds == pytest.approx(5, abs=0.15)
    with site.app.app_context():
        files = {file.role: file for file in db.session.scalars(select(MediaFile).where(MediaFile.media_id == film.id))}
        assert set(files) == {FileRole.ORIGINAL, FileRole.POSTER, FileRole.THUMB_SMALL, FileRole.THUMB_LARGE}
        assert files[FileRole.ORIGINAL].mime == "video/mp4"
        db.session.commit()
        for file in files.values():
            assert len(adapters().store.read_whole(file.key, size=file.bytes)) == file.bytes


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ("answer_preamble", GenerationStatus.SUCCEEDED),
        ("answer_quotes", GenerationStatus.SUCCEEDED),
        ("answer_markdown", GenerationStatus.SUCCEEDED),
        ("answer_long", GenerationStatus.SUCCEEDED),
        ("answer_empty", GenerationStatus.FAILED),
        ("answer_refusal", GenerationStatus.FAILED),
    ],
)
def test_a_better_prompt_is_cleaned_of_what_models_say_around_it(
    site: ReplicateSite, leases: LeaseKeeper, person: User, fault: str, status: GenerationStatus
) -> None:
    with site.app.app_context():
        generation = factories.made_from(
            person, catalogue.MODELS["llama-3-8b"], prompt=f"a heron on one leg fault:{fault}"
        )
    done = finish(site, leases, generation)
    assert done.status == status, done.result_text
    assert (done.price, done.charged) == (0, 0)
    if status == GenerationStatus.SUCCEEDED:
        assert done.result_text is not None
        assert "heron" in done.result_text
        assert not done.result_text.lower().startswith(("sure", "here", '"', "*", "#"))
        assert len(done.result_text) <= 800
    else:
        assert done.result_text is None


def test_where_the_pictures_were_brought_is_known_before_the_provider_is_asked(
    site: ReplicateSite, leases: LeaseKeeper, person: User
) -> None:
    with site.app.app_context():
        generation = factories.made_from(person, catalogue.MODELS["real-esrgan"])
    finish(site, leases, generation)
    with site.app.app_context():
        attempt = db.session.scalars(select(Attempt).where(Attempt.generation_id == generation.id)).one()
        assert attempt.uploads == {}
        db.session.commit()
