"""Commands about money: plans, payments and what the gateway says."""

import click
from flask.cli import AppGroup

from imagegarden.cli.operations import operation, user_by
from imagegarden.clock import now
from imagegarden.current import adapters
from imagegarden.db import db, release_connection, transaction
from imagegarden.domain import payment_events, payments, plans, purchases
from imagegarden.domain.errors import PaymentsClosed
from imagegarden.models import Payment, Plan, PlanKey
from imagegarden.payments.base import GatewayError, MakesPlans

MOST_SHOWN = 1000
LEAST_PAISE = 100

group = AppGroup("payments", help="Payments.")
plan_group = AppGroup("plan", help="What can be bought.")


@plan_group.command("list")
@operation
def list_plans() -> None:
    """Show what people can have now, and on which terms."""
    for plan in plans.list_current(db.session(), now=now()).values():
        click.echo(_terms(plan))


@plan_group.command("set")
@click.argument("key", type=click.Choice([key.value for key in PlanKey]))
@click.option("--price-paise", type=click.IntRange(min=0, max=100_000_000), required=True, help="100 paise are INR 1.")
@click.option("--credits", "amount", type=click.IntRange(min=0, max=1_000_000), required=True)
@operation
def set_plan(key: str, price_paise: int, amount: int) -> None:
    """Sell a plan on other terms from now on. What was bought keeps its own."""
    if key != PlanKey.FREE and price_paise < LEAST_PAISE:
        raise click.BadParameter(f"Razorpay takes no less than {LEAST_PAISE}.", param_hint="--price-paise")
    with transaction() as session:
        plan = plans.set_terms(session, PlanKey(key), price_paise=price_paise, amount=amount, now=now())
    click.echo(_terms(plan))


def _terms(plan: Plan) -> str:
    each = f" for each {plan.days} days" if plan.days else ", once"
    return f"{plan.key}: {plan.price_paise} paise {plan.currency}, {plan.credits} credits{each}"


@group.command("create-plan")
@operation
def create_plan() -> None:
    """Make the plan at Razorpay that subscriptions are made to, and print what RAZORPAY_PLAN_ID has to be."""
    plan = plans.current(db.session(), PlanKey.SUBSCRIPTION, now=now())
    release_connection()
    gateway = adapters().gateway
    if not isinstance(gateway, MakesPlans):
        raise PaymentsClosed("This needs RAZORPAY_KEY_ID and its companions.")
    assert plan.days is not None
    try:
        plan_id = gateway.create_plan(
            name="Image Garden Premium", amount_paise=plan.price_paise, currency=plan.currency, days=plan.days
        )
    except GatewayError as error:
        raise click.ClickException(str(error)) from None
    click.echo(plan_id)


@group.command("list")
@click.argument("email")
@operation
def list_payments(email: str) -> None:
    """Show the payments of an account that moved money, the newest first."""
    for payment in payments.list_of(db.session(), user_id=user_by(email).id, limit=MOST_SHOWN):
        click.echo(_line(payment))


@group.command("ask")
@click.argument("email")
@operation
def ask(email: str) -> None:
    """Have the gateway asked now what became of everything that an account began to buy."""
    with transaction() as session:
        count = purchases.ask_all(session, user_id=user_by(email).id, now=now())
    click.echo(f"The gateway is asked about {count}.")


@group.command("refund")
@click.argument("payment_id")
@click.option("--reason", required=True)
@operation
def refund(payment_id: str, reason: str) -> None:
    """Give a payment's money back; what is left of its credits and days goes with it."""
    with transaction() as session:
        payment = payments.refund(session, vendor_id=payment_id, reason=reason, actor_id=None, now=now())
    click.echo(f"On its way back: {_line(payment)}")


@group.command("unmatched")
@operation
def list_unmatched() -> None:
    """Show reports of the gateway about nothing that we know of, the newest first."""
    for event in payment_events.list_unmatched(db.session(), limit=MOST_SHOWN):
        about = " ".join(part for part in (event.subject_id, event.payment_id) if part)
        click.echo(f"{event.received_at:%Y-%m-%d %H:%M} {event.kind} {about}")


def _line(payment: Payment) -> str:
    moment = payment.captured_at or payment.created_at
    parts = [f"{moment:%Y-%m-%d %H:%M}", payment.vendor_id, f"{payment.amount_paise} paise", payment.state]
    if payment.fault:
        parts.append(f"not credited: {payment.fault}")
    if payment.dispute:
        parts.append(f"dispute: {payment.dispute}")
    return " ".join(parts)
