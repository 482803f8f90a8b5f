"""Commands about the rules for prompts."""

import click
from flask.cli import AppGroup

from imagegarden.cli.operations import operation
from imagegarden.clock import now
from imagegarden.db import db, transaction
from imagegarden.domain import moderation
from imagegarden.domain.errors import PromptBlocked
from imagegarden.models import ModerationRule, RuleAction, RuleKind

group = AppGroup("rule", help="Rules about prompts.")


@group.command("add")
@click.option("--action", type=click.Choice([action.value for action in RuleAction]), required=True)
@click.option("--kind", type=click.Choice([kind.value for kind in RuleKind]), required=True)
@click.option("--reason", required=True, help="What people read.")
@click.option("--replacement", default="", help="What a replacing rule writes instead; nothing unless given.")
@click.argument("pattern")
@operation
def add(action: str, kind: str, reason: str, replacement: str, pattern: str) -> None:
    """Put a rule in force."""
    with transaction() as session:
        rule = moderation.add_rule(
            session,
            action=RuleAction(action),
            kind=RuleKind(kind),
            pattern=pattern,
            reason=reason,
            replacement=replacement,
            now=now(),
        )
    click.echo(f"In force: {_line(rule)}")


@group.command("list")
@operation
def list_rules() -> None:
    """Show the rules in force."""
    rules = moderation.list_rules(db.session())
    for rule in rules:
        click.echo(_line(rule))
    if not rules:
        click.echo("No rule is in force.")


@group.command("retire")
@click.argument("rule_id", type=int)
@operation
def retire(rule_id: int) -> None:
    """Take a rule out of force."""
    with transaction() as session:
        rule = moderation.retire_rule(session, rule_id=rule_id, now=now())
    click.echo(f"Out of force: {_line(rule)}")


@group.command("test")
@click.argument("text")
@operation
def try_text(text: str) -> None:
    """Show what the rules in force make of a prompt. Nothing is recorded."""
    try:
        verdict = moderation.review(db.session(), text)
    except PromptBlocked as error:
        click.echo(f"Blocked by rule {error.rule_id}: {error.message}")
        return
    for rule in verdict.rules:
        click.echo(f"Spoke: {_line(rule)}")
    click.echo(f"Goes on as: {verdict.prompt}")


def _line(rule: ModerationRule) -> str:
    written = f" by {rule.replacement!r}" if rule.action == RuleAction.REPLACE else ""
    return f"{rule.id}: {rule.action} the {rule.kind} {rule.pattern!r}{written} ({rule.reason})"
