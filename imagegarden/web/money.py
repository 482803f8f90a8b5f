"""Money and credits in words, for templates and refusals."""

from datetime import datetime

from flask import Flask, get_template_attribute
from markupsafe import Markup

from imagegarden.clock import now
from imagegarden.current import adapters
from imagegarden.db import db
from imagegarden.domain import plans, statements
from imagegarden.domain.errors import InsufficientCredits
from imagegarden.models import PlanKey
from imagegarden.web.guards import signed_in

TEST_KEYS = "rzp_test_"


def install(app: Flask) -> None:
    """Give the templates of this application words for money."""
    app.jinja_env.filters.update(money=money, day=day)
    app.jinja_env.globals.update(
        sells_premium=sells_premium, sells_subscriptions=sells_subscriptions, has_test_money=has_test_money
    )


def money(amount: int, currency: str = "INR") -> str:
    """An amount in the smallest unit, as people write it: INR 500, INR 499.50."""
    whole, part = divmod(amount, 100)
    return f"{currency} {whole:,}.{part:02}" if part else f"{currency} {whole:,}"


def day(value: datetime) -> Markup:
    """A day for people and for programs; the page's script turns it into the reader's own time zone."""
    return Markup('<time datetime="{}" data-day>{}</time>').format(
        value.isoformat(timespec="seconds"), value.strftime("%-d %b" if value.year == now().year else "%-d %b %Y")
    )


def sells_premium() -> bool:
    """Whether anything can be bought here."""
    return adapters().gateway is not None


def sells_subscriptions() -> bool:
    """Whether Premium that renews by itself can be bought here."""
    gateway = adapters().gateway
    return gateway is not None and gateway.sells_subscriptions


def has_test_money() -> bool:
    """Whether what is paid here is pretended."""
    gateway = adapters().gateway
    return gateway is not None and (not gateway.is_real or gateway.checkout.key_id.startswith(TEST_KEYS))


def shortage(error: InsufficientCredits) -> Markup:
    """What is missing, when credits come again, and what more of them cost."""
    session, moment = db.session(), now()
    standing = statements.standing(session, user_id=signed_in().id, now=moment)
    plan = plans.current(session, PlanKey.PASS, now=moment)
    words: Markup = get_template_attribute("macros/money.html", "shortage")(error, standing, plan)
    return words
