"""Choosing a model: what is offered to whom, which fields follow, what it costs, and asking again for what failed."""

import dataclasses
import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from imagegarden.domain import credits, moderation, periods
from imagegarden.models import (
    FileRole,
    Generation,
    GenerationStatus,
    Media,
    ModelHealth,
    ModelPrice,
    RuleAction,
    RuleKind,
    Safety,
    User,
)
from imagegarden.providers import catalogue
from tests import factories
from tests.fakes.provider import ScriptedProvider

HTMX = {"HX-Request": "true"}
AI_MODELS = [model for model in catalogue.MODELS.values() if model.is_ai and model.kind == "image"]


@pytest.fixture
def ai(app: Flask, provider: ScriptedProvider) -> Iterator[None]:
    """A site with the AI models, behind the scripted provider."""
    before = app.extensions["adapters"]
    providers = {**before.providers, "replicate": provider}
    app.extensions["adapters"] = dataclasses.replace(before, providers=providers)
    yield
    app.extensions["adapters"] = before


@pytest.fixture
def studio(ai: None, signed_in_client: FlaskClient) -> FlaskClient:
    """Somebody who is signed in where there are AI models."""
    return signed_in_client


def create(client: FlaskClient, headers: dict[str, str] | None = None, **fields: str) -> Any:
    data = {"prompt": "a quiet pond", "request_key": uuid4().hex, **fields}
    return client.post("/create", data=data, headers=headers)


def newest(session: Session) -> Generation:
    found = session.scalar(select(Generation).order_by(Generation.id.desc()).limit(1))
    assert found is not None
    return found


def count(session: Session) -> int:
    return session.scalar(select(func.count(Generation.id))) or 0


def tag(page: str, id_: str) -> str:
    """The tag with this id."""
    found = re.search(rf'<[^>]*\bid="{re.escape(id_)}"[^>]*>', page)
    assert found, id_
    return found[0]


def has(page: str, id_: str, word: str) -> bool:
    """Whether the tag has this attribute without a value."""
    return re.search(rf"\s{word}(?=[\s>])", tag(page, id_)) is not None


def button(page: str) -> str:
    """The words of the button that asks for pictures."""
    found = re.search(r'id="create-button">(.*?)</button>', page, re.DOTALL)
    assert found
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


def rest(session: Session, model: str, seconds: float = 50) -> None:
    until = factories.now() + timedelta(seconds=seconds)
    session.add(ModelHealth(model=model, failures=5, last_failure_at=factories.now(), resting_until=until))
    session.commit()


def fail(session: Session, user: User, code: str = "model_failed", **choices: Any) -> Generation:
    generation = session.merge(factories.generation(user, **choices))
    credits.settle(
        session, user_id=generation.user_id, reference=generation.hold_reference, captured=0, now=factories.now()
    )
    generation.status, generation.error_code, generation.charged = GenerationStatus.FAILED, code, 0
    generation.finished_at, generation.next_step_at = factories.now(), None
    session.commit()
    return generation


def finished(session: Session, user: User, seconds: float = 3.24, **choices: Any) -> Generation:
    generation = session.merge(factories.generation(user, **choices))
    generation.status, generation.charged, generation.next_step_at = GenerationStatus.SUCCEEDED, 1, None
    generation.finished_at = factories.now()
    generation.started_at = generation.finished_at - timedelta(seconds=seconds)
    session.commit()
    return generation


def picture(session: Session, generation: Generation, mime: str = "image/png", **fields: Any) -> Media:
    media: Media = factories.MediaFactory(user_id=generation.user_id, generation_id=generation.id, **fields)
    factories.MediaFileFactory(media_id=media.id, role=FileRole.ORIGINAL, mime=mime)
    session.commit()
    return media


# What is offered.


def test_every_offered_model_is_a_card_with_its_words_time_and_price(studio: FlaskClient) -> None:
    page = studio.get("/create").text
    for model in AI_MODELS:
        card = page.partition(f'for="model-{model.key.replace(".", "-")}"')[2].partition("</label>")[0]
        assert model.label in card
        assert model.description in card
        assert f"about {model.usual_seconds:.0f} s" in card
        assert re.search(r"\d credits? (for \d|each)", card)
        assert ("Premium" in card) == model.is_premium
    assert "model-garden" not in page


