"""The page that explains the API."""

import html
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from imagegarden.api.error_codes import error_codes
from imagegarden.api.reference import coded, groups
from imagegarden.api.spec import document
from imagegarden.domain.generation_spec import GenerationSpec


@pytest.fixture
def page(client: FlaskClient) -> str:
    answer = client.get("/docs/api")
    assert answer.status_code == 200
    return answer.text


def words(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_strangers_may_read_it_and_members_find_their_keys(page: str, signed_in_client: FlaskClient) -> None:
    assert 'href="/api/v1/openapi.json"' in page
    assert 'aria-label="API"' not in page
    assert 'aria-label="API"' in signed_in_client.get("/docs/api").text


def test_every_operation_of_the_document_is_there_and_in_the_navigation(app: Flask, page: str) -> None:
    with app.app_context():
        described = document()
    walked = 0
    for path, item in described["paths"].items():
        for method in item.keys() & {"get", "post", "put", "patch", "delete"}:
            anchor = re.sub(r"[^a-z0-9]+", "-", f"{method} {path}".lower()).strip("-")
            assert f'id="{anchor}"' in page, (method, path)
            assert f'href="#{anchor}"' in page, (method, path)
            assert f"{method.upper()} {path} " in words(page), (method, path)
            assert item[method]["summary"] in words(page)
            walked += 1
    assert walked >= 14


def test_each_operation_says_which_scope_it_asks_for(app: Flask) -> None:
    with app.test_request_context():
        operations = {one.anchor: one for group in groups(document()) for one in group.operations}
    assert operations["post-api-v1-generations"].scopes == ["generate"]
    assert operations["get-api-v1-generations-generation-uuid"].scopes == ["read", "generate"]
    assert operations["get-api-v1-usage"].scopes == ["account"]


def test_every_field_of_a_request_is_explained(page: str) -> None:
    body = page.partition('id="post-api-v1-generations"')[2].partition("Answers")[0]
    for name in GenerationSpec.model_fields:
        assert f"<code>{name}</code>" in body, name
    assert "whole number, 1 to 4 · default 2" in words(body)


def test_examples_and_answers_stand_beside_the_operation(page: str) -> None:
    section = words(page.partition('id="post-api-v1-generations"')[2].partition("</section>")[0])
    assert 'Example: Two pictures { "prompt": "a lighthouse in a storm"' in section
    assert "202 It is taken, and its price is held. GenerationItem" in section
    assert "402 The credits, or what this key may spend, do not cover the price." in section


def test_every_code_of_an_error_is_listed_with_its_status(page: str) -> None:
    listed = {one.code: one.status for one in error_codes()}
    assert listed["insufficient_credits"] == 402
    assert listed["request_in_progress"] == 409
    assert {"not_found": 404, "rate_limited": 429, "unavailable": 503, "internal_error": 500}.items() <= listed.items()
    assert "email_taken" not in listed
    for code, status in listed.items():
        assert f"{code} {status} " in words(page), code


def test_links_within_the_page_lead_somewhere(page: str) -> None:
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)


def test_programs_to_copy_name_this_site_and_no_key(app: Flask, page: str) -> None:
    site = app.extensions["settings"].public_url.rstrip("/")
    assert f"curl {site}/api/v1/generations" in page
    assert f"{site}/v1" in page
    assert not re.search(r"ig_[\w-]{43}", page)


def test_what_stands_between_backticks_is_code_and_the_rest_is_escaped() -> None:
    assert str(coded("a `b<c>` & d")) == "a <code>b&lt;c&gt;</code> &amp; d"
