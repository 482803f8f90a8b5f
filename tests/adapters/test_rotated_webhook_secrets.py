"""While the secret of reports is exchanged, what was signed with the one before is still believed."""

import base64
import hashlib
import hmac
import time
from pathlib import Path

import pytest
from pydantic import ValidationError

from config import Settings, describe_faults
from imagegarden.providers.replicate.client import Client
from imagegarden.wiring import build_adapters
from tests.servers import Servers

NEW = "whsec_" + base64.b64encode(b"the new secret of reports").decode()
OLD = "whsec_" + base64.b64encode(b"the old secret of reports").decode()
STRANGE = "whsec_" + base64.b64encode(b"the secret of somebody else").decode()
BODY = b'{"id": "x"}'


def headers(secret: str) -> dict[str, str]:
    timestamp = str(int(time.time()))
    key = base64.b64decode(secret.partition("_")[2])
    digest = hmac.new(key, f"msg.{timestamp}.".encode() + BODY, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"webhook-id": "msg", "webhook-timestamp": timestamp, "webhook-signature": signature}


def client(*secrets: str) -> Client:
    return Client("r8_any", "http://127.0.0.1:9", secrets)


def test_both_are_believed_while_both_are_listed() -> None:
    rotating = client(NEW, OLD)
    assert [rotating.is_genuine(headers(secret), BODY) for secret in (NEW, OLD, STRANGE)] == [True, True, False]


def test_the_old_one_is_worth_nothing_once_it_is_taken_off_the_list() -> None:
    assert [client(NEW).is_genuine(headers(secret), BODY) for secret in (NEW, OLD)] == [True, False]


def test_without_a_secret_nothing_is_believed() -> None:
    assert not client().is_genuine(headers(NEW), BODY)


def test_the_settings_name_both(running_servers: Servers, tmp_path: Path) -> None:
    settings = running_servers.settings(
        "unused",
        data_dir=tmp_path,
        replicate_api_token="r8_any",
        replicate_webhook_secret=NEW,
        replicate_webhook_secret_previous=OLD,
    )
    provider = build_adapters(settings).providers["replicate"]
    assert provider.read_report(headers(OLD), BODY) is not None


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"replicate_webhook_secret_previous": OLD}, "REPLICATE_WEBHOOK_SECRET: missing"),
        (
            {"replicate_webhook_secret": NEW, "replicate_webhook_secret_previous": "old"},
            "REPLICATE_WEBHOOK_SECRET_PREVIOUS: must look like whsec_",
        ),
    ],
)
def test_half_of_it_is_refused_with_the_name_of_what_is_missing(
    given: dict[str, object], fault: str, tmp_path: Path
) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(_env_file=None, data_dir=tmp_path, replicate_api_token="r8_any", **given)
    assert fault in describe_faults(refused.value)
    assert OLD not in describe_faults(refused.value)