def test_one_model_alone_is_said_and_not_asked_for(signed_in_client: FlaskClient) -> None:
    page = signed_in_client.get("/create").text
    assert "Garden engine" in page
    assert 'type="hidden" name="model" value="garden"' in page
    assert "model-picker" not in page


def test_a_premium_model_cannot_be_chosen_without_premium(
    session: Session, studio: FlaskClient, signed_in: Callable[[User], FlaskClient]
) -> None:
    page = studio.get("/create").text
    assert has(page, "model-flux-2-pro", "disabled")
    assert "Part of Premium" in page
    paying = factories.person(session)
    factories.make_premium(session, paying, days=3)
    page = signed_in(paying).get("/create").text
    assert not has(page, "model-flux-2-pro", "disabled")
    assert "Part of Premium" not in page


def test_a_premium_model_that_is_asked_for_without_premium_is_refused_in_words(
    session: Session, studio: FlaskClient
) -> None:
    answer = create(studio, model="flux-2-pro", count="1")
    assert answer.status_code == 403
    assert "This model is part of Premium. You were not charged." in answer.text
    assert count(session) == 0


def test_a_resting_model_says_when_it_is_tried_again_and_the_next_one_is_chosen(
    session: Session, studio: FlaskClient
) -> None:
    rest(session, "flux-schnell")
    page = studio.get("/create").text
    assert "Resting, back in 1 min at the earliest" in page
    assert has(page, "model-flux-schnell", "disabled")
    assert has(page, "model-flux-dev", "checked")


@pytest.mark.parametrize("headers", [None, HTMX])
def test_a_resting_model_is_refused_and_its_card_says_why(
    session: Session, studio: FlaskClient, headers: dict[str, str] | None
) -> None:
    rest(session, "sdxl", seconds=90)
    answer = create(studio, model="sdxl", headers=headers)
    assert answer.status_code == 503
    assert "This model is not available right now. You were not charged." in answer.text
    assert "back in 2 min at the earliest" in answer.text
    # Still chosen, and sent again as it is: another model never steps in by itself.
    assert has(answer.text, "model-sdxl", "checked")
    assert not has(answer.text, "model-sdxl", "disabled")
    assert count(session) == 0


# Fields follow the model.


def test_a_link_can_choose_the_model_and_fill_in_the_rest(studio: FlaskClient) -> None:
    page = studio.get("/create?model=sdxl&prompt=a+fern&steps=31&negative_prompt=text&count=3").text
    assert has(page, "model-sdxl", "checked")
    assert "a fern</textarea>" in page
    assert 'value="31"' in tag(page, "steps")
    assert "text</textarea>" in page
    assert has(page, "count-3", "checked")
    assert button(page) == "Create · 2 credits"


@pytest.mark.parametrize("model", ["nonsense", "garden", ""])
def test_a_link_to_a_model_that_is_not_offered_chooses_the_first(studio: FlaskClient, model: str) -> None:
    assert has(studio.get(f"/create?model={model}").text, "model-flux-schnell", "checked")


@pytest.mark.parametrize("model", AI_MODELS, ids=lambda model: model.key)
def test_what_a_model_lacks_is_hidden_and_not_sent(studio: FlaskClient, model: catalogue.Model) -> None:
    page = studio.get(f"/create?model={model.key}").text
    for field, is_there in (
        ("negative_prompt", model.has_negative_prompt),
        ("steps", model.steps is not None),
        ("guidance", model.guidance is not None),
    ):
        assert has(page, field, "disabled") != is_there
    for ratio in catalogue.SIZES:
        assert has(page, f"aspect_ratio-{ratio.replace(':', '-')}", "disabled") == (ratio not in model.sizes)
    for n in range(1, 5):
        assert has(page, f"count-{n}", "disabled") == (n > model.max_count)


def test_the_sizes_are_those_of_the_model(studio: FlaskClient) -> None:
    assert "768 × 768" in studio.get("/create?model=stable-diffusion").text
    assert "768 × 768" not in studio.get("/create?model=sdxl").text


