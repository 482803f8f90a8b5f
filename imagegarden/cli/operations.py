"""What every command stands on."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

import click
import flask_migrate
from flask import current_app
from flask.cli import with_appcontext

from imagegarden.db import db
from imagegarden.domain import accounts
from imagegarden.domain.errors import DomainError, InvalidRequest
from imagegarden.embedded import ServerFailed
from imagegarden.models import User

Command = TypeVar("Command", bound=Callable[..., object])


def operation(command: Command) -> Command:
    """Make the database ready for a command, and turn refusals into one line."""

    @wraps(command)
    def run(*args: object, **kwargs: object) -> object:
        try:
            if started_servers():
                flask_migrate.upgrade()
            return command(*args, **kwargs)
        except InvalidRequest as error:
            raise click.ClickException("\n".join(f"{field}: {text}" for field, text in error.fields.items())) from None
        except DomainError as error:
            raise click.ClickException(error.message) from None
        except ServerFailed as error:
            raise click.ClickException(str(error)) from None

    return with_appcontext(run)  # type: ignore[return-value]


def started_servers() -> bool:
    """Whether nothing ran, so that this very command started the servers."""
    usage = current_app.extensions.get("embedded")
    return usage is not None and usage.begin().started


def user_by(email: str) -> User:
    """The account with this address. Raises NotFound and InvalidRequest."""
    return accounts.get_by_email(db.session(), accounts.normalize_email(email))
