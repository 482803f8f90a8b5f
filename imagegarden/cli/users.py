"""Commands about accounts."""

import sys

import click
from flask.cli import AppGroup

from imagegarden.auth.mailed_codes import new_address
from imagegarden.cli.operations import operation, user_by
from imagegarden.clock import now
from imagegarden.current import allowances
from imagegarden.db import transaction
from imagegarden.domain import accounts, email_changes, factor_changes, giving, plans
from imagegarden.domain.passwords import require_strong
from imagegarden.models import PlanKey, Role, UserStatus
from imagegarden.web.passwords import hash_password

LONGEST_PREMIUM_DAYS = 3660

group = AppGroup("user", help="Accounts.")


@group.command("create")
@click.argument("email")
@click.option("--admin", is_flag=True, help="Make an administrator.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@operation
def create_user(email: str, admin: bool, password_stdin: bool) -> None:
    """Make an account that is verified and ready to log in."""
    normalized = accounts.normalize_email(email)
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else _ask_password()
    require_strong(password, email=normalized)
    password_hash = hash_password(password)
    with transaction() as session:
        user = accounts.create(
            session,
            email=normalized,
            password_hash=password_hash,
            sign_up_credits=plans.current(session, PlanKey.FREE, now=now()).credits,
            role=Role.ADMIN if admin else Role.MEMBER,
            now=now(),
        )
    click.echo(f"Created {user.role} {user.email}.")


def _ask_password() -> str:
    answer: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return answer


@group.command("promote")
@click.argument("email")
@operation
def promote(email: str) -> None:
    """Make an account an administrator."""
    _set_role(email, Role.ADMIN)
    click.echo(f"{email} is an administrator now.")


@group.command("demote")
@click.argument("email")
@operation
def demote(email: str) -> None:
    """Make an administrator a member again."""
    _set_role(email, Role.MEMBER)
    click.echo(f"{email} is a member now.")


@group.command("role")
@click.argument("email")
@click.argument("role", type=click.Choice([role.value for role in Role]))
@click.option("--reason", required=True)
@operation
def give_role(email: str, role: str, reason: str) -> None:
    """Give an account another role: member, support, moderator or admin."""
    _set_role(email, Role(role), reason)
    click.echo(f"{email} has the role {role} now.")


def _set_role(email: str, role: Role, reason: str | None = None) -> None:
    with transaction() as session:
        user = user_by(email)
        accounts.set_role(session, user_id=user.id, role=role, actor_id=None, reason=reason, now=now())


@group.command("delete")
@click.argument("email")
@click.option("--reason", required=True)
@operation
def delete_user(email: str, reason: str) -> None:
    """Delete an account for good: its pictures, prompts, keys and address go."""
    with transaction() as session:
        user = user_by(email)
        accounts.delete(session, user_id=user.id, actor_id=None, reason=reason, now=now())
    click.echo(f"{email} is deleted. The pictures are being removed.")


@group.command("suspend")
@click.argument("email")
@click.option("--reason", required=True)
@operation
def suspend(email: str, reason: str) -> None:
    """Sign an account out everywhere and keep it out."""
    _set_status(email, UserStatus.SUSPENDED, reason)
    click.echo(f"{email} is suspended.")


@group.command("reinstate")
@click.argument("email")
@click.option("--reason", required=True)
@operation
def reinstate(email: str, reason: str) -> None:
    """Let a suspended account in again."""
    _set_status(email, UserStatus.ACTIVE, reason)
    click.echo(f"{email} may log in again.")


@group.command("reset-second-factor")
@click.argument("email")
@click.option("--reason", required=True)
@operation
def reset_second_factor(email: str, reason: str) -> None:
    """Take the second factor of an account away, whose owner has lost it."""
    with transaction() as session:
        factor_changes.reset(session, user_id=user_by(email).id, actor_id=None, reason=reason, now=now())
    click.echo(f"{email} has no second factor any more. A letter says so.")


@group.command("set-email")
@click.argument("old")
@click.argument("new")
@click.option("--reason", required=True)
@operation
def set_email(old: str, new: str, reason: str) -> None:
    """Give an account another address, and sign it out everywhere: for whoever lost theirs to somebody else."""
    email = new_address(new)
    with transaction() as session:
        user_id = user_by(old).id
        email_changes.set_email(session, user_id=user_id, email=email, actor_id=None, reason=reason, now=now())
    click.echo(f"The account has the address {email} now. A letter to each address says so.")


def _set_status(email: str, status: UserStatus, reason: str) -> None:
    with transaction() as session:
        user = user_by(email)
        accounts.set_status(session, user_id=user.id, status=status, actor_id=None, reason=reason, now=now())


@group.command("premium")
@click.argument("email")
@click.option("--days", type=click.IntRange(min=0, max=LONGEST_PREMIUM_DAYS), required=True, help="0 ends it now.")
@click.option(
    "--credits", "amount", type=click.IntRange(min=0, max=1_000_000), help="For these days; as a pass, if not said."
)
@operation
def premium(email: str, days: int, amount: int | None) -> None:
    """Give an account so many more days of Premium."""
    with transaction() as session:
        if amount is None:
            amount = plans.current(session, PlanKey.PASS, now=now()).credits
        until = giving.extend_premium(
            session,
            user_id=user_by(email).id,
            days=days,
            credits_each=amount if days else 0,
            allowances=allowances(),
            actor_id=None,
            now=now(),
        )
    click.echo(
        f"{email} is Premium until {until:%Y-%m-%d %H:%M} UTC." if until else f"{email} is not Premium any more."
    )
