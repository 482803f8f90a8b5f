"""The application with the fake Razorpay behind it: settings, processes, and the gateway's jobs by hand."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import func, select, text

from imagegarden.app import create_app
from imagegarden.clock import now
from imagegarden.db import db, transaction
from imagegarden.domain import ledger, purchases
from imagegarden.models import Period, PlanKey, Purchase, User
from imagegarden.worker import gateway, schedule
from tests.fakes.razorpay import KEY_ID, KEY_SECRET, WEBHOOK_SECRET
from tests.fakes.razorpay.client import FakeRazorpay, running
from tests.processes import environment, free_port
from tests.servers import Servers
from tests.site_processes import SiteProcesses

VENDOR = "razorpay"
PLAN = {"period": "daily", "interval": 30, "item": {"name": "Premium", "amount": 50_000, "currency": "INR"}}


@dataclass
class RazorpaySite(SiteProcesses):
    """An application of the test's own, and the fake that it asks."""

    fake: FakeRazorpay
    # Who moves this process's clock, where somebody does.
    traveller: Any = None

    def ask(self, purchase: Purchase) -> Purchase:
        """Ask the gateway about a purchase."""
        gateway.ask_gateway(purchase.id)
        return self.reload(purchase)

    def remake_plan(self) -> None:
        """Make the plan anew, after the fake forgot everything."""
        built = self.app.extensions["adapters"].gateway
        built._plan_id = make_plan(self.fake)

    def buy(self, user: User, key: PlanKey = PlanKey.PASS) -> Purchase:
        """A purchase that the gateway has made its order or subscription for."""
        with transaction() as session:
            purchase = purchases.begin(session, user_id=user.id, key=key, vendor=VENDOR, now=now())
        self.work()
        return self.reload(purchase)

    def reload(self, purchase: Purchase) -> Purchase:
        """The purchase as it is now."""
        db.session.commit()
        db.session.expire_all()
        return db.session.get_one(Purchase, purchase.id)

    def work(self) -> None:
        """Do the gateway's jobs that are due, until there are none, as a worker does."""
        while job := self._take():
            task, args = job
            gateway.JOBS[task](**args)

    def _take(self) -> tuple[str, dict[str, object]] | None:
        with transaction() as session:
            row = session.execute(
                text(
                    "DELETE FROM procrastinate_jobs WHERE id = (SELECT min(id) FROM procrastinate_jobs "
                    "WHERE task_name = ANY(:tasks) AND status = 'todo') RETURNING task_name, args"
                ),
                {"tasks": list(gateway.JOBS)},
            ).one_or_none()
        if row is None:
            return None
        args = {name: value for name, value in row.args.items() if name != "request_id"}
        return row.task_name, args

    def tick(self) -> None:
        """What the clock does about money, and the jobs that come of it."""
        for job in (
            schedule.ask_about_purchases,
            schedule.send_cancellations,
            schedule.send_refunds,
            schedule.send_notices,
            schedule.keep_credits_in_time,
            schedule.release_dead_holds,
        ):
            job(self.app)
        self.work()

    def periods(self) -> int:
        """How many periods were given for payments."""
        db.session.commit()
        return db.session.scalar(select(func.count(Period.id)).where(Period.payment_id.is_not(None))) or 0

    def faults(self) -> list[str]:
        """What is wrong with the ledger."""
        db.session.commit()
        return ledger.check(db.session())


@contextlib.contextmanager
def razorpay_site(
    servers: Servers, folder: Path, *, fake: dict[str, object] | None = None, **settings: object
) -> Iterator[RazorpaySite]:
    """The site, without its processes; `fake` are settings of the fake."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    public_url = f"http://127.0.0.1:{port}"
    given: dict[str, object] = {"webhook_url": f"{public_url}/webhooks/razorpay", **(fake or {})}
    with running(folder / "razorpay.log", **given) as razorpay, servers.cloned_database() as database:
        chosen = servers.settings(
            database,
            **{
                "data_dir": folder / "data",
                "port": port,
                "public_url": public_url,
                "razorpay_key_id": KEY_ID,
                "razorpay_key_secret": KEY_SECRET,
                "razorpay_webhook_secret": WEBHOOK_SECRET,
                "razorpay_base_url": razorpay.url,
                "razorpay_checkout_url": razorpay.checkout_url,
                "razorpay_plan_id": make_plan(razorpay),
                "login_limit": "100000 per minute",
                "login_address_limit": "100000 per minute",
                "login_account_limit": "100000 per minute",
                **settings,
            },
        )
        app = create_app(chosen)
        app.extensions["redis"].flushdb()
        try:
            yield RazorpaySite(app, chosen, folder, environment(chosen), razorpay)
        finally:
            with app.app_context():
                db.session.remove()
                db.engine.dispose()


def make_plan(razorpay: FakeRazorpay) -> str:
    """The plan that subscriptions are made to, as an operator makes it."""
    answer = httpx.post(f"{razorpay.url}/v1/plans", json=PLAN, auth=(KEY_ID, KEY_SECRET), trust_env=False)
    found: str = answer.json()["id"]
    return found