@pytest.mark.parametrize(("asked", "given"), [("3:4", "9:16"), ("4:3", "16:9"), ("1:1", "1:1"), ("16:9", "16:9")])
def test_a_model_without_the_ratio_or_the_count_takes_the_nearest(studio: FlaskClient, asked: str, given: str) -> None:
    page = studio.get(f"/create?model=stable-diffusion-3.5-large&count=4&aspect_ratio={asked}").text
    assert has(page, f"aspect_ratio-{given.replace(':', '-')}", "checked")
    assert has(page, "count-1", "checked")


def test_ranges_and_defaults_are_said(studio: FlaskClient) -> None:
    page = studio.get("/create?model=flux-dev").text
    assert "1 to 50" in page
    assert 'placeholder="28"' in tag(page, "steps")
    assert 'placeholder="3"' in tag(page, "guidance")


def test_the_page_knows_each_model_for_its_script(studio: FlaskClient) -> None:
    page = studio.get("/create").text
    found = re.search(r'id="model-sdxl"[^>]*data-offer=\'([^\']*)\'', page)
    assert found
    offer = json.loads(unescape(found[1]))
    assert offer["prices"] == {"1": 1, "2": 1, "3": 2, "4": 2}
    assert offer["sizes"]["16:9"] == [1344, 768]
    assert offer["steps"]["highest"] == 100
    assert offer["negative_prompt"] is True


def test_fields_that_the_model_lacks_are_ignored_when_they_come(session: Session, studio: FlaskClient) -> None:
    answer = create(studio, model="flux-schnell", negative_prompt="text", guidance="99", steps="2")
    assert answer.status_code == 303
    params = newest(session).params
    assert params["steps"] == 2
    assert "guidance" not in params
    assert "negative_prompt" not in params


@pytest.mark.parametrize("headers", [None, HTMX])
@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("steps", "101", "Steps of SDXL: 1 to 100."),
        ("steps", "some", "Steps are a whole number."),
        ("guidance", "0.5", "Guidance of SDXL: 1 to 20."),
        ("guidance", "much", "Guidance is a number."),
        ("negative_prompt", "x" * 2001, "This has at most 2,000 characters."),
    ],
)
def test_what_is_wrong_in_the_fold_is_said_beside_its_field_and_the_fold_is_open(
    session: Session, studio: FlaskClient, headers: dict[str, str] | None, field: str, value: str, words: str
) -> None:
    answer = create(studio, model="sdxl", headers=headers, **{field: value})
    assert answer.status_code == 422
    assert words in answer.text.partition(f'id="{field}-error"')[2].partition("</p>")[0]
    if headers is None:
        assert has(answer.text, "advanced", "open")
        assert value in answer.text
        assert 'aria-invalid="true"' in tag(answer.text, field)
    assert count(session) == 0


@pytest.mark.parametrize("fields", [{"model": "sdxl", "count": "9"}, {"model": "flux-2-pro", "count": "4"}])
def test_a_count_that_the_model_does_not_make_is_refused(
    session: Session, studio: FlaskClient, fields: dict[str, str]
) -> None:
    answer = create(studio, **fields)
    assert answer.status_code == 422
    assert "up to" in answer.text.partition('id="count-error"')[2].partition("</p>")[0]
    assert count(session) == 0


def test_a_model_that_is_none_is_refused_beside_the_card(session: Session, studio: FlaskClient) -> None:
    answer = create(studio, model="midjourney")
    assert answer.status_code == 422
    assert "There is no such model." in answer.text.partition('id="model-error"')[2].partition("</p>")[0]
    assert count(session) == 0


def test_without_a_script_the_fields_of_another_model_are_a_button_away_and_nothing_typed_is_lost(
    session: Session, studio: FlaskClient
) -> None:
    answer = create(studio, model="sdxl", prompt="a fern", style="ink", seed="7", show_fields="1")
    assert answer.status_code == 200
    assert not has(answer.text, "negative_prompt", "disabled")
    assert "a fern</textarea>" in answer.text
    assert has(answer.text, "style-ink", "checked")
    assert 'value="7"' in tag(answer.text, "seed")
    assert count(session) == 0


# The price.


