"""Reports of the provider over HTTP: the genuine are taken, everything else is turned away without effect."""

import base64
import dataclasses
import hashlib
import hmac
import json
import random
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from imagegarden.domain import credits, ledger, reports, steps
from imagegarden.generate.reports import MAX_REPORT_BYTES
from imagegarden.models import Attempt, Generation, GenerationStatus, User, VendorEvent
from tests import factories, servers, turns
from tests.fakes.replicate import WEBHOOK_SECRET
from tests.fakes.replicate_provider import make_provider

JOB = "job-of-this-attempt"
OTHER_SECRET = "whsec_" + base64.b64encode(b"a secret of somebody else").decode()
HOUR = timedelta(hours=1)


def signature(secret: str, event_id: str, timestamp: object, body: bytes) -> str:
    key = base64.b64decode(secret.partition("_")[2])
    digest = hmac.new(key, f"{event_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


class Vendor:
    """Speaks as the provider does, or nearly."""

    def __init__(self, client: FlaskClient, session: Session, generation: Generation) -> None:
        self._client = client
        self._session = session
        attempt = session.scalars(select(Attempt).where(Attempt.generation_id == generation.id)).one()
        self.path = f"/webhooks/replicate/{attempt.uuid}/{attempt.report_token}"

    def say(
        self,
        *,
        status: str = "succeeded",
        job_id: str = JOB,
        event_id: str | None = None,
        secret: str = WEBHOOK_SECRET,
        timestamp: object = None,
        body: bytes | None = None,
        sent: bytes | None = None,
        path: str | None = None,
        headers: dict[str, str | None] | None = None,
    ) -> int:
        """The status of the answer. `sent` is a body other than the one that was signed."""
        event_id = event_id or f"msg_{uuid4().hex}"
        timestamp = int(time.time()) if timestamp is None else timestamp
        body = json.dumps({"id": job_id, "status": status}).encode() if body is None else body
        given = {
            "Content-Type": "application/json",
            "Webhook-Id": event_id,
            "Webhook-Timestamp": str(timestamp),
            "Webhook-Signature": signature(secret, event_id, timestamp, body),
            **(headers or {}),
        }
        answer = self._client.post(
            path or self.path,
            data=body if sent is None else sent,
            headers={name: value for name, value in given.items() if value is not None},
        )
        self._session.expire_all()
        return int(answer.status_code)


@pytest.fixture(autouse=True)
def _with_replicate(app: Flask, running_servers: servers.Servers) -> Iterator[None]:
    before = app.extensions["adapters"]
    replicate = make_provider("http://127.0.0.1:9", running_servers.redis_url)
    app.extensions["adapters"] = dataclasses.replace(before, providers={**before.providers, "replicate": replicate})
    yield
    app.extensions["adapters"] = before


@pytest.fixture
def generation(session: Session, user: User, now: datetime) -> Generation:
    """One that runs, and is looked at in an hour."""
    made = factories.generation(user, model="flux-schnell", at=now)
    turns.begin(session, made, now, JOB)
    session.commit()
    return made


@pytest.fixture
def vendor(client: FlaskClient, session: Session, generation: Generation) -> Vendor:
    return Vendor(client, session, generation)


def is_untouched(session: Session, generation: Generation, now: datetime) -> bool:
    """Whether nothing was made of what was said."""
    session.expire_all()
    return generation.next_step_at == now + HOUR and session.scalars(select(VendorEvent)).all() == []


def test_a_genuine_report_is_taken_and_what_it_is_about_is_due_at_once(
    session: Session, vendor: Vendor, generation: Generation, now: datetime
) -> None:
    assert vendor.say() == 200
    assert generation.next_step_at is not None
    assert now <= generation.next_step_at < now + timedelta(minutes=1)
    assert len(turns.waiting_for(session, generation)) == 1


def test_five_of_the_same_are_one(session: Session, vendor: Vendor, generation: Generation) -> None:
    assert [vendor.say(event_id="once") for _ in range(5)] == [200] * 5
    assert session.scalars(select(VendorEvent.event_id)).all() == ["once"]
    assert len(turns.waiting_for(session, generation)) == 1


def test_the_same_again_after_the_step_wakes_nobody(
    session: Session, vendor: Vendor, generation: Generation, now: datetime
) -> None:
    vendor.say(event_id="once")
    generation.next_step_at = now + HOUR
    session.commit()
    assert vendor.say(event_id="once") == 200
    assert generation.next_step_at == now + HOUR


@pytest.mark.parametrize("seed", range(5))
def test_shuffled_doubled_and_late_reports_have_one_effect(
    session: Session, vendor: Vendor, generation: Generation, seed: int
) -> None:
    told = [("e1", "starting"), ("e2", "processing"), ("e3", "processing"), ("e4", "succeeded")] * 5
    random.Random(seed).shuffle(told)
    assert {vendor.say(event_id=event_id, status=status) for event_id, status in told} == {200}
    assert len(session.scalars(select(VendorEvent)).all()) == 4
    assert len(turns.waiting_for(session, generation)) == 1
    assert generation.status == GenerationStatus.RUNNING


def test_word_of_work_wakes_nobody(vendor: Vendor, session: Session, generation: Generation, now: datetime) -> None:
    assert vendor.say(status="processing") == 200
    assert generation.next_step_at == now + HOUR


@pytest.mark.parametrize("status", ["succeeded", "failed", "canceled", "aborted", "processing", "never heard of"])
def test_a_finished_generation_stays_as_it_is(
    session: Session, vendor: Vendor, generation: Generation, user: User, now: datetime, status: str
) -> None:
    turns.end(session, generation, now, error_code="content_refused")
    session.commit()
    before = turns.jobs(session, steps.TASK)
    assert vendor.say(status=status) == 200
    assert (generation.status, generation.next_step_at) == (GenerationStatus.FAILED, None)
    assert factories.balance(session, user.id) == credits.Balance(available=5, held=0)
    assert turns.jobs(session, steps.TASK) == before
    assert ledger.check(session) == []


@pytest.mark.parametrize("part", ["attempt", "token", "vendor"])
def test_a_genuine_report_about_what_nobody_knows_is_not_found(
    session: Session, vendor: Vendor, generation: Generation, now: datetime, part: str
) -> None:
    _, _, name, attempt, token = vendor.path.split("/")
    path = {
        "attempt": f"/webhooks/{name}/{uuid4()}/{token}",
        "token": f"/webhooks/{name}/{attempt}/{token}x",
        "vendor": f"/webhooks/nobody/{attempt}/{token}",
    }[part]
    assert vendor.say(path=path) == 404
    assert is_untouched(session, generation, now)


def test_a_provider_that_does_not_report_hears_nothing(vendor: Vendor) -> None:
    assert vendor.say(path=vendor.path.replace("/replicate/", "/garden/")) == 404


def test_whether_an_attempt_exists_is_told_to_nobody_who_cannot_sign(vendor: Vendor) -> None:
    unknown = f"/webhooks/replicate/{uuid4()}/x"
    assert vendor.say(secret=OTHER_SECRET) == vendor.say(secret=OTHER_SECRET, path=unknown) == 401


@pytest.mark.parametrize(
    "forged",
    [
        {"secret": OTHER_SECRET},
        {"headers": {"Webhook-Id": None}},
        {"headers": {"Webhook-Timestamp": None}},
        {"headers": {"Webhook-Signature": None}},
        {"headers": {"Webhook-Id": "", "Webhook-Timestamp": "", "Webhook-Signature": ""}},
        {"headers": {"Webhook-Id": "msg_of_another_event"}},
        {"headers": {"Webhook-Timestamp": "1700000000"}},
        {"headers": {"Webhook-Signature": "v1,"}},
        {"headers": {"Webhook-Signature": "v1"}},
        {"headers": {"Webhook-Signature": ","}},
        {"headers": {"Webhook-Signature": "v1,é"}},
        {"headers": {"Webhook-Signature": "v1,\xff\xfe"}},
        {"headers": {"Webhook-Signature": "v1,not base64!"}},
        {"headers": {"Webhook-Signature": "A" * 4000}},
        {"headers": {"Webhook-Timestamp": "x"}},
        {"headers": {"Webhook-Timestamp": "nan"}},
        {"headers": {"Webhook-Timestamp": "9" * 4000}},
        {"headers": {"Webhook-Timestamp": "²"}},
        {"sent": b'{"id": "job-of-this-attempt", "status": "failed"}'},
        {"sent": b""},
        {"sent": b"\xff\xfe"},
        {"body": b"\xff\xfe"},
    ],
    ids=repr,
)
def test_what_the_provider_did_not_sign_is_refused(
    session: Session, vendor: Vendor, generation: Generation, now: datetime, forged: dict[str, Any]
) -> None:
    assert vendor.say(**forged) == 401
    assert is_untouched(session, generation, now)


@pytest.mark.parametrize("seconds", [-100_000, -310, 310, 100_000])
def test_what_was_signed_long_ago_or_in_the_future_is_refused(
    session: Session, vendor: Vendor, generation: Generation, now: datetime, seconds: int
) -> None:
    assert vendor.say(timestamp=int(time.time()) + seconds) == 401
    assert is_untouched(session, generation, now)


@pytest.mark.parametrize("seconds", [-290, 290])
def test_clocks_may_differ_by_a_few_minutes(vendor: Vendor, seconds: int) -> None:
    assert vendor.say(timestamp=int(time.time()) + seconds) == 200


def test_while_the_secret_is_changed_one_of_two_signatures_is_enough(vendor: Vendor) -> None:
    body, timestamp = json.dumps({"id": JOB, "status": "succeeded"}).encode(), int(time.time())
    both = f"{signature(OTHER_SECRET, 'msg', timestamp, body)} {signature(WEBHOOK_SECRET, 'msg', timestamp, body)}"
    assert vendor.say(event_id="msg", timestamp=timestamp, body=body, headers={"Webhook-Signature": both}) == 200


@pytest.mark.parametrize(
    "body",
    [
        b"not json",
        b"[]",
        b'"text"',
        b"null",
        b"17",
        b"{}",
        b'{"id": null}',
        b'{"id": 17}',
        b'{"id": ["x"]}',
        b"{" * 9999,
    ],
    ids=lambda body: body[:20].decode(),
)
def test_what_was_signed_and_names_no_prediction_is_refused(
    session: Session, vendor: Vendor, generation: Generation, now: datetime, body: bytes
) -> None:
    assert vendor.say(body=body) == 401
    assert is_untouched(session, generation, now)


@pytest.mark.parametrize("status", [None, 17, [], {}, True])
def test_a_state_that_is_none_is_only_a_reason_to_look(vendor: Vendor, status: object) -> None:
    assert vendor.say(body=json.dumps({"id": JOB, "status": status}).encode()) == 200


def test_a_report_with_long_logs_is_taken(vendor: Vendor) -> None:
    body = json.dumps({"id": JOB, "status": "succeeded", "logs": "x" * 5_000_000}).encode()
    assert vendor.say(body=body) == 200


def test_a_body_that_is_much_too_long_is_not_even_read(
    session: Session, vendor: Vendor, generation: Generation, now: datetime
) -> None:
    assert vendor.say(body=b"x" * (MAX_REPORT_BYTES + 1)) == 413
    assert is_untouched(session, generation, now)


def test_about_another_job_it_says_nothing(
    session: Session, vendor: Vendor, generation: Generation, now: datetime
) -> None:
    assert vendor.say(job_id="another") == 200
    assert generation.next_step_at == now + HOUR


@pytest.fixture
def unheard(session: Session, user: User, now: datetime) -> Generation:
    """One whose start was never answered."""
    made = factories.generation(user, model="flux-schnell", at=now)
    assert turns.take(session, made, now) is not None
    session.commit()
    return made


def test_a_report_names_the_job_whose_start_was_never_answered(
    session: Session, client: FlaskClient, unheard: Generation
) -> None:
    assert Vendor(client, session, unheard).say(status="processing") == 200
    assert session.scalars(select(Attempt.provider_job_id)).one() == JOB


def test_the_job_of_an_attempt_that_has_ended_is_canceled(
    session: Session, client: FlaskClient, unheard: Generation, now: datetime
) -> None:
    vendor = Vendor(client, session, unheard)
    turns.end(session, unheard, now, GenerationStatus.CANCELED, error_code=None)
    session.commit()
    assert vendor.say(status="processing") == 200
    [job] = turns.jobs(session, reports.CANCEL_TASK)
    assert (job["provider"], job["job_id"]) == ("replicate", JOB)


def test_nobody_is_signed_in_by_a_report(app: Flask, client: FlaskClient, vendor: Vendor) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    assert vendor.say() == 200
    assert client.get_cookie("image_garden") is None


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_a_report_is_posted(client: FlaskClient, vendor: Vendor, method: str) -> None:
    assert getattr(client, method)(vendor.path).status_code == 405
