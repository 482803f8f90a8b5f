"""A program that speaks OpenAI's API to the application of this process."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from imagegarden.models import Scope, User
from tests import factories

PROMPT = {"prompt": "a pond"}


class OpenAIProgram:
    """A program that speaks OpenAI's API, with a key of somebody's."""

    def __init__(self, client: FlaskClient, secret: str) -> None:
        self._client = client
        self._headers = {"Authorization": f"Bearer {secret}"}

    def open(self, method: str, path: str, *, headers: dict[str, str] | None = None, **more: Any) -> TestResponse:
        return self._client.open(f"/v1{path}", method=method, headers={**self._headers, **(headers or {})}, **more)

    def generate(self, headers: dict[str, str] | None = None, **fields: Any) -> TestResponse:
        return self.open("POST", "/images/generations", json={**PROMPT, **fields}, headers=headers)


@pytest.fixture
def speaking(app: Flask, session: Session) -> Callable[..., OpenAIProgram]:
    """Make a program with a key of somebody's."""

    def make(person: User, *scopes: Scope, **more: Any) -> OpenAIProgram:
        made = factories.api_key(session, person, *(scopes or (Scope.GENERATE,)), **more)
        return OpenAIProgram(app.test_client(), made.secret)

    return make


@pytest.fixture
def speaker(speaking: Callable[..., OpenAIProgram], user: User) -> OpenAIProgram:
    """A program of a person with five credits."""
    return speaking(user)
