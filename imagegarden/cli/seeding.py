"""The command that fills a database with made-up people."""

import secrets
import time

import click

from imagegarden import seeding
from imagegarden.cli.operations import operation
from imagegarden.clock import now
from imagegarden.current import settings
from imagegarden.db import transaction
from imagegarden.seeding import galleries, pictures
from imagegarden.web.passwords import hash_password

PASSWORD = "a patient heron waits"


@click.command("seed")
@click.option("--users", type=click.IntRange(min=1, max=1_000_000), required=True)
@click.option("--days", type=click.IntRange(min=1, max=3660), required=True, help="Over how many days they came.")
@click.option("--media", type=click.IntRange(min=0, max=100_000), default=0, help="How many pictures, with files.")
@click.option("--gallery", type=click.IntRange(min=0, max=100_000), default=0, help="How many pictures one person has.")
@operation
def seed(users: int, days: int, media: int, gallery: int) -> None:
    """Make up people and what they did, to see the site when it is full. Not in production."""
    if settings().app_env == "production":
        raise click.ClickException("In production there are real people: nothing is made up here.")
    moment = now()
    run_name = secrets.token_hex(3)
    begun = time.monotonic()
    with transaction() as session:
        made = seeding.fill(
            session,
            users=users,
            days=days,
            run_name=run_name,
            password_hash=hash_password(PASSWORD),
            now=moment,
        )
        first = session.scalar(seeding.EMAIL_OF_FIRST, {"run": run_name})
    for name, count in made.items():
        click.echo(f"{count:>9,} {name.replace('_', ' ')}")
    with transaction() as session:
        seeding.count_days(session, days=days, now=moment)
    if media:
        click.echo(f"{pictures.hang(media):>9,} pictures")
    if gallery and first:
        galleries.fill(first, gallery, days=days, now=moment)
        click.echo(f"{gallery:>9,} pictures of {first}")
    click.echo(f"In {time.monotonic() - begun:.0f} s. All have the password “{PASSWORD}”, such as {first}.")
