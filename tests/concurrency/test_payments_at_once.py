"""Many payments, each told again and again, by reports, browsers and the clock at the same time."""

import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from sqlalchemy import func, select, text, update

from imagegarden.clock import now
from imagegarden.db import db, transaction
from imagegarden.domain import purchases
from imagegarden.models import CreditLot, LotSource, Payment, PaymentState, Period, PlanKey, Purchase, PurchaseState
from imagegarden.worker import schedule
from tests import factories
from tests.fakes.razorpay import KEY_SECRET
from tests.processes import Browser, wait_for
from tests.razorpay_site import VENDOR, RazorpaySite, razorpay_site
from tests.servers import Servers

FIELDS = ("razorpay_payment_id", "razorpay_signature", "razorpay_order_id")


@pytest.fixture
def site(running_servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RazorpaySite]:
    folder = tmp_path_factory.mktemp("payments")
    with razorpay_site(running_servers, folder, fake={"webhook_scale": 0.001}) as site:
        yield site
        secrets = [KEY_SECRET, "razorpay_signature"]
        logs = "".join(path.read_text() for path in folder.glob("*.log") if path.name != "razorpay.log")
        assert [secret for secret in secrets if secret in logs] == []


def begin(site: RazorpaySite, count: int) -> list[int]:
    """So many people who each clicked on Buy; the ids of their purchases."""
    with site.app.app_context():
        people = [factories.person(db.session()) for _ in range(count)]
        with transaction() as session:
            return [
                purchases.begin(session, user_id=person.id, key=PlanKey.PASS, vendor=VENDOR, now=now()).id
                for person in people
            ]


def all_of(site: RazorpaySite, state: PurchaseState) -> list[Purchase]:
    with site.app.app_context():
        found = list(db.session.scalars(select(Purchase).where(Purchase.state == state)))
        db.session.commit()
        return found


def granted(site: RazorpaySite) -> int:
    with site.app.app_context():
        found = db.session.scalar(select(func.count(Period.id)).where(Period.payment_id.is_not(None)))
        db.session.commit()
        return found or 0


def come_back(url: str, purchase: Purchase, paid: dict[str, str]) -> int:
    """The browser comes back from the gateway, without our cookie."""
    fields = {name: paid[name] for name in FIELDS}
    return httpx.post(f"{url}/premium/checkout/{purchase.uuid}/return", data=fields, timeout=60).status_code


def pay_from_all_sides(site: RazorpaySite, count: int) -> None:
    """Each payment is told three times by reports in any order, by the browser and by the clock: one grant each."""
    begin(site, count)
    with site.web() as url, site.worker(), site.worker("worker-2"), site.clock():
        wait_for(lambda: len(all_of(site, PurchaseState.OPEN)) == count, seconds=120, what="the orders")
        opened = all_of(site, PurchaseState.OPEN)
        site.fake.hold()
        with ThreadPoolExecutor(16) as pool:
            paid = list(pool.map(lambda purchase: site.fake.pay(purchase.vendor_id or ""), opened))
        with site.app.app_context(), transaction() as session:
            # The clock asks too, of all at once.
            session.execute(update(Purchase).values(next_check_at=now()))
        pairs = list(zip(opened, paid, strict=True))
        random.shuffle(pairs)
        with ThreadPoolExecutor(8) as pool:
            backs = pool.map(lambda pair: come_back(url, *pair), pairs)
            site.fake.release(copies=3, shuffle=True)
            assert set(backs) == {303}
        wait_for(lambda: len(all_of(site, PurchaseState.PAID)) == count, seconds=300, what="the grants")
        site.fake.wait_until_delivered(300)
        wait_for(lambda: not pending_jobs(site), seconds=300, what="the last jobs")
    with site.app.app_context():
        assert site.faults() == []
        lots = db.session.execute(
            select(CreditLot.user_id, func.count()).where(CreditLot.source == LotSource.PERIOD).group_by("user_id")
        ).all()
        assert (len(lots), {times for _, times in lots}) == (count, {1})
        payments = db.session.scalars(select(Payment)).all()
        assert (len(payments), {payment.state for payment in payments}) == (count, {PaymentState.CAPTURED})
        assert granted(site) == count


def pending_jobs(site: RazorpaySite) -> int:
    unfinished = text("SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')")
    with site.app.app_context():
        count = int(db.session.scalar(unfinished) or 0)
        db.session.commit()
        return count


def test_fifty_payments_that_are_told_from_all_sides_are_fifty_grants(site: RazorpaySite) -> None:
    pay_from_all_sides(site, 50)


