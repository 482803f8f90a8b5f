"""The fake's checkout in a real browser, on a merchant's page that allows no more than it has to."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, quote

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.fakes.razorpay import KEY_ID
from tests.fakes.razorpay.client import FakeRazorpay
from tests.fakes.razorpay.fixtures import fresh_fake, real_client, started_fake  # noqa: F401
from tests.processes import wait_for

PAGE = """<!DOCTYPE html><html lang="en"><head><title>Shop</title><link rel="icon" href="data:,">
<script src="{fake}/v1/checkout.js"></script><script src="/page.js" defer></script></head>
<body><main><h1>Shop</h1><output id="said"></output></main></body></html>"""
SCRIPT = """
const said = [];
const say = (...what) => { said.push(what); document.getElementById("said").textContent = JSON.stringify(said); };
window.buy = (options, listens) => {
  if (listens) Object.assign(options, { handler: (response) => say("handler", response) });
  const checkout = new window.Razorpay({ ...options, modal: { ...options.modal, ondismiss: () => say("dismiss") } });
  checkout.on("payment.failed", (response) => say("failed", response));
  checkout.open();
  window.checkout = checkout;
};
document.addEventListener("securitypolicyviolation", (event) => say("violation", event.violatedDirective));
"""


class Merchant:
    """Where a shop is, and what was posted to it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.posted: list[tuple[dict[str, str], dict[str, str]]] = []


