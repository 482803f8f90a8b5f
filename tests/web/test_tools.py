"""The tools that work on a picture, films, and better prompts, as the browser asks for them."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from imagegarden.domain import credits, media, moderation, uploads
from imagegarden.domain.errors import StorageFull
from imagegarden.domain.plans import Allowance, Tier
from imagegarden.models import (
    Generation,
    GenerationKind,
    GenerationStatus,
    Media,
    MediaOrigin,
    RuleAction,
    RuleKind,
    User,
)
from imagegarden.providers import catalogue
from tests import factories, kinds, turns
from tests.fakes import sources

HTMX = {"HX-Request": "true"}
TOOLS = ("upscale", "inpaint", "expand", "edit", "vary")


@pytest.fixture
def picture(session: Session, user: User) -> Media:
    return factories.upload(user)


def newest(session: Session) -> Generation:
    return session.scalars(select(Generation).order_by(Generation.id.desc()).limit(1)).one()


def press(client: FlaskClient, picture: Media, tool: str, headers: Any = None, **fields: Any) -> Any:
    data = {"request_key": uuid4().hex, **fields}
    return client.post(f"/edit/{picture.uuid}/{tool}", data=data, headers=headers)


@pytest.mark.parametrize("tool", TOOLS)
def test_each_tool_has_a_page_with_its_price_on_the_button(
    signed_in_client: FlaskClient, picture: Media, tool: str
) -> None:
    page = signed_in_client.get(f"/edit/{picture.uuid}/{tool}").text
    assert "<span data-price>1 credit</span>" in page
    assert "No AI." in page


def test_the_sizes_that_come_of_it_are_said_before(signed_in_client: FlaskClient, picture: Media) -> None:
    page = signed_in_client.get(f"/edit/{picture.uuid}/upscale").text
    assert "640 × 480" in page
    assert "1,280 × 960" in page
    assert "480 × 360" in signed_in_client.get(f"/edit/{picture.uuid}/expand").text


@pytest.mark.parametrize(
    ("tool", "fields", "kind", "params"),
    [
        ("upscale", {"scale": "4", "faces": "y"}, GenerationKind.UPSCALE, {"scale": 4, "faces": True, "width": 1280}),
        ("expand", {"prompt": "a meadow", "expand": "left"}, GenerationKind.INPAINT, {"expand": "left", "width": 480}),
        ("edit", {"prompt": "make it night"}, GenerationKind.EDIT, {"width": 320, "height": 240}),
        ("vary", {"prompt": "a pond", "strength": "strong"}, GenerationKind.IMAGE, {"strength": "strong", "count": 2}),
    ],
)
def test_a_tool_queues_work_on_its_picture(
    session: Session,
    signed_in_client: FlaskClient,
    picture: Media,
    tool: str,
    fields: dict[str, str],
    kind: GenerationKind,
    params: dict[str, Any],
) -> None:
    answer = press(signed_in_client, picture, tool, price="1", **fields)
    assert answer.status_code == 303, answer.text
    made = newest(session)
    assert (made.kind, made.parent_media_id, made.price) == (kind, picture.id, 1)
    assert {name: made.params[name] for name in params} == params
    assert str(made.uuid) in signed_in_client.get(answer.location).text


def test_a_size_that_would_be_too_large_is_said_to_be_before(
    session: Session, signed_in_client: FlaskClient, picture: Media
) -> None:
    picture.width, picture.height = 4000, 3000
    session.commit()
    page = signed_in_client.get(f"/edit/{picture.uuid}/upscale").text
    assert "8,000 × 6,000, too large" in page
    assert "Nothing here gets larger than 40 megapixels" in page
    picture.width, picture.height = 2000, 1500
    session.commit()
    page = signed_in_client.get(f"/edit/{picture.uuid}/upscale").text
    assert "4,000 × 3,000</small>" in page
    assert "8,000 × 6,000, too large" in page
    assert "Nothing here gets larger" not in page


def test_what_was_painted_over_is_repainted(session: Session, signed_in_client: FlaskClient, picture: Media) -> None:
    painted = (io.BytesIO(kinds.MASK), "mask.png")
    answer = press(signed_in_client, picture, "inpaint", prompt="poppies", mask=painted)
    assert answer.status_code == 303, answer.text
    made = newest(session)
    mask = session.get(Media, made.mask_media_id)
    assert mask is not None
    assert (mask.origin, (mask.width, mask.height)) == (MediaOrigin.MASK, kinds.SIZE)


def test_a_rectangle_by_numbers_is_a_mask_without_a_script(
    session: Session, signed_in_client: FlaskClient, picture: Media
) -> None:
    numbers = {"rect_left": "10", "rect_top": "20", "rect_width": "100", "rect_height": "50"}
    assert press(signed_in_client, picture, "inpaint", prompt="poppies", **numbers).status_code == 303
    assert newest(session).mask_media_id is not None


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"mask": (io.BytesIO(b"no picture"), "mask.png")},
        {"mask": (io.BytesIO(sources.mask(kinds.SIZE, (0, 0, 0, 0))), "mask.png")},
        {"rect_left": "5000", "rect_top": "0", "rect_width": "10", "rect_height": "10"},
        {"rect_left": "-5", "rect_width": "x", "rect_height": "10"},
    ],
    ids=["nothing", "no picture", "an empty one", "beside the picture", "no numbers"],
)
def test_a_mask_that_marks_nothing_is_refused_beside_the_picture(
    session: Session, signed_in_client: FlaskClient, picture: Media, fields: dict[str, Any]
) -> None:
    answer = press(signed_in_client, picture, "inpaint", HTMX, prompt="poppies", **fields)
    assert answer.status_code == 422
    assert 'id="mask-error"' in answer.text
    assert "mask" in answer.text.lower() or "Paint" in answer.text
    assert session.scalars(select(Generation)).all() == []


def test_the_same_mask_sent_twice_is_one_request(
    session: Session, signed_in_client: FlaskClient, picture: Media
) -> None:
    key = uuid4().hex
    for _ in range(2):
        painted = (io.BytesIO(kinds.MASK), "mask.png")
        answer = press(signed_in_client, picture, "inpaint", prompt="poppies", mask=painted, request_key=key)
        assert answer.status_code == 303
    assert len(session.scalars(select(Generation)).all()) == 1


@pytest.mark.parametrize(("tool", "field"), [("edit", "prompt"), ("vary", "prompt")])
def test_what_is_missing_is_said_beside_its_field_and_what_was_typed_stays(
    signed_in_client: FlaskClient, picture: Media, tool: str, field: str
) -> None:
    answer = press(signed_in_client, picture, tool, color="dusk")
    assert answer.status_code == 422
    assert "Describe what you want to see." in answer.text
    assert 'value="dusk" checked' in answer.text


def test_another_price_than_the_one_on_the_button_is_refused(
    session: Session, signed_in_client: FlaskClient, picture: Media
) -> None:
    assert press(signed_in_client, picture, "upscale", price="0").status_code == 409
    assert session.scalars(select(Generation)).all() == []


def test_a_picture_that_would_get_too_large_is_refused(
    session: Session, signed_in_client: FlaskClient, user: User
) -> None:
    large = factories.upload(user, sources.photo(3000, 2000, quality=30))
    answer = press(signed_in_client, large, "upscale", scale="4")
    assert answer.status_code == 422
    assert "40 megapixels is the most" in answer.text


def test_a_film_is_no_picture_to_work_on(session: Session, signed_in_client: FlaskClient, user: User) -> None:
    generation = factories.generation(user)
    film = factories.MediaFactory(user_id=user.id, generation_id=generation.id, kind="video")
    assert signed_in_client.get(f"/edit/{film.uuid}/upscale").status_code == 404
    assert signed_in_client.get(f"/edit/{film.uuid}/nonsense").status_code == 404


def test_somebody_elses_picture_cannot_be_named(session: Session, signed_in_client: FlaskClient, user: User) -> None:
    other = factories.person(session)
    theirs = factories.upload(other)
    data = {"prompt": "a pond", "image": str(theirs.uuid), "model": "garden", "request_key": uuid4().hex}
    for path in ("/create", "/video"):
        answer = signed_in_client.post(path, data=data | ({"model": "garden-film"} if path == "/video" else {}))
        assert answer.status_code == 422, path
        assert session.scalars(select(Generation)).all() == []


def test_a_reference_stands_in_the_form_and_goes_along(
    session: Session, signed_in_client: FlaskClient, picture: Media
) -> None:
    page = signed_in_client.get(f"/create?image={picture.uuid}").text
    assert "Starts from this picture" in page
    assert 'name="strength"' in page
    data = {"prompt": "a pond", "image": str(picture.uuid), "strength": "subtle", "request_key": uuid4().hex}
    assert signed_in_client.post("/create", data=data).status_code == 303
    assert newest(session).params["strength"] == "subtle"


def test_a_film_from_words_and_one_from_a_picture(
    session: Session, signed_in_client: FlaskClient, user: User, picture: Media
) -> None:
    factories.give(session, user, 20)
    page = signed_in_client.get("/video").text
    assert "<span data-price>5 credits</span>" in page
    data = {"prompt": "a pond", "price": "5", "resolution": "720p", "aspect_ratio": "9:16", "duration": "4"}
    assert signed_in_client.post("/video", data=data | {"request_key": uuid4().hex}).status_code == 303
    first = newest(session)
    assert (first.kind, first.params["width"], first.params["height"]) == ("video", 720, 1280)
    moved = data | {"image": str(picture.uuid), "request_key": uuid4().hex}
    assert signed_in_client.post("/video", data=moved).status_code == 303
    second = newest(session)
    assert second.parent_media_id == picture.id
    # As many pixels, in the picture's shape.
    assert second.params["width"] / second.params["height"] == pytest.approx(4 / 3, rel=0.01)
    shown = signed_in_client.get("/video").text
    assert str(first.uuid) in shown
    assert str(second.uuid) in shown


def test_the_length_of_a_film_is_one_that_the_model_has(signed_in_client: FlaskClient) -> None:
    data = {"prompt": "a pond", "duration": "9", "request_key": uuid4().hex}
    answer = signed_in_client.post("/video", data=data)
    assert answer.status_code == 422
    assert "makes films of 4 s" in answer.text


def test_a_better_prompt_is_free_and_shown_before_and_after(
    session: Session, signed_in_client: FlaskClient, user: User
) -> None:
    answer = signed_in_client.post("/enhance", data={"prompt": "a pond", "request_key": uuid4().hex}, headers=HTMX)
    assert answer.status_code == 200
    made = newest(session)
    assert (made.kind, made.price) == (GenerationKind.ENHANCE, 0)
    assert factories.balance(session, user.id) == credits.Balance(5, 0)
    assert f"/enhance/{made.uuid}" in answer.text
    made.result_text = "a pond at dawn, mist over the water"
    turns.end(session, made, factories.now(), GenerationStatus.SUCCEEDED, error_code=None)
    session.commit()
    shown = signed_in_client.get(f"/enhance/{made.uuid}", headers=HTMX).text
    assert 'data-text="a pond at dawn, mist over the water"' in shown
    assert "no AI" in shown
    page = signed_in_client.get(f"/enhance/{made.uuid}").text
    assert f"/create?words={made.uuid}" in page
    # It is no picture.
    assert str(made.uuid) not in signed_in_client.get("/create").text


def test_thirty_better_prompts_an_hour_and_no_more(session: Session, signed_in_client: FlaskClient, user: User) -> None:
    for n in range(30):
        factories.made_from(user, catalogue.MODELS["garden-words"], prompt=f"a pond {n}")
    answer = signed_in_client.post("/enhance", data={"prompt": "a pond"}, headers=HTMX)
    assert "30 better prompts an hour" in answer.text
    assert signed_in_client.post("/create", data={"prompt": "a pond", "request_key": uuid4().hex}).status_code == 303


def test_a_blocked_prompt_is_not_improved(session: Session, signed_in_client: FlaskClient) -> None:
    moderation.add_rule(
        session,
        action=RuleAction.BLOCK,
        kind=RuleKind.WORD,
        pattern="gun",
        replacement="",
        reason="We make no weapons here.",
        now=factories.now(),
    )
    session.commit()
    answer = signed_in_client.post("/enhance", data={"prompt": "a gun"}, headers=HTMX)
    assert "We make no weapons here." in answer.text


def test_only_better_prompts_are_shown_as_such(signed_in_client: FlaskClient, user: User) -> None:
    generation = factories.generation(user)
    assert signed_in_client.get(f"/enhance/{generation.uuid}").status_code == 404


def test_a_picture_page_offers_all_that_can_be_done_with_it(signed_in_client: FlaskClient, picture: Media) -> None:
    page = signed_in_client.get(f"/i/{picture.uuid}").text
    for tool in TOOLS:
        assert f"/edit/{picture.uuid}/{tool}" in page
    assert f"/video?image={picture.uuid}" in page


def test_the_feed_of_a_picture_takes_as_many_queries_however_much_was_made_of_it(
    session: Session, signed_in_client: FlaskClient, user: User, picture: Media, count_queries: Callable[[], Any]
) -> None:
    factories.give(session, user, 20)
    counts = []
    for _ in range(3):
        press(signed_in_client, picture, "upscale")
        with count_queries() as seen:
            signed_in_client.get(f"/edit/{picture.uuid}/upscale")
        counts.append(len(seen))
    assert counts[1] == counts[2]


def test_a_retry_whose_picture_is_gone_says_so(
    session: Session, signed_in_client: FlaskClient, user: User, picture: Media
) -> None:
    press(signed_in_client, picture, "upscale")
    failed = newest(session)
    turns.end(session, failed, factories.now())
    picture.trashed_at = factories.now()
    session.commit()
    answer = signed_in_client.post(f"/create/{failed.uuid}/retry", data={"price": "1"}, headers=HTMX)
    assert answer.status_code == 409
    assert "This picture is gone." in answer.text


def test_a_failed_repaint_is_asked_for_once_more_with_its_picture_and_mask(
    session: Session, signed_in_client: FlaskClient, picture: Media
) -> None:
    press(signed_in_client, picture, "inpaint", prompt="poppies", mask=(io.BytesIO(kinds.MASK), "mask.png"))
    failed = newest(session)
    turns.end(session, failed, factories.now())
    session.commit()
    assert signed_in_client.post(f"/create/{failed.uuid}/retry", data={"price": "1"}, headers=HTMX).status_code == 200
    again = newest(session)
    assert again.id != failed.id
    assert (again.parent_media_id, again.mask_media_id) == (failed.parent_media_id, failed.mask_media_id)


def test_after_better_words_the_picture_itself_is_asked_for_with_the_same_form(
    session: Session, signed_in_client: FlaskClient
) -> None:
    data = {"prompt": "a pond", "request_key": uuid4().hex}
    assert signed_in_client.post("/enhance", data=data, headers=HTMX).status_code == 200
    changed = data | {"prompt": "a pond at dawn"}
    assert signed_in_client.post("/enhance", data=changed, headers=HTMX).status_code == 200
    assert signed_in_client.post("/create", data=changed).status_code == 303
    assert newest(session).prompt == "a pond at dawn"


def test_a_long_better_prompt_goes_back_into_the_form_by_its_name(
    session: Session, signed_in_client: FlaskClient, user: User
) -> None:
    words = factories.made_from(user, catalogue.MODELS["garden-words"], prompt="तालाब")
    words.result_text = "सुबह का तालाब " * 60
    session.merge(words)
    session.commit()
    for path in ("/create", "/video"):
        page = signed_in_client.get(f"{path}?words={words.uuid}")
        assert "सुबह का तालाब सुबह का तालाब" in page.text


def test_a_film_is_asked_for_again_with_all_that_it_was_asked_with(
    session: Session, signed_in_client: FlaskClient, user: User
) -> None:
    factories.give(session, user, 20)
    data = {"prompt": "a pond", "resolution": "720p", "aspect_ratio": "9:16", "style": "ink", "color": "dusk"}
    signed_in_client.post("/video", data=data | {"request_key": uuid4().hex})
    page = signed_in_client.get(f"/video?reuse={newest(session).uuid}").text
    for value in ("720p", "9:16", "ink", "dusk"):
        assert f'value="{value}" checked' in page, value


@pytest.mark.parametrize("path", ["/create", "/video"])
def test_a_link_to_a_picture_that_is_gone_leaves_a_form_that_works(signed_in_client: FlaskClient, path: str) -> None:
    page = signed_in_client.get(f"{path}?image={uuid4()}").text
    assert 'name="image"' not in page
    assert "<span data-price>" in page


def test_a_variation_keeps_the_style_of_its_picture(
    session: Session, signed_in_client: FlaskClient, user: User
) -> None:
    made = factories.generation(user, style="ink", color="mono")
    drawn = factories.MediaFactory(user_id=user.id, generation_id=made.id)
    page = signed_in_client.get(f"/edit/{drawn.uuid}/vary").text
    assert 'name="style" value="ink" checked' in page
    assert 'name="color" value="mono" checked' in page


def test_better_words_wait_for_no_film(session: Session, user: User) -> None:
    factories.give(session, user, 20)
    one = {tier: Allowance(per_hour=100, at_once=1) for tier in Tier}
    film = factories.made_from(user, catalogue.MODELS["garden-film"])
    words = factories.made_from(user, catalogue.MODELS["garden-words"])
    assert turns.take(session, film, factories.now(), one) is not None
    assert turns.take(session, words, factories.now(), one) is not None


def test_what_lies_in_the_trash_makes_room_but_not_without_end(
    session: Session, signed_in_client: FlaskClient, user: User, picture: Media
) -> None:
    used = uploads.used_bytes(session, user_id=user.id)
    assert used > 0
    media.trash(session, user_id=user.id, uuid=picture.uuid, now=factories.now())
    session.commit()
    assert uploads.used_bytes(session, user_id=user.id) == 0
    uploads.require_room(session, user_id=user.id, size=used, allowed=used)
    with pytest.raises(StorageFull):
        uploads.require_room(session, user_id=user.id, size=used, allowed=used - 1)


def test_a_mask_that_no_request_named_goes_after_a_day_and_a_named_one_stays(
    session: Session, signed_in_client: FlaskClient, user: User, picture: Media
) -> None:
    press(signed_in_client, picture, "inpaint", prompt="poppies", mask=(io.BytesIO(kinds.MASK), "mask.png"))
    unused = factories.mask(user, picture, sources.mask(kinds.SIZE, (0, 0, 50, 50)))
    later = factories.now() + timedelta(days=2)
    uploads.drop_unused_masks(session, now=later, gone_since=media.TRASH_KEEPS)
    session.expire_all()
    kept = {one.uuid: one.trashed_at for one in session.scalars(select(Media).where(Media.origin == MediaOrigin.MASK))}
    assert kept.pop(unused.uuid) is not None
    assert list(kept.values()) == [None]
