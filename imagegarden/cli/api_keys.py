"""Commands about keys to the API."""

from datetime import datetime, timedelta

import click
from flask.cli import AppGroup

from imagegarden.cli.operations import operation, user_by
from imagegarden.clock import now
from imagegarden.db import db, transaction
from imagegarden.domain import api_keys
from imagegarden.domain.errors import NotFound
from imagegarden.models import ApiKey, Scope

LONGEST_DAYS = 3660
USUAL_SCOPES = (Scope.READ, Scope.GENERATE)

group = AppGroup("api-key", help="Keys to the API.")


@group.command("create")
@click.argument("email")
@click.option("--name", required=True, help="What it is for.")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([scope.value for scope in Scope]),
    multiple=True,
    help="What it may be used for, as often as needed: read and generate, if not said.",
)
@click.option("--days", type=click.IntRange(min=1, max=LONGEST_DAYS), help="After so many days it opens nothing.")
@click.option(
    "--credit-cap", type=click.IntRange(min=0, max=api_keys.LARGEST_CAP), help="How much it may spend altogether."
)
@operation
def create_key(email: str, name: str, scopes: tuple[str, ...], days: int | None, credit_cap: int | None) -> None:
    """Make a key of an account, and print it: nobody can read it again."""
    with transaction() as session:
        made = api_keys.create(
            session,
            user_id=user_by(email).id,
            name=name,
            scopes=scopes or USUAL_SCOPES,
            expires_at=now() + timedelta(days=days) if days else None,
            credit_cap=credit_cap,
            actor_id=None,
            now=now(),
        )
    click.echo(made.secret)


@group.command("list")
@click.argument("email")
@operation
def list_keys(email: str) -> None:
    """Show the keys of an account that are not revoked, the newest first."""
    session, user_id = db.session(), user_by(email).id
    spent = api_keys.spent_by_key(session, user_id=user_id)
    for key in api_keys.list_keys(session, user_id=user_id):
        click.echo(_line(key, spent.get(key.id, 0)))


@group.command("revoke")
@click.argument("email")
@click.argument("key")
@operation
def revoke_key(email: str, key: str) -> None:
    """Withdraw a key of an account, named by its beginning or its name."""
    with transaction() as session:
        user_id = user_by(email).id
        # By the beginning first: a name can be chosen so that it looks like another key's.
        found = [one for one in api_keys.list_keys(session, user_id=user_id) if one.prefix == key] or [
            one for one in api_keys.list_keys(session, user_id=user_id) if one.name.lower() == key.lower()
        ]
        if not found:
            raise NotFound(f"{email} has no key {key!r}.")
        if len(found) > 1:
            raise click.ClickException("Several keys begin like this: say the name.")
        api_keys.revoke(session, user_id=user_id, uuid=found[0].uuid, actor_id=None, now=now())
    click.echo(f"{found[0].name} ({found[0].prefix}…) opens nothing any more.")


def _line(key: ApiKey, spent: int) -> str:
    cap = "no cap" if key.credit_cap is None else f"cap {key.credit_cap}"
    return ", ".join(
        [
            f"{key.prefix}… {key.name}: {'+'.join(key.scopes)}",
            f"made {key.created_at:%Y-%m-%d}",
            _when("last used", key.last_used_at, "never used"),
            _when("expires", key.expires_at, "never expires"),
            f"spent {spent}, {cap}",
        ]
    )


def _when(words: str, moment: datetime | None, otherwise: str) -> str:
    return f"{words} {moment:%Y-%m-%d}" if moment else otherwise
