"""What the running application was built with."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import current_app

from config import Settings
from imagegarden.mail import Mailer
from imagegarden.providers.base import Provider
from imagegarden.storage import MediaStore


@dataclass(frozen=True)
class Adapters:
    """The conversations with what lies outside."""

    providers: Mapping[str, Provider]
    store: MediaStore
    mailer: Mailer


def adapters() -> Adapters:
    """The adapters of the running application."""
    found: Adapters = current_app.extensions["adapters"]
    return found


def settings() -> Settings:
    """The settings of the running application."""
    found: Settings = current_app.extensions["settings"]
    return found


def signing_keys() -> list[bytes]:
    """The key that seals codes, newest first, then those that are still accepted."""
    keys = [settings().secret_key, *settings().secret_key_fallbacks]
    return [key.get_secret_value().encode() for key in keys]
