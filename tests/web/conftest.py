"""Where pages about money are tested, there is a gateway."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from imagegarden.clock import now as present
from imagegarden.payments.base import CheckoutOptions
from imagegarden.payments.razorpay import SOURCES, Razorpay
from imagegarden.payments.test_gateway import PretendGateway


def _put(app: Flask, gateway: object) -> Iterator[None]:
    before = app.extensions["adapters"]
    app.extensions["adapters"] = dataclasses.replace(before, gateway=gateway)
    yield
    app.extensions["adapters"] = before


@pytest.fixture
def gateway(app: Flask, tmp_path: Path) -> Iterator[PretendGateway]:
    """The test gateway."""
    made = PretendGateway(tmp_path / "gateway", secret="a secret of the gateway", clock=present)
    for _ in _put(app, made):
        yield made


@pytest.fixture
def razorpay(app: Flask) -> Iterator[Razorpay]:
    """The real one, with an address at which nobody listens: pages ask it for nothing."""
    made = Razorpay(
        key_id="rzp_live_garden",
        key_secret="a secret of the gateway",
        webhook_secrets=["another secret"],
        plan_id=None,
        base_url="http://127.0.0.1:9",
        checkout=CheckoutOptions("https://checkout.razorpay.com/v1/checkout.js", "rzp_live_garden", SOURCES),
    )
    for _ in _put(app, made):
        yield made
