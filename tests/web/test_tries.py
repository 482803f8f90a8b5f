"""The strip of tries below the editor, as the browser asks for it."""

import io
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from imagegarden.domain import media
from imagegarden.models import Generation, GenerationKind, GenerationStatus, Media, User
from tests import factories, kinds, turns
from tests.factories import MediaFactory

HTMX = {"HX-Request": "true"}


@pytest.fixture
def picture(session: Session, user: User) -> Media:
    return factories.upload(user)


def ask(client: FlaskClient, picture: Media, prompt: str = "poppies") -> Any:
    data = {"request_key": uuid4().hex, "prompt": prompt, "mask": (io.BytesIO(kinds.MASK), "mask.png")}
    return client.post(f"/edit/{picture.uuid}/inpaint", data=data, headers=HTMX)


def newest(session: Session) -> Generation:
    return session.scalars(select(Generation).order_by(Generation.id.desc()).limit(1)).one()


def made(session: Session, user: User, generation: Generation) -> Media:
    """What came of a try."""
    result: Media = MediaFactory(user_id=user.id, generation_id=generation.id)
    turns.end(session, generation, factories.now(), GenerationStatus.SUCCEEDED, error_code=None)
    session.commit()
    return result


@pytest.fixture
def result(session: Session, user: User, signed_in_client: FlaskClient, picture: Media) -> Media:
    ask(signed_in_client, picture)
    return made(session, user, newest(session))


def test_a_try_that_is_asked_for_stands_in_the_strip_at_once(signed_in_client: FlaskClient, picture: Media) -> None:
    answer = ask(signed_in_client, picture)
    assert answer.status_code == 200
    assert 'class="try"' in answer.text
    assert "in the queue" in answer.text


def test_several_tries_are_under_way_at_the_same_time(signed_in_client: FlaskClient, picture: Media) -> None:
    for words in ("poppies", "lilies"):
        assert ask(signed_in_client, picture, words).status_code == 200
    page = signed_in_client.get(f"/edit/{picture.uuid}/inpaint").text
    assert page.count('class="try"') == 2
    assert "poppies" in page
    assert "lilies" in page


def test_updates_and_older_ones_come_in_the_form_of_the_strip(
    signed_in_client: FlaskClient, picture: Media, result: Media
) -> None:
    page = signed_in_client.get(f"/edit/{picture.uuid}/inpaint").text
    assert f"/create/updates?source={picture.uuid}&amp;as=strip" in page
    for path in ("updates", "feed"):
        answer = signed_in_client.get(f"/create/{path}?source={picture.uuid}&as=strip", headers=HTMX)
        assert 'class="try"' in answer.text
        assert f"/edit/tries/{result.uuid}/drop" in answer.text


def test_the_feed_of_the_create_page_stays_a_feed(signed_in_client: FlaskClient, result: Media) -> None:
    assert 'class="try"' not in signed_in_client.get("/create").text
    assert 'class="try"' not in signed_in_client.get("/create/updates", headers=HTMX).text


def test_what_came_of_a_try_is_shown_with_what_was_before_and_can_be_kept_or_gone_on_from(
    signed_in_client: FlaskClient, picture: Media, result: Media
) -> None:
    page = signed_in_client.get(f"/edit/{picture.uuid}/inpaint").text
    assert f"/media/{result.uuid}/thumb_l" in page
    assert f"/media/{picture.uuid}/thumb_l" in page
    assert f'href="/i/{result.uuid}"' in page
    assert f'href="/edit/{result.uuid}/inpaint"' in page


def test_what_is_dropped_goes_into_the_trash_and_its_place_says_how_to_take_it_back(
    session: Session, signed_in_client: FlaskClient, result: Media
) -> None:
    answer = signed_in_client.post(f"/edit/tries/{result.uuid}/drop", headers=HTMX)
    session.refresh(result)
    assert result.trashed_at is not None
    assert "In the trash" in answer.text
    assert f"/edit/tries/{result.uuid}/take-back" in answer.text


def test_what_was_dropped_is_taken_back(session: Session, signed_in_client: FlaskClient, result: Media) -> None:
    signed_in_client.post(f"/edit/tries/{result.uuid}/drop", headers=HTMX)
    answer = signed_in_client.post(f"/edit/tries/{result.uuid}/take-back", headers=HTMX)
    session.refresh(result)
    assert result.trashed_at is None
    assert f"/edit/tries/{result.uuid}/drop" in answer.text


def test_what_was_dropped_before_does_not_stand_in_the_strip_of_a_page_that_is_opened(
    signed_in_client: FlaskClient, picture: Media, result: Media
) -> None:
    signed_in_client.post(f"/edit/tries/{result.uuid}/drop", headers=HTMX)
    page = signed_in_client.get(f"/edit/{picture.uuid}/inpaint").text
    assert " data-batch" in page.partition('class="try"')[2].partition(">")[0]
    assert " hidden" in page.partition('class="try"')[2].partition(">")[0]