@pytest.mark.full
@pytest.mark.timeout(1200)
def test_a_thousand_payments_that_are_told_from_all_sides_are_a_thousand_grants(site: RazorpaySite) -> None:
    pay_from_all_sides(site, 1000)


def test_a_closed_tab_is_credited_by_the_report_within_a_minute(site: RazorpaySite) -> None:
    begin(site, 1)
    with site.web(), site.worker():
        [purchase] = wait_for(lambda: all_of(site, PurchaseState.OPEN), what="the order")
        site.fake.pay(purchase.vendor_id or "")
        paid_at = time.monotonic()
        wait_for(lambda: granted(site) == 1, seconds=60, what="the grant")
    assert time.monotonic() - paid_at < 60


def test_a_lost_report_is_made_up_for_by_the_clock(site: RazorpaySite) -> None:
    begin(site, 1)
    with site.worker():
        [purchase] = wait_for(lambda: all_of(site, PurchaseState.OPEN), what="the order")
        site.fake.fault("webhook_drop")
        site.fake.pay(purchase.vendor_id or "")
        with site.app.app_context(), transaction() as session:
            # Ten minutes have passed.
            session.execute(update(Purchase).values(next_check_at=now()))
        with site.app.app_context():
            schedule.ask_about_purchases(site.app)
        wait_for(lambda: granted(site) == 1, seconds=60, what="the grant")


def test_a_triple_is_good_for_its_own_purchase_alone_and_once_however_often_it_is_replayed(site: RazorpaySite) -> None:
    begin(site, 2)
    with site.web() as url, site.worker():
        first, second = wait_for(
            lambda: all_of(site, PurchaseState.OPEN) if len(all_of(site, PurchaseState.OPEN)) == 2 else None,
            what="the orders",
        )
        site.fake.fault("webhook_drop")
        paid = site.fake.pay(first.vendor_id or "")
        assert come_back(url, second, paid) == 400
        assert come_back(url, first, {**paid, "razorpay_signature": "0" * 64}) == 400
        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(lambda _: come_back(url, first, paid), range(100))) == {303}
        wait_for(lambda: all_of(site, PurchaseState.PAID), what="the grant")
        wait_for(lambda: not pending_jobs(site), what="the last jobs")
    assert granted(site) == 1
    assert [purchase.id for purchase in all_of(site, PurchaseState.OPEN)] == [second.id]


@pytest.mark.parametrize("fault", ["webhook_bad_signature", "webhook_unsigned"])
def test_forged_reports_are_refused_and_give_nothing(site: RazorpaySite, fault: str) -> None:
    begin(site, 1)
    with site.web(), site.worker():
        [purchase] = wait_for(lambda: all_of(site, PurchaseState.OPEN), what="the order")
        site.fake.fault(fault)
        site.fake.pay(purchase.vendor_id or "")
        wait_for(lambda: len(site.fake.deliveries()) >= 5, what="reports that are sent again and again")
        assert {delivery["answer"] for delivery in site.fake.deliveries()} == {401}
        assert pending_jobs(site) == 0
    assert granted(site) == 0


def test_a_stale_report_of_a_failure_takes_nothing_back(site: RazorpaySite) -> None:
    begin(site, 1)
    with site.web(), site.worker():
        [purchase] = wait_for(lambda: all_of(site, PurchaseState.OPEN), what="the order")
        site.fake.pay(purchase.vendor_id or "", outcome="failed")
        [failed] = wait_for(lambda: site.fake.events("payment.failed"), what="the report")
        site.fake.pay(purchase.vendor_id or "")
        wait_for(lambda: granted(site) == 1, what="the grant")
        for new_id in (False, True):
            assert site.fake.resend(failed["id"], new_id=new_id)["answer"] == 200
        wait_for(lambda: not pending_jobs(site), what="the last jobs")
    assert granted(site) == 1
    assert len(all_of(site, PurchaseState.PAID)) == 1


def test_two_tabs_and_two_clicks_are_one_order(site: RazorpaySite) -> None:
    with site.app.app_context():
        user = factories.person(db.session())
    with site.web() as url, site.worker():
        browser = Browser(url)
        browser.log_in(user.email)
        with ThreadPoolExecutor(10) as pool:
            answers = list(pool.map(lambda _: browser.post("/premium/buy", plan="pass"), range(10)))
        assert len({answer.headers["Location"] for answer in answers}) == 1
        wait_for(lambda: all_of(site, PurchaseState.OPEN), what="the order")
    assert len(site.fake.entities("orders")) == 1
