"""Programs that call the API."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from imagegarden.models import Scope, User
from tests import factories
from tests.api.openai_program import speaker, speaking  # noqa: F401  fixtures


class Program:
    """A program with a key."""

    def __init__(self, client: FlaskClient, secret: str) -> None:
        self._client = client
        self.secret = secret

    def _open(self, path: str, method: str, headers: dict[str, str] | None = None, **more: Any) -> TestResponse:
        given = {"Authorization": f"Bearer {self.secret}", **(headers or {})}
        return self._client.open(f"/api/v1{path}", method=method, headers=given, **more)

    def get(self, path: str, **more: Any) -> TestResponse:
        return self._open(path, "GET", **more)

    def post(self, path: str, sent: Any = None, **more: Any) -> TestResponse:
        return self._open(path, "POST", **({"json": sent} if sent is not None else {}), **more)

    def delete(self, path: str, **more: Any) -> TestResponse:
        return self._open(path, "DELETE", **more)


@pytest.fixture
def program_of(app: Flask, session: Session) -> Callable[..., Program]:
    """Make a program with a key of somebody's, of all scopes unless others are named."""

    def make(person: User, *scopes: Scope, **more: Any) -> Program:
        made = factories.api_key(session, person, *scopes, **more)
        return Program(app.test_client(), made.secret)

    return make


@pytest.fixture
def program(program_of: Callable[..., Program], user: User) -> Program:
    """A program of a person with five credits."""
    return program_of(user)