@pytest.mark.parametrize(("model", "n", "said"), [("flux-schnell", 2, "1 credit"), ("sdxl", 3, "2 credits")])
def test_the_button_says_the_price_of_the_model_and_the_count(
    studio: FlaskClient, model: str, n: int, said: str
) -> None:
    page = studio.get(f"/create?model={model}&count={n}").text
    assert button(page) == f"Create · {said}"
    assert f'name="price" value="{said[0]}"' in page


@pytest.mark.parametrize("headers", [None, HTMX])
def test_nobody_pays_another_price_than_the_button_said(
    session: Session, studio: FlaskClient, headers: dict[str, str] | None
) -> None:
    session.add(ModelPrice(model="sdxl", kind="image", credits=3, outputs=2, valid_from=factories.a_while_ago()))
    session.commit()
    answer = create(studio, model="sdxl", price="1", headers=headers)
    assert answer.status_code == 409
    assert "This costs 3 credits now. Nothing was charged" in answer.text
    assert count(session) == 0
    # What comes back knows the new price, and is taken.
    assert "3 credits for 2" in answer.text
    assert create(studio, model="sdxl", price="3").status_code == 303


@pytest.mark.parametrize("price", ["", "one", "-1", "9" * 40])
def test_a_price_that_is_none_binds_nobody(session: Session, studio: FlaskClient, price: str) -> None:
    assert create(studio, price=price).status_code == 303


# Reuse and retry.


def test_reusing_brings_the_model_and_its_numbers_back(studio: FlaskClient, user: User) -> None:
    generation = factories.generation(user, model="sdxl", steps=33, negative_prompt="text", guidance=7.5)
    page = studio.get(f"/create?reuse={generation.uuid}").text
    assert has(page, "model-sdxl", "checked")
    assert has(page, "advanced", "open")
    assert 'value="33"' in tag(page, "steps")
    # What the model takes anyway is left to it.
    assert 'value=""' in tag(page, "guidance")


def test_reusing_what_a_gone_model_made_says_which_one_is_chosen(studio: FlaskClient, user: User) -> None:
    generation = factories.generation(user, model="garden")
    page = studio.get(f"/create?reuse={generation.uuid}").text
    assert "Garden engine is not offered any more, so FLUX schnell is chosen." in page


def test_what_failed_is_asked_for_again_in_one_click(session: Session, studio: FlaskClient, user: User) -> None:
    failed = fail(session, user, model="sdxl", count=4, steps=31)
    page = studio.get("/create").text
    assert "Retry · 2 credits" in page
    assert f"/create/{failed.uuid}/retry" in page
    answer = studio.post(f"/create/{failed.uuid}/retry", data={"price": "2"})
    assert answer.status_code == 303
    again = newest(session)
    assert (again.model, again.count, again.params["steps"]) == ("sdxl", 4, 31)
    # Asked once: the next click would give the same one.
    assert "Retry ·" not in studio.get("/create").text


def test_a_retry_with_htmx_gives_the_new_one_and_takes_the_button_away(
    session: Session, studio: FlaskClient, user: User
) -> None:
    failed = fail(session, user, model="sdxl")
    answer = studio.post(f"/create/{failed.uuid}/retry", headers=HTMX)
    assert answer.status_code == 200
    assert f"batch-{newest(session).uuid}" in answer.text
    assert f"batch-{failed.uuid}" in answer.text
    assert "Retry ·" not in answer.text
    # The form below keeps what is being typed there.
    assert "request_key" not in answer.text


def test_a_retry_costs_what_its_button_said_or_nothing(session: Session, studio: FlaskClient, user: User) -> None:
    failed = fail(session, user, model="sdxl")
    answer = studio.post(f"/create/{failed.uuid}/retry", data={"price": "9"}, headers=HTMX)
    assert answer.status_code == 409
    assert "This costs 1 credit now." in answer.text
    assert newest(session).id == failed.id


def test_what_a_gone_model_failed_at_is_reused_only(session: Session, studio: FlaskClient, user: User) -> None:
    failed = fail(session, user, model="garden")
    page = studio.get("/create").text
    assert f"/create?reuse={failed.uuid}" in page
    assert "Retry ·" not in page


