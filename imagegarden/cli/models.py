"""Commands about models."""

from itertools import chain

import click
from flask.cli import AppGroup, with_appcontext

from imagegarden.cli.operations import operation
from imagegarden.clock import now
from imagegarden.current import adapters
from imagegarden.db import db, transaction
from imagegarden.domain import model_health, model_switch, pricing
from imagegarden.domain.audit import checked_reason
from imagegarden.providers import catalogue
from imagegarden.providers.base import Change, Describer, ProviderError
from imagegarden.web.templating import plural

group = AppGroup("models", help="Models.")


@group.command("list")
@operation
def list_models() -> None:
    """Show each model: what it makes and costs now, who may ask for it, and whether it can be asked for."""
    session, moment = db.session(), now()
    prices = pricing.list_current(session, models=list(catalogue.MODELS), now=moment)
    resting = model_health.list_resting(session, now=moment)
    stopped = {one for one, health in model_health.list_health(session).items() if health.is_stopped}
    ready = {model.key for model in catalogue.offered(adapters().providers)}
    for key, model in catalogue.MODELS.items():
        price = prices.get(key)
        cost = f"{plural(price.credits, 'credit')} for {price.outputs}" if price else "no price"
        plan = "Premium" if model.is_premium else "everybody"
        state = "offered" if key in ready else "not offered"
        state = f"resting until {resting[key]:%H:%M:%S} UTC" if key in resting else state
        state = "stopped" if key in stopped else state
        click.echo(f"{key:<29}{model.kind:<9}{model.label:<28}{cost:<17}{plan:<11}{state}")


@group.command("stop")
@click.argument("key")
@click.option("--reason", required=True)
@operation
def stop(key: str, reason: str) -> None:
    """Let nothing begin on a model until it is started again. What waits keeps its place."""
    with transaction() as session:
        model_switch.stop(session, model=key, actor_id=None, reason=checked_reason(reason), now=now())
    click.echo(f"{key} is stopped.")


@group.command("start")
@click.argument("key")
@click.option("--reason", required=True)
@operation
def start(key: str, reason: str) -> None:
    """Let a model begin again, with nothing held against it."""
    with transaction() as session:
        model_switch.start(session, model=key, actor_id=None, reason=checked_reason(reason), now=now())
    click.echo(f"{key} is started again.")


@group.command("compare")
@with_appcontext
def compare() -> None:
    """Hold the catalogue against what the providers say about their models now."""
    described = {name: one for name, one in adapters().providers.items() if isinstance(one, Describer)}
    models = [model for model in catalogue.MODELS.values() if model.provider in described]
    if not models:
        raise click.ClickException("No provider that describes its models is set up: REPLICATE_API_TOKEN is missing.")
    try:
        changes = {model.key: list(described[model.provider].changes(model.key)) for model in models}
    except ProviderError as error:
        raise click.ClickException(f"The provider could not be asked: {error}") from None
    for key, found in changes.items():
        for change in found:
            click.echo(f"{key}: {change.text}")
    faults: list[Change] = [change for change in chain(*changes.values()) if change.is_fault]
    if faults:
        raise click.ClickException(f"The catalogue does not match: {plural(len(faults), 'fault')}.")
    click.echo(f"{plural(len(models), 'model')} match.")
