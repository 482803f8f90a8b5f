"""Commands for operators: each calls one operation."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import wraps
from typing import IO, TypeVar
from uuid import UUID, uuid4

import click
import flask_migrate
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from imagegarden.auth.passwords import hash_password
from imagegarden.clock import now
from imagegarden.current import adapters, allowances, offered_models, settings
from imagegarden.db import db, release_connection, transaction
from imagegarden.domain import accounts, credits, generations, ledger, media, specs
from imagegarden.domain.errors import DomainError, InvalidRequest
from imagegarden.domain.passwords import require_strong
from imagegarden.embedded import ServerFailed
from imagegarden.models import FileRole, Generation, LotSource, Role, User, UserStatus, Via
from imagegarden.web.templating import plural
from imagegarden.worker.app import run_worker
from imagegarden.worker.schedule import run_clock

LOOK_SECONDS = 0.1
PATIENCE_SECONDS = 330

Command = TypeVar("Command", bound=Callable[..., object])

user_group = AppGroup("user", help="Accounts.")
credits_group = AppGroup("credits", help="Credits.")
ledger_group = AppGroup("ledger", help="The credit ledger.")


def install(app: Flask) -> None:
    """Offer the commands of this application."""
    for command in (user_group, credits_group, ledger_group, generate, worker, clock):
        app.cli.add_command(command)


def operation(command: Command) -> Command:
    """Make the database ready for a command, and turn refusals into one line."""

    @wraps(command)
    def run(*args: object, **kwargs: object) -> object:
        try:
            if _started_servers():
                flask_migrate.upgrade()
            return command(*args, **kwargs)
        except InvalidRequest as error:
            raise click.ClickException("\n".join(f"{field}: {text}" for field, text in error.fields.items())) from None
        except DomainError as error:
            raise click.ClickException(error.message) from None
        except ServerFailed as error:
            raise click.ClickException(str(error)) from None

    return with_appcontext(run)  # type: ignore[return-value]


def _started_servers() -> bool:
    """Whether nothing ran, so that this very command started the servers."""
    usage = current_app.extensions.get("embedded")
    return usage is not None and usage.begin().started


@user_group.command("create")
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
            sign_up_credits=settings().signup_credits,
            role=Role.ADMIN if admin else Role.MEMBER,
            now=now(),
        )
    click.echo(f"Created {user.role} {user.email}.")


def _ask_password() -> str:
    answer: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return answer


@user_group.command("promote")
@click.argument("email")
@operation
def promote(email: str) -> None:
    """Make an account an administrator."""
    _set_role(email, Role.ADMIN)
    click.echo(f"{email} is an administrator now.")


@user_group.command("demote")
@click.argument("email")
@operation
def demote(email: str) -> None:
    """Make an administrator a member again."""
    _set_role(email, Role.MEMBER)
    click.echo(f"{email} is a member now.")


def _set_role(email: str, role: Role) -> None:
    with transaction() as session:
        user = _user(email)
        accounts.set_role(session, user_id=user.id, role=role, actor_id=None, now=now())


@user_group.command("suspend")
@click.argument("email")
@click.option("--reason", required=True)
@operation
def suspend(email: str, reason: str) -> None:
    """Sign an account out everywhere and keep it out."""
    _set_status(email, UserStatus.SUSPENDED, reason)
    click.echo(f"{email} is suspended.")


@user_group.command("reinstate")
@click.argument("email")
@click.option("--reason", required=True)
@operation
def reinstate(email: str, reason: str) -> None:
    """Let a suspended account in again."""
    _set_status(email, UserStatus.ACTIVE, reason)
    click.echo(f"{email} may log in again.")


def _set_status(email: str, status: UserStatus, reason: str) -> None:
    with transaction() as session:
        user = _user(email)
        accounts.set_status(session, user_id=user.id, status=status, actor_id=None, reason=reason, now=now())


@credits_group.command("grant")
@click.argument("email")
@click.argument("amount", type=click.IntRange(min=1, max=1_000_000))
@click.option("--reason", required=True)
@operation
def grant_credits(email: str, amount: int, reason: str) -> None:
    """Give an account credits that do not expire."""
    with transaction() as session:
        user = _user(email)
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
        left = credits.balance(session, user.id).available
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


@click.command("generate")
@click.argument("email")
@click.argument("prompt")
@click.option("-o", "--output", type=click.File("wb"), required=True, help="Where the picture is written.")
@click.option("--style", default=None)
@click.option("--color", default=None)
@click.option("--aspect-ratio", default=None)
@click.option("--seed", type=int, default=None)
@click.option("--model", default=None)
@operation
def generate(email: str, prompt: str, output: IO[bytes], **choices: str | int | None) -> None:
    """Make one picture on somebody's credits and write it to a file."""
    chosen = {name: value for name, value in choices.items() if value is not None}
    spec = specs.parse(models=offered_models(), prompt=prompt, count=1, **chosen)
    with transaction() as session:
        user = _user(email)
        generation = generations.submit(
            session,
            user_id=user.id,
            spec=spec,
            request_key=uuid4().hex,
            via=Via.CLI,
            allowances=allowances(),
            now=now(),
        )
    with _worker_if_alone():
        finished = _await(user.id, generation.uuid)
    if not finished.media:
        raise click.ClickException(f"No picture could be made ({finished.error_code}). Nothing was charged.")
    file = media.get_file(db.session(), user_id=user.id, uuid=finished.media[0].uuid, role=FileRole.ORIGINAL)
    release_connection()
    for chunk in adapters().store.read(file.key, start=0, end=file.bytes):
        output.write(chunk)
    price = plural(finished.charged or 0, "credit")
    click.echo(f"Wrote {output.name}: {file.bytes:,} bytes, {price}, seed {finished.params['seed']}.")


@contextlib.contextmanager
def _worker_if_alone() -> Iterator[None]:
    """Run a worker for the duration, unless the site runs and has its own."""
    if not _started_servers():
        yield
        return
    worker = subprocess.Popen([sys.executable, "-m", "flask", "--app", "wsgi", "worker"], start_new_session=True)
    try:
        yield
    finally:
        worker.terminate()
        worker.wait()


def _await(user_id: int, uuid: UUID) -> Generation:
    """The generation, once it is finished."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        generation = generations.get(db.session(), user_id=user_id, uuid=uuid)
        if generation.is_finished:
            return generation
        db.session.expire_all()
        release_connection()
        time.sleep(LOOK_SECONDS)
    raise click.ClickException("The picture is still being made; it will be in the gallery.")


@click.command("worker")
@with_appcontext
def worker() -> None:
    """Do the jobs of the queue until stopped."""
    run_worker(current_app._get_current_object())  # type: ignore[attr-defined]


@click.command("clock")
@with_appcontext
def clock() -> None:
    """Do what is due by time until stopped. Several may run: one works, the others stand by."""
    run_clock(current_app._get_current_object())  # type: ignore[attr-defined]


def _user(email: str) -> User:
    return accounts.get_by_email(db.session(), accounts.normalize_email(email))