def test_what_needs_premium_now_is_not_offered_to_be_tried_again(
    session: Session, studio: FlaskClient, user: User
) -> None:
    factories.make_premium(session, user, days=1)
    fail(session, user, model="flux-2-pro", count=1)
    assert "Retry · 2 credits" in studio.get("/create").text
    periods.end_all(session, user_id=user.id, reason="over", now=factories.now())
    session.commit()
    assert "Retry ·" not in studio.get("/create").text


# What a batch and a picture say.


def test_a_batch_says_its_model_numbers_cost_and_time(session: Session, studio: FlaskClient, user: User) -> None:
    generation = finished(session, user, model="sdxl", steps=31, guidance=6.5, negative_prompt="boats")
    picture(session, generation)
    page = studio.get("/create").text
    for fact in ("SDXL", "31 steps", "Guidance 6.5", "Without <bdi>boats</bdi>", "1 credit", "3.2 s"):
        assert f"<li>{fact}</li>" in page or f'<li class="is-prose">{fact}</li>' in page, fact


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.04, "0.0 s"), (12.4, "12 s"), (59.7, "1 min 0 s"), (200, "3 min 20 s")]
)
def test_the_time_is_written_as_people_read_it(
    session: Session, studio: FlaskClient, user: User, seconds: float, said: str
) -> None:
    picture(session, finished(session, user, seconds=seconds, model="sdxl"))
    assert f"<li>{said}</li>" in studio.get("/create").text


def test_a_picture_says_its_model_numbers_cost_and_time(session: Session, studio: FlaskClient, user: User) -> None:
    generation = finished(session, user, model="sdxl", steps=31, guidance=6.5, negative_prompt="boats")
    page = studio.get(f"/i/{picture(session, generation).uuid}").text
    for name, value in (
        ("Model", "SDXL"),
        ("Left out", "boats"),
        ("Steps", "31"),
        ("Guidance", "6.5"),
        ("Cost", "1 credit"),
        ("Time", "3.2 s"),
    ):
        assert re.search(rf"<dt>{name}</dt><dd[^>]*>{re.escape(value)}", page), name


def test_pictures_of_one_ai_request_share_their_seed(session: Session, studio: FlaskClient, user: User) -> None:
    generation = finished(session, user, model="sdxl", seed=41)
    page = studio.get(f"/i/{picture(session, generation, ordinal=1).uuid}").text
    assert 'data-copy="41"' in page


@pytest.mark.parametrize(
    ("mime", "said"),
    [("image/png", "PNG"), ("image/webp", "WebP"), ("image/jpeg", "JPEG"), ("image/avif", "the original")],
)
def test_the_download_says_the_type_that_it_has(
    session: Session, studio: FlaskClient, user: User, mime: str, said: str
) -> None:
    media = picture(session, finished(session, user, model="sdxl"), mime=mime)
    page = studio.get(f"/i/{media.uuid}").text
    assert f"Download {said}<" in page
    assert "Download SVG" not in page


def test_what_a_safety_check_marked_is_veiled_everywhere(session: Session, studio: FlaskClient, user: User) -> None:
    generation = finished(session, user, model="sdxl")
    media = picture(session, generation, safety=Safety.FLAGGED)
    for path in ("/create", "/gallery", f"/i/{media.uuid}"):
        page = studio.get(path).text
        assert "Flagged by the safety check" in page, path
        assert '<details class="veil">' in page, path


def test_what_is_clear_has_no_veil(session: Session, studio: FlaskClient, user: User) -> None:
    media = picture(session, finished(session, user, model="sdxl"))
    for path in ("/create", "/gallery", f"/i/{media.uuid}"):
        assert "veil" not in studio.get(path).text, path


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("content_refused", "The model refused this prompt. Say it in other words, or choose another model."),
        ("timed_out", "This took too long, so we stopped it. Try again, or choose another model."),
        ("model_failed", "The model failed at this. Try again, or choose another model."),
        ("provider_unavailable", "The model is temporarily unavailable."),
        ("provider_unpaid", "The model is temporarily unavailable."),
        ("provider_unauthorized", "The model is temporarily unavailable."),
        ("provider_error", "The model is temporarily unavailable."),
        ("too_large", "This was too large for the model. Ask for fewer pictures"),
        ("bad_output", "What the model sent was not a picture. Try again"),
        ("empty_output", "The model sent no picture. Try again"),
        ("output_gone", "The pictures were gone before we could fetch them. Try again."),
        ("incomplete_output", "The model sent fewer pictures than were asked for."),
        ("storage_unavailable", "The pictures could not be saved. Try again in a few minutes."),
        ("internal_error", "Something broke on our side. Try again in a few minutes."),
        ("something_new", "This did not work out. Try again"),
    ],
)
def test_each_failure_has_its_words_a_next_step_and_the_charge(
    session: Session, studio: FlaskClient, user: User, code: str, words: str
) -> None:
    fail(session, user, code, model="sdxl")
    page = studio.get("/create").text
    assert words in page
    assert "You were not charged." in page


