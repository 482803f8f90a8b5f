"""Commands about credits and their ledger."""

from uuid import uuid4

import click
from flask.cli import AppGroup

from imagegarden.cli.operations import operation, user_by
from imagegarden.clock import now
from imagegarden.db import db, transaction
from imagegarden.domain import credits, giving, ledger
from imagegarden.models import LotSource

group = AppGroup("credits", help="Credits.")
ledger_group = AppGroup("ledger", help="The credit ledger.")


@group.command("grant")
@click.argument("email")
@click.argument("amount", type=click.IntRange(min=1, max=1_000_000))
@click.option("--reason", required=True)
@operation
def grant_credits(email: str, amount: int, reason: str) -> None:
    """Give an account credits that do not expire."""
    with transaction() as session:
        user = user_by(email)
        reference = f"grant:{uuid4()}"
        credits.grant(
            session,
            user_id=user.id,
            amount=amount,
            source=LotSource.GRANT,
            reference=reference,
            reason=reason,
            now=now(),
        )
        left = credits.balance(session, user.id, now=now()).available
    click.echo(f"{email} has {left} credits now.")


@group.command("adjust")
@click.argument("email")
@click.argument("delta", type=click.IntRange(min=-1_000_000, max=1_000_000))
@click.option("--reason", required=True)
@operation
def adjust_credits(email: str, delta: int, reason: str) -> None:
    """Give or take so many credits: after `--`, a number with a minus takes them."""
    if delta == 0:
        raise click.BadParameter("0 changes nothing.", param_hint="DELTA")
    with transaction() as session:
        user = user_by(email)
        giving.adjust_credits(session, user_id=user.id, delta=delta, actor_id=None, reason=reason, now=now())
        left = credits.balance(session, user.id, now=now()).available
    click.echo(f"{email} has {left} credits now.")


@ledger_group.command("check")
@operation
def check_ledger() -> None:
    """Prove that every balance is the sum of its entries."""
    faults = ledger.check(db.session())
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        raise click.ClickException(f"The ledger does not balance: {len(faults)} faults.")
    click.echo("The ledger balances.")
