"""Commands about keys to the API, as an operator types them."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from imagegarden.clock import now
from imagegarden.db import db
from imagegarden.domain import api_keys
from imagegarden.domain.errors import KeyRefused
from imagegarden.models import ApiKey, AuditEntry, Scope, User
from tests import factories

CREATE = ("api-key", "create", "ada@example.com", "--name")


def run(app: Flask, *args: str) -> Result:
    result: Result = app.test_cli_runner().invoke(args=list(args))
    return result


@pytest.fixture
def ada(own_app: Flask) -> Iterator[User]:
    with own_app.app_context():
        yield factories.person(db.session(), email="ada@example.com")


def test_a_key_is_made_and_printed_alone(own_app: Flask, ada: User) -> None:
    result = run(own_app, *CREATE, "blog")
    assert re.fullmatch(r"ig_[\w-]{43}\n", result.output)
    caller = api_keys.find_caller(db.session(), secret=result.output.strip(), now=now())
    assert (caller.user_id, caller.scopes) == (ada.id, {Scope.READ, Scope.GENERATE})
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "api_key.create")).one()
    assert (entry.actor_id, entry.subject_id) == (None, ada.id)


def test_scopes_days_and_cap_are_kept(own_app: Flask, ada: User) -> None:
    more = ("--scope", "read", "--scope", "account", "--days", "30", "--credit-cap", "7")
    assert run(own_app, *CREATE, "report", *more).exit_code == 0
    key = db.session.scalars(select(ApiKey)).one()
    assert (key.scopes, key.credit_cap) == (["read", "account"], 7)
    assert key.expires_at is not None
    assert timedelta(days=29) < key.expires_at - now() < timedelta(days=31)


def test_a_taken_name_is_refused_with_the_reason(own_app: Flask, ada: User) -> None:
    run(own_app, *CREATE, "blog")
    result = run(own_app, *CREATE, "Blog")
    assert (result.exit_code, result.output) == (1, "Error: name: You have a key of this name already.\n")


def test_keys_are_listed_without_what_is_secret(own_app: Flask, ada: User) -> None:
    secret = run(own_app, *CREATE, "blog", "--credit-cap", "7").output.strip()
    today = f"{now():%Y-%m-%d}"
    assert run(own_app, "api-key", "list", "ada@example.com").output == (
        f"{secret[:11]}… blog: read+generate, made {today}, never used, never expires, spent 0, cap 7\n"
    )


@pytest.mark.parametrize("by", ["name", "prefix"])
def test_a_key_is_revoked_by_its_name_or_its_beginning(own_app: Flask, ada: User, by: str) -> None:
    secret = run(own_app, *CREATE, "blog").output.strip()
    result = run(own_app, "api-key", "revoke", "ada@example.com", "BLOG" if by == "name" else secret[:11])
    assert result.output == f"blog ({secret[:11]}…) opens nothing any more.\n"
    db.session.rollback()
    with pytest.raises(KeyRefused):
        api_keys.find_caller(db.session(), secret=secret, now=now())
    assert run(own_app, "api-key", "list", "ada@example.com").output == ""


def test_a_key_that_is_not_there_is_one_line(own_app: Flask, ada: User) -> None:
    result = run(own_app, "api-key", "revoke", "ada@example.com", "blog")
    assert (result.exit_code, result.output) == (1, "Error: ada@example.com has no key 'blog'.\n")