def test_with_one_model_alone_nobody_is_sent_to_another(
    session: Session, signed_in_client: FlaskClient, user: User
) -> None:
    fail(session, user, model="garden")
    page = signed_in_client.get("/create").text
    assert "The model failed at this. Try again." in page
    assert "another model" not in page


def test_a_part_that_arrived_is_said_with_its_price(session: Session, studio: FlaskClient, user: User) -> None:
    generation = finished(session, user, model="sdxl", count=4)
    generation.error_code = "incomplete_output"
    picture(session, generation)
    page = studio.get("/create").text
    assert "Not all 4 pictures could be made. The model sent fewer pictures than were asked for." in page
    assert "You paid 1 credit for what arrived." in page


def test_what_a_rule_said_stands_on_the_batch(session: Session, studio: FlaskClient) -> None:
    moderation.add_rule(
        session,
        action=RuleAction.WARN,
        kind=RuleKind.WORD,
        pattern="heron",
        reason="Herons are shy <here>.",
        now=factories.now(),
    )
    session.commit()
    assert create(studio, prompt="a heron").status_code == 303
    assert "Herons are shy &lt;here&gt;." in studio.get("/create").text


# The queue.


def test_one_that_waits_says_its_place_and_how_long(session: Session, studio: FlaskClient, user: User) -> None:
    factories.generation(user, model="sdxl")
    mine = factories.generation(user, model="flux-schnell")
    page = studio.get("/create").text
    assert "#2 in the queue" in page
    assert re.search(r"#1 in the queue</span><span[^>]*>about 15 s", page)
    assert f"/create/{mine.uuid}/cancel" in page


def test_one_that_is_held_back_says_what_it_waits_for(session: Session, studio: FlaskClient, user: User) -> None:
    held = session.merge(factories.generation(user, model="sdxl"))
    held.next_step_at = None
    session.commit()
    page = studio.get("/create").text
    assert "Waits for your other pictures" in page
    assert f"/create/{held.uuid}/cancel" in page


@pytest.mark.parametrize("status", ["starting", "running", "storing"])
def test_whatever_is_under_way_can_be_stopped_until_it_is_being_stopped(
    session: Session, studio: FlaskClient, user: User, status: str
) -> None:
    generation = session.merge(factories.generation(user, model="sdxl"))
    generation.status = GenerationStatus(status)
    session.commit()
    assert f"/create/{generation.uuid}/cancel" in studio.get("/create").text
    generation.cancel_requested_at = factories.now()
    session.commit()
    page = studio.get("/create").text
    assert f"/create/{generation.uuid}/cancel" not in page
    assert "Stopping" in page


# The frame around it.


def test_the_banner_speaks_of_the_garden_engine_only_where_it_draws(client: FlaskClient) -> None:
    assert "no AI" in client.get("/").text


def test_the_banner_does_not_deny_ai_where_there_is_some(ai: None, client: FlaskClient) -> None:
    assert "no AI" not in client.get("/").text


def test_the_page_asks_the_database_no_more_for_many_failures_than_for_one(
    session: Session, studio: FlaskClient, user: User, count_queries: Callable[[], Any]
) -> None:
    factories.give(session, user, 50)

    def queries() -> int:
        with count_queries() as seen:
            assert studio.get("/create").status_code == 200
        return len(seen)

    fail(session, user, model="sdxl")
    one = queries()
    for _ in range(5):
        fail(session, user, model="sdxl")
    assert queries() == one