def test_without_a_script_what_is_dropped_comes_back_from_the_same_page(
    session: Session, signed_in_client: FlaskClient, picture: Media, result: Media
) -> None:
    answer = signed_in_client.post(f"/edit/tries/{result.uuid}/drop")
    assert answer.status_code == 303
    assert answer.location == f"/edit/{picture.uuid}/inpaint?dropped={result.uuid}#tries"
    page = signed_in_client.get(answer.location).text
    assert " hidden" not in page.partition('class="try"')[2].partition(">")[0]
    assert (
        signed_in_client.post(f"/edit/tries/{result.uuid}/take-back").location == f"/edit/{picture.uuid}/inpaint#tries"
    )


def test_what_has_been_in_the_trash_for_too_long_is_not_offered_back(
    session: Session, signed_in_client: FlaskClient, picture: Media, result: Media
) -> None:
    result.trashed_at = factories.now() - media.TRASH_KEEPS
    session.commit()
    page = signed_in_client.get(f"/edit/{picture.uuid}/inpaint").text
    assert "take-back" not in page
    assert signed_in_client.post(f"/edit/tries/{result.uuid}/take-back", headers=HTMX).status_code == 404


def test_a_picture_that_was_brought_along_is_no_try(
    session: Session, signed_in_client: FlaskClient, picture: Media
) -> None:
    assert signed_in_client.post(f"/edit/tries/{picture.uuid}/drop", headers=HTMX).status_code == 404
    session.refresh(picture)
    assert picture.trashed_at is None


def test_a_try_of_somebody_else_is_not_found(session: Session, signed_in_client: FlaskClient) -> None:
    somebody = factories.person(session)
    theirs = MediaFactory(user_id=somebody.id, generation_id=factories.generation(somebody).id)
    session.commit()
    for act in ("drop", "take-back"):
        assert signed_in_client.post(f"/edit/tries/{theirs.uuid}/{act}", headers=HTMX).status_code == 404


def test_a_try_that_failed_says_why_that_nothing_was_charged_and_what_once_more_costs(
    session: Session, signed_in_client: FlaskClient, picture: Media
) -> None:
    ask(signed_in_client, picture)
    failed = newest(session)
    turns.end(session, failed, factories.now())
    session.commit()
    page = signed_in_client.get(f"/edit/{picture.uuid}/inpaint").text
    strip = page.partition('class="try"')[2]
    assert "You were not charged." in strip
    assert "Retry · 1 credit" in strip
    again = signed_in_client.post(f"/create/{failed.uuid}/retry?as=strip", data={"price": "1"}, headers=HTMX)
    assert again.text.count('class="try"') == 2


def test_a_try_that_is_stopped_stays_in_the_strip(
    session: Session, signed_in_client: FlaskClient, picture: Media
) -> None:
    ask(signed_in_client, picture)
    answer = signed_in_client.post(f"/create/{newest(session).uuid}/cancel?as=strip", headers=HTMX)
    assert 'class="try"' in answer.text
    assert "Canceled. You were not charged." in answer.text


def test_the_strip_costs_as_many_queries_for_many_tries_as_for_one(
    session: Session,
    signed_in_client: FlaskClient,
    user: User,
    picture: Media,
    result: Media,
    count_queries: Callable[[], Any],
) -> None:
    signed_in_client.post(f"/edit/tries/{result.uuid}/drop", headers=HTMX)
    signed_in_client.get(f"/edit/{picture.uuid}/inpaint")
    with count_queries() as few:
        signed_in_client.get(f"/edit/{picture.uuid}/inpaint")
    for place in range(4):
        ask(signed_in_client, picture)
        came = made(session, user, newest(session))
        if place % 2:
            signed_in_client.post(f"/edit/tries/{came.uuid}/drop", headers=HTMX)
    with count_queries() as many:
        signed_in_client.get(f"/edit/{picture.uuid}/inpaint")
    assert len(many) == len(few)


@pytest.mark.parametrize(
    ("kind", "params", "tool"),
    [
        (GenerationKind.UPSCALE, {}, "upscale"),
        (GenerationKind.INPAINT, {}, "inpaint"),
        (GenerationKind.INPAINT, {"expand": "left"}, "expand"),
        (GenerationKind.EDIT, {}, "edit"),
        (GenerationKind.IMAGE, {"strength": "subtle"}, "vary"),
    ],
)
def test_one_goes_on_with_the_tool_that_the_try_came_from(
    session: Session,
    signed_in_client: FlaskClient,
    picture: Media,
    result: Media,
    kind: GenerationKind,
    params: dict[str, str],
    tool: str,
) -> None:
    generation = newest(session)
    generation.kind, generation.params = kind, {**generation.params, **params}
    session.commit()
    page = signed_in_client.get(f"/edit/{picture.uuid}/upscale").text
    assert f'href="/edit/{result.uuid}/{tool}"' in page
