"""What tests of the fake itself stand on."""

from collections.abc import Iterator
from typing import Any

import pytest
import razorpay

from tests.fakes.razorpay import KEY_ID, KEY_SECRET
from tests.fakes.razorpay.client import FakeRazorpay, running
from tests.fakes.replicate.receiver import Receiver, receiving


@pytest.fixture(scope="module", name="started")
def started_fake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeRazorpay]:
    """A fake for a whole file: a day of its webhooks takes a tenth of a second."""
    with running(tmp_path_factory.mktemp("fake") / "razorpay.log", webhook_scale=1e-6) as fake:
        yield fake


@pytest.fixture(name="fake")
def fresh_fake(started: FakeRazorpay) -> FakeRazorpay:
    """The fake as at the beginning."""
    started.reset()
    return started


@pytest.fixture(name="client")
def real_client(fake: FakeRazorpay) -> Iterator[Any]:
    """Razorpay's own client, talking to it."""
    found = razorpay.Client(auth=(KEY_ID, KEY_SECRET), base_url=fake.url)
    yield found
    found.session.close()


@pytest.fixture(name="receiver")
def webhook_receiver(fake: FakeRazorpay) -> Iterator[Receiver]:
    """Somebody whom its events are sent to."""
    with receiving() as receiver:
        fake.configure(webhook_url=receiver.url)
        yield receiver
        fake.reset()
