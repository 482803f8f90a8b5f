"""A key in an address would stand in every log on its way: none is taken from there."""

import base64

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from imagegarden import gunicorn_settings
from imagegarden.models import User
from tests import factories

NAMES = ("api_key", "apikey", "key", "token", "access_token", "authorization", "Authorization", "bearer")


@pytest.mark.parametrize("path", ["/api/v1/account", "/v1/models"])
def test_no_key_is_taken_from_an_address_a_cookie_a_form_or_a_name(
    session: Session, user: User, client: FlaskClient, path: str
) -> None:
    secret = factories.api_key(session, user).secret
    assert client.get(path, headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    for name in NAMES:
        for value in (secret, f"Bearer {secret}"):
            assert client.get(path, query_string={name: value}).status_code == 401, name
    client.set_cookie("api_key", secret)
    assert client.get(path).status_code == 401
    assert client.get(path, headers={"X-Api-Key": secret}).status_code == 401
    basic = base64.b64encode(f"{secret}:".encode()).decode()
    assert client.get(path, headers={"Authorization": f"Basic {basic}"}).status_code == 401


def test_gunicorn_writes_no_line_for_a_request_and_masks_what_it_says() -> None:
    assert not hasattr(gunicorn_settings, "accesslog")
    assert gunicorn_settings.logger_class == "imagegarden.gunicorn_logger.MaskedLogger"
