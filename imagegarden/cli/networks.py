"""Commands about networks from which nobody may come."""

import click
from flask.cli import AppGroup

from imagegarden.cli.operations import operation
from imagegarden.clock import now
from imagegarden.db import db, transaction
from imagegarden.domain import network_blocks
from imagegarden.domain.errors import NotFound

group = AppGroup("network", help="Networks from which nobody may come.")


@group.command("block")
@click.argument("network")
@click.option("--hours", type=int, default=24, show_default=True)
@click.option("--reason", required=True, help="Kept in the audit log.")
@operation
def block(network: str, hours: int, reason: str) -> None:
    """Let nobody come from a network, as in 203.0.113.0/24, or from one address."""
    with transaction() as session:
        made = network_blocks.block(session, network=network, hours=hours, actor_id=None, reason=reason, now=now())
        said = f"Nobody comes from {made.network} until {made.expires_at:%Y-%m-%d %H:%M} UTC."
    click.echo(said)


@group.command("unblock")
@click.argument("network")
@click.option("--reason", required=True, help="Kept in the audit log.")
@operation
def unblock(network: str, reason: str) -> None:
    """Let people come from a network again."""
    with transaction() as session:
        found = [one.id for one in network_blocks.list_current(session, now=now()) if one.network == network]
        if not found:
            raise NotFound(f"{network} is not blocked.")
        network_blocks.end(session, block_id=found[0], actor_id=None, reason=reason, now=now())
    click.echo(f"People come from {network} again.")


@group.command("list")
@operation
def list_blocked() -> None:
    """Name the networks that are blocked now."""
    for one in network_blocks.list_current(db.session(), now=now()):
        click.echo(f"{one.network} until {one.expires_at:%Y-%m-%d %H:%M} UTC")
