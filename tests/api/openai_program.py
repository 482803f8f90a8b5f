"""A program that speaks OpenAI's API to the application of this process."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from imagegarden.clock import now
from imagegarden.domain import api_keys
from imagegarden.models import Scope, User

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
        made = api_keys.create(
            session,
            user_id=person.id,
            name=f"key {api_keys.count_live(session, user_id=person.id)}",
            scopes=scopes or (Scope.GENERATE,),
            actor_id=person.id,
            now=now(),
            **more,
        )
        session.commit()
        return OpenAIProgram(app.test_client(), made.secret)

    return make


@pytest.fixture
def speaker(speaking: Callable[..., OpenAIProgram], user: User) -> OpenAIProgram:
    """A program of a person with five credits."""
    return speaking(user)
