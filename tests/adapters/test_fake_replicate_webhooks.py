"""Webhooks of the fake Replicate, held against Replicate's own client."""

import json
from collections.abc import Iterator
from itertools import pairwise

import pytest
import replicate
from replicate.webhook import InvalidSignatureError, InvalidTimestampError, Webhooks, WebhookSigningSecret

from tests.fakes.replicate import WEBHOOK_SECRET
from tests.fakes.replicate.client import FakeReplicate, running
from tests.fakes.replicate.receiver import Receiver, receiving
from tests.processes import wait_for


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeReplicate]:
    log = tmp_path_factory.mktemp("fake") / "replicate.log"
    with running(log, starting=0.02, processing=0.05, webhook_retries=[0.05, 0.05]) as fake:
        yield fake


@pytest.fixture
def fake(started: FakeReplicate) -> FakeReplicate:
    started.reset()
    return started


@pytest.fixture
def client(fake: FakeReplicate) -> replicate.Client:
    return replicate.Client(api_token="r8_test", base_url=fake.url)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def create(client: replicate.Client, receiver: Receiver, *events: str, prompt: str = "a fox") -> None:
    """A prediction that tells the receiver of these events."""
    client.models.predictions.create(
        "black-forest-labs/flux-schnell", {"prompt": prompt}, webhook=receiver.url, webhook_events_filter=list(events)
    )


def test_webhooks_are_signed_and_come_in_order(
    fake: FakeReplicate, client: replicate.Client, receiver: Receiver
) -> None:
    fake.configure(processing=1.2)
    create(client, receiver, "start", "output", "logs", "completed")
    wait_for(lambda: any(body["status"] == "succeeded" for body in receiver.bodies()), what="the last webhook")
    secret = client.webhooks.default.secret()
    assert secret.key == WEBHOOK_SECRET
    for headers, body in receiver.received:
        Webhooks.validate(headers=headers, body=body, secret=secret, tolerance=60)
    assert [one["event"] for one in fake.deliveries()][:2] == ["start", "logs"]
    throttled = [one["at"] for one in fake.deliveries() if one["event"] in ("logs", "output")]
    assert all(later - earlier > 0.4 for earlier, later in pairwise(throttled))


def test_last_webhook_is_tried_again_under_the_same_id(
    fake: FakeReplicate, client: replicate.Client, receiver: Receiver
) -> None:
    receiver.statuses = [500, 404, 200]
    create(client, receiver, "completed")
    wait_for(lambda: fake.counts()["deliveries"] == 3, what="the retries")
    assert [one["answer"] for one in fake.deliveries()] == [500, 404, 200]
    assert len({headers["Webhook-Id"] for headers, _ in receiver.received}) == 1
    # A redirect is not followed, and loses the event.
    receiver.statuses = [301]
    create(client, receiver, "completed")
    wait_for(lambda: fake.counts()["deliveries"] == 4 and fake.counts()["webhook_tasks"] == 0, what="the redirect")


def test_webhooks_go_astray(fake: FakeReplicate, client: replicate.Client, receiver: Receiver) -> None:
    def delivered(fault: str, count: int) -> list[tuple[dict[str, str], str]]:
        before, logged = len(receiver.received), fake.counts()["deliveries"]
        create(client, receiver, "completed", prompt=f"fault:{fault}")
        wait_for(lambda: fake.counts()["deliveries"] == logged + max(count, 1), what=fault)
        return receiver.received[before:]

    secret = WebhookSigningSecret(key=WEBHOOK_SECRET)
    assert delivered("webhook_drop", 0) == []
    assert len({body for _, body in delivered("webhook_duplicate=3", 3)}) == 1
    assert [json.loads(body)["status"] for _, body in delivered("webhook_shuffle", 2)] == ["succeeded", "processing"]
    assert len({json.loads(body)["id"] for _, body in delivered("webhook_unknown", 3)}) == 2
    assert len(delivered("webhook_oversize", 1)[0][1]) > 5_000_000
    for fault, error in (("webhook_bad_signature", InvalidSignatureError), ("webhook_stale", InvalidTimestampError)):
        [(headers, body)] = delivered(fault, 1)
        with pytest.raises(error):
            Webhooks.validate(headers=headers, body=body, secret=secret, tolerance=300)