@pytest.fixture
def merchant(fake: FakeRazorpay) -> Iterator[Merchant]:
    """A shop that embeds the fake's checkout."""
    policy = (
        f"default-src 'none'; script-src 'self' {fake.url}; connect-src {fake.url}; frame-src {fake.url}; "
        "style-src 'unsafe-inline'; img-src data:; form-action 'self'"
    )

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_script = self.path == "/page.js"
            self._answer(SCRIPT if is_script else PAGE.format(fake=fake.url), "javascript" if is_script else "html")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            shop.posted.append((dict(self.headers), dict(parse_qsl(body))))
            self._answer("<title>Thanks</title>", "html")

        def _answer(self, text: str, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", f"text/{kind}; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *args: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        shop = Merchant(f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield shop
        server.shutdown()


@pytest.fixture
def page(chromium: Browser, merchant: Merchant) -> Iterator[Page]:
    """The shop's page, which has nothing to complain about."""
    context = chromium.new_context()
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(merchant.url)
    yield opened
    context.close()
    assert complaints == []


Buy = Callable[..., Locator]


@pytest.fixture
def buy(page: Page) -> Buy:
    """Open the checkout with some options."""

    def buy(*, listens: bool = True, **options: Any) -> Locator:
        given = {"key": KEY_ID, "name": "Image Garden", **options}
        page.evaluate("([options, listens]) => window.buy(options, listens)", [given, listens])
        return page.get_by_role("dialog", name="Fake Razorpay")

    return buy


@pytest.fixture
def order(client: Any) -> str:
    """The id of an order."""
    return str(client.order.create({"amount": 49900, "currency": "INR"})["id"])


@pytest.fixture
def subscription(client: Any) -> str:
    """The id of a subscription."""
    item = {"name": "Premium", "amount": 29900, "currency": "INR"}
    plan = client.plan.create({"period": "monthly", "interval": 1, "item": item})
    return str(client.subscription.create({"plan_id": plan["id"], "total_count": 12})["id"])


def said(page: Page, count: int = 1) -> list[list[Any]]:
    """What the shop's page was told, so many things."""

    def told() -> list[list[Any]]:
        found = json.loads(page.locator("#said").text_content() or "[]")
        return found if len(found) >= count else []

    return wait_for(told, what=f"{count} messages")


def press(dialog: Locator, name: str) -> None:
    """Press a button of the checkout."""
    dialog.get_by_role("button", name=name, exact=True).click()


def test_pay_tells_the_page_what_is_signed(client: Any, page: Page, buy: Buy, order: str) -> None:
    dialog = buy(order_id=order, description="60 credits")
    expect(dialog).to_contain_text("₹499.00")
    expect(dialog).to_contain_text("Image Garden: 60 credits")
    assert Axe().run(page)["violations"] == []
    press(dialog, "Pay")
    [[what, told]] = said(page)
    assert (what, told["razorpay_order_id"]) == ("handler", order)
    assert client.utility.verify_payment_signature(told)
    expect(dialog).to_have_count(0)
    assert client.order.fetch(order)["status"] == "paid"


def test_failure_is_told_and_can_be_tried_again(client: Any, page: Page, buy: Buy, order: str) -> None:
    dialog = buy(order_id=order)
    press(dialog, "Fail")
    expect(dialog.get_by_role("status")).to_contain_text("try again")
    press(dialog, "Pay")
    [[first, failed], [second, _]] = said(page, 2)
    assert (first, second) == ("failed", "handler")
    error = failed["error"]
    assert (error["code"], error["source"], error["reason"]) == ("BAD_REQUEST_ERROR", "bank", "payment_failed")
    assert error["metadata"]["order_id"] == order
    assert client.payment.fetch(error["metadata"]["payment_id"])["status"] == "failed"


def test_checkout_says_when_it_is_not_answered(fake: FakeRazorpay, page: Page, buy: Buy, order: str) -> None:
    fake.fault("status_502", path="/__fake__/pay", times=1)
    dialog = buy(order_id=order)
    press(dialog, "Pay")
    assert said(page)[0][1]["error"]["code"] == "SERVER_ERROR"
    press(dialog, "Pay")
    assert [what for what, _ in said(page, 2)] == ["failed", "handler"]


def test_failure_closes_a_checkout_without_retry(page: Page, buy: Buy, order: str) -> None:
    dialog = buy(order_id=order, retry={"enabled": False})
    press(dialog, "Fail")
    expect(dialog).to_have_count(0)
    assert [what for what, _ in said(page)] == ["failed"]


def test_dismissed_checkout_has_paid_nothing(fake: FakeRazorpay, page: Page, buy: Buy, order: str) -> None:
    press(buy(order_id=order), "Dismiss")
    assert said(page) == [["dismiss"]]
    dialog = buy(order_id=order)
    expect(dialog).to_contain_text("₹499.00")
    page.keyboard.press("Escape")
    assert said(page, 2) == [["dismiss"], ["dismiss"]]
    dialog = buy(order_id=order, modal={"escape": False})
    page.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    page.evaluate("window.checkout.close()")
    expect(dialog).to_have_count(0)
    assert (fake.entities("payments"), len(said(page, 2))) == ([], 2)


def test_tab_is_left_after_paying_and_nobody_is_told(
    fake: FakeRazorpay, client: Any, page: Page, buy: Buy, order: str, merchant: Merchant
) -> None:
    press(buy(order_id=order, callback_url=f"{merchant.url}/callback"), "Pay and close the tab")
    # A tab that no script has opened cannot be closed by one.
    page.wait_for_url("about:blank")
    assert client.order.fetch(order)["status"] == "paid"
    assert merchant.posted == []


def test_callback_is_posted_to_by_the_page(client: Any, page: Page, buy: Buy, order: str, merchant: Merchant) -> None:
    press(buy(order_id=order, callback_url=f"{merchant.url}/callback", listens=False), "Pay")
    page.wait_for_url(f"{merchant.url}/callback")
    [(headers, fields)] = merchant.posted
    assert headers["Origin"] == merchant.url
    assert client.utility.verify_payment_signature(fields)
    assert fields["razorpay_order_id"] == order


def test_redirected_checkout_is_another_page_that_posts_to_the_callback(
    fake: FakeRazorpay, client: Any, page: Page, buy: Buy, order: str, merchant: Merchant
) -> None:
    dialog = buy(order_id=order, callback_url=f"{merchant.url}/callback", redirect=True, listens=False)
    page.wait_for_url(f"{fake.url}/**")
    expect(dialog).to_contain_text("₹499.00")
    press(dialog, "Pay")
    page.wait_for_url(f"{merchant.url}/callback")
    [(headers, fields)] = merchant.posted
    assert headers["Origin"] == fake.url
    assert client.utility.verify_payment_signature(fields)


def test_redirected_checkout_posts_its_failure_when_it_may_not_be_tried_again(
    fake: FakeRazorpay, page: Page, buy: Buy, order: str, merchant: Merchant
) -> None:
    url = f"{merchant.url}/callback"
    dialog = buy(order_id=order, callback_url=url, redirect=True, retry={"enabled": False}, listens=False)
    page.wait_for_url(f"{fake.url}/**")
    press(dialog, "Fail")
    page.wait_for_url(url)
    [(_, fields)] = merchant.posted
    assert (fields["error[code]"], fields["error[reason]"]) == ("BAD_REQUEST_ERROR", "payment_failed")
    assert json.loads(fields["error[metadata]"])["order_id"] == order


def test_subscription_is_paid_and_gets_another_card(
    fake: FakeRazorpay, client: Any, page: Page, buy: Buy, subscription: str
) -> None:
    dialog = buy(subscription_id=subscription)
    expect(dialog).to_contain_text("₹299.00")
    press(dialog, "Pay")
    [[_, told]] = said(page)
    assert client.utility.verify_subscription_payment_signature(told)
    dialog = buy(subscription_id=subscription, subscription_card_change=True)
    expect(dialog).to_contain_text("₹5.00")
    press(dialog, "Pay")
    [_, [_, told]] = said(page, 2)
    assert client.payment.fetch(told["razorpay_payment_id"])["status"] == "refunded"
    assert client.subscription.fetch(subscription)["paid_count"] == 1


def test_checkout_says_why_there_is_nothing_to_pay(page: Page, buy: Buy) -> None:
    dialog = buy(order_id="order_doesnotexist0")
    expect(dialog.get_by_role("status")).to_contain_text("does not exist")
    page.evaluate("window.checkout.close()")
    buy(order_id="order_doesnotexist0", key="rzp_live_1")
    expect(dialog.get_by_role("status")).to_contain_text("api key provided is invalid")


def test_checkout_can_be_tried_on_the_fakes_own_page(fake: FakeRazorpay, page: Page, order: str) -> None:
    options = quote(json.dumps({"key": KEY_ID, "order_id": order}))
    page.goto(f"{fake.url}/__fake__/page#{options}")
    page.get_by_role("button", name="Open the checkout").click()
    press(page.get_by_role("dialog", name="Fake Razorpay"), "Pay")
    expect(page.get_by_role("log")).to_contain_text("razorpay_signature")
