"""What the running application was built with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from flask import current_app, g, has_request_context

from config import Settings
from imagegarden.domain import model_settings
from imagegarden.domain.devices import Lifetimes
from imagegarden.domain.plans import Allowance, Allowances, Tier
from imagegarden.known_people import KnownPeople
from imagegarden.mail import Mailer
from imagegarden.pace import Pace
from imagegarden.payments.base import Gateway
from imagegarden.providers import catalogue
from imagegarden.providers.base import Provider
from imagegarden.steering import Steering, SteeringReader
from imagegarden.storage import MediaStore


@dataclass(frozen=True)
class Adapters:
    """The conversations with what lies outside."""

    providers: Mapping[str, Provider]
    store: MediaStore
    mailer: Mailer
    # How often the providers that have a limit may be asked to begin something, by their names.
    paces: Mapping[str, Pace] = field(default_factory=dict)
    # None where nothing can be bought.
    gateway: Gateway | None = None


def adapters() -> Adapters:
    """The adapters of the running application."""
    found: Adapters = current_app.extensions["adapters"]
    return found


def settings() -> Settings:
    """The settings of the running application."""
    found: Settings = current_app.extensions["settings"]
    return found


def steering() -> Steering:
    """How the staff has set the site; the same for the whole of a request."""
    reader: SteeringReader = current_app.extensions["steering"]
    if not has_request_context():
        return reader.current()
    if "steering" not in g:
        g.steering = reader.current()
    found: Steering = g.steering
    return found


def look_again_at_steering() -> None:
    """Go by how the site is set now, not a second ago: for who has just set it, perhaps by way of another process."""
    reader: SteeringReader = current_app.extensions["steering"]
    g.steering = reader.look()


def known_people() -> KnownPeople:
    """What this process knows of the people who come."""
    found: KnownPeople = current_app.extensions["known_people"]
    return found


def signing_keys() -> list[bytes]:
    """The key that signs and seals, newest first, then those that are still accepted."""
    keys = [settings().secret_key, *settings().secret_key_fallbacks]
    return [key.get_secret_value().encode() for key in keys]


def lifetimes() -> Lifetimes:
    """How long people stay signed in here."""
    given = settings()
    return Lifetimes(idle=timedelta(days=given.session_idle_days), longest=timedelta(days=given.session_days))


def known_models() -> Mapping[str, catalogue.Model]:
    """Every model under its name here, also those that are not offered."""
    return steering().models


def source_of(model: str) -> str:
    """The provider's name for a model, as it was when this process looked last: no transaction is opened for it."""
    reader: SteeringReader = current_app.extensions["steering"]
    last = reader.last()
    return (last.models if last is not None else catalogue.MODELS)[model].source


def offered_models(kind: str | None = "image") -> tuple[catalogue.Model, ...]:
    """The models of a kind, or of all, that people can choose here; the first is the default."""
    return model_settings.offered(adapters().providers, steering().offers, kind)


def allowances() -> Allowances:
    """What each plan allows here."""
    return steering().switches.within(given_allowances())


def given_allowances() -> Allowances:
    """What each plan allows where the staff has set nothing else."""
    given = settings()
    return {
        Tier.FREE: Allowance(
            per_hour=given.generations_per_hour,
            at_once=given.generations_at_once,
            words_per_hour=given.enhancements_per_hour,
            outputs=given.pictures_per_request,
            film_seconds=given.film_seconds,
        ),
        Tier.PREMIUM: Allowance(
            per_hour=given.premium_generations_per_hour,
            at_once=given.premium_generations_at_once,
            words_per_hour=given.enhancements_per_hour,
            outputs=given.premium_pictures_per_request,
            film_seconds=given.premium_film_seconds,
        ),
    }
