"""Commands for operators: each calls one operation."""

from flask import Flask

from imagegarden.cli import (
    api_keys,
    backups,
    credits,
    generating,
    models,
    networks,
    payments,
    processes,
    rules,
    seeding,
    settings,
    users,
)


def install(app: Flask) -> None:
    """Offer the commands of this application."""
    groups = (
        users.group,
        networks.group,
        credits.group,
        credits.ledger_group,
        payments.group,
        payments.plan_group,
        rules.group,
        api_keys.group,
        models.group,
        backups.group,
    )
    for command in (*groups, generating.generate, processes.worker, processes.clock, seeding.seed, settings.settings):
        app.cli.add_command(command)
