"""Presets and the prompts of before, beside the prompt form."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from imagegarden.domain import presets, prompt_history
from imagegarden.domain.errors import InvalidRequest, NotFound
from imagegarden.models import Preset, User
from tests import factories

SETTINGS = {"style": "ink", "color": "mono", "aspect_ratio": "3:4", "count": "1"}
HTMX = {"HX-Request": "true"}


def keep(session: Session, user: User, name: str = "Evening", **values: str) -> Preset:
    kept = presets.save(session, user_id=user.id, name=name, values=values or SETTINGS, now=factories.a_while_ago())
    session.commit()
    return kept


def checked(page: str, name: str) -> str | None:
    found = re.search(rf'name="{name}" value="([^"]+)" checked', page)
    return found[1] if found else None


def test_a_preset_fills_the_form(session: Session, user: User, signed_in_client: FlaskClient) -> None:
    preset = keep(session, user)
    page = signed_in_client.get(f"/create?preset={preset.uuid}").text
    assert {name: checked(page, name) for name in SETTINGS} == SETTINGS


def test_the_settings_of_the_form_are_kept_without_the_prompt_unless_it_is_wanted(
    session: Session, user: User, signed_in_client: FlaskClient
) -> None:
    form = {**SETTINGS, "prompt": "a pond", "seed": "7", "preset_name": " Evening  ponds "}
    answer = signed_in_client.post("/presets", data=form, headers=HTMX)
    assert answer.status_code == 200
    assert "Evening ponds" in answer.text
    assert presets.list_of(session, user_id=user.id)[0].values == SETTINGS
    signed_in_client.post("/presets", data={**form, "with_prompt": "y", "preset_name": "Pond"}, headers=HTMX)
    assert presets.list_of(session, user_id=user.id)[1].values == {**SETTINGS, "prompt": "a pond"}


def test_a_name_that_is_taken_takes_the_new_settings(session: Session, user: User) -> None:
    first = keep(session, user)
    again = keep(session, user, "EVENING", style="papercut")
    assert again.uuid == first.uuid
    assert [(one.name, one.values) for one in presets.list_of(session, user_id=user.id)] == [
        ("EVENING", {"style": "papercut"})
    ]


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\x07b"])
def test_a_name_that_is_none_is_refused_beside_its_field_and_stays(
    signed_in_client: FlaskClient, session: Session, user: User, name: str
) -> None:
    answer = signed_in_client.post("/presets", data={**SETTINGS, "preset_name": name}, headers=HTMX)
    assert answer.status_code == 422
    assert re.search(r'id="preset-name-error" role="alert">[^<]+<', answer.text)
    assert presets.list_of(session, user_id=user.id) == []


def test_more_than_a_hundred_are_not_kept(session: Session, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presets, "MOST", 2)
    keep(session, user, "one")
    keep(session, user, "two")
    with pytest.raises(InvalidRequest):
        keep(session, user, "three")
    keep(session, user, "two", style="ink")


def test_a_preset_of_somebody_else_is_not_found_and_not_deleted(
    session: Session, user: User, signed_in_client: FlaskClient
) -> None:
    other = factories.person(session)
    theirs = keep(session, other)
    assert signed_in_client.get(f"/create?preset={theirs.uuid}").status_code == 404
    assert signed_in_client.post(f"/presets/{theirs.uuid}/delete", headers=HTMX).status_code == 404
    assert presets.get(session, user_id=other.id, uuid=theirs.uuid)
    with pytest.raises(NotFound):
        presets.get(session, user_id=user.id, uuid=uuid4())


def test_a_preset_is_deleted(session: Session, user: User, signed_in_client: FlaskClient) -> None:
    preset = keep(session, user)
    for status in (200, 404):
        assert signed_in_client.post(f"/presets/{preset.uuid}/delete", headers=HTMX).status_code == status
    assert presets.list_of(session, user_id=user.id) == []


def test_the_link_of_a_preset_fills_the_form_of_whoever_opens_it(
    session: Session, user: User, signed_in_client: FlaskClient, signed_in: Callable[[User], FlaskClient]
) -> None:
    keep(session, user, prompt="a <pond> & 100%", **SETTINGS)
    found = re.search(r'data-copy="([^"]+/create\?[^"]+)"', signed_in_client.get("/create").text)
    assert found
    link = found[1].replace("&amp;", "&")
    page = signed_in(factories.person(session)).get(link[link.index("/create") :]).text
    assert {name: checked(page, name) for name in SETTINGS} == SETTINGS
    assert "a &lt;pond&gt; &amp; 100%" in page


def test_each_prompt_is_shown_once_the_newest_first(session: Session, user: User) -> None:
    for prompt in ("a pond", "a heron", "a pond"):
        factories.generation(user, prompt=prompt)
    factories.generation(factories.person(session), prompt="of somebody else")
    found = prompt_history.list_prompts(session, user_id=user.id, limit=10)
    assert [one.text for one in found] == ["a pond", "a heron"]


@pytest.mark.parametrize(("search", "found"), [("POND mist", 1), ("100%", 1), ("%", 1), ("तालाब", 1), ("heron", 0)])
def test_prompts_are_searched_by_all_of_the_words(session: Session, user: User, search: str, found: int) -> None:
    for prompt in ("a pond in the mist", "100% तालाब", "a lake"):
        factories.generation(user, prompt=prompt)
    prompts = prompt_history.list_prompts(session, user_id=user.id, limit=10, containing=search)
    assert len(prompts) == found


def test_prompts_of_before_are_links_without_a_script(user: User, signed_in_client: FlaskClient) -> None:
    asked = factories.generation(user, prompt="<script>alert(1)</script> & more")
    page = signed_in_client.get("/prompts?q=script").text
    assert "<script>alert(1)" not in page
    assert f"/create?words={asked.uuid}" in page


def test_a_long_prompt_of_before_is_named_by_its_request(signed_in_client: FlaskClient, user: User) -> None:
    prompt = ("शांत कमल का तालाब " * 112)[:2000].strip()
    asked = factories.generation(user, prompt=prompt)
    assert f"/create?words={asked.uuid}" in signed_in_client.get("/prompts").text
    assert prompt in signed_in_client.get(f"/create?words={asked.uuid}").text


def test_a_preset_whose_link_no_server_takes_is_not_handed_on(signed_in_client: FlaskClient) -> None:
    given = {"preset_name": "Ponds", "with_prompt": "y", "prompt": "शांत कमल का तालाब " * 100}
    page = signed_in_client.post("/presets", data=given).text
    assert "Ponds" in page
    assert "Copy a link to" not in page
