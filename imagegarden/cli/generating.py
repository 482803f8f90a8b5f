"""The command that makes a picture."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import IO
from uuid import UUID, uuid4

import click

from imagegarden.cli.operations import operation, started_servers, user_by
from imagegarden.clock import now
from imagegarden.current import adapters, allowances, offered_models
from imagegarden.db import db, release_connection, transaction
from imagegarden.domain import generations, media, specs
from imagegarden.models import FileRole, Generation, Via
from imagegarden.web.templating import plural

LOOK_SECONDS = 0.1
PATIENCE_SECONDS = 330


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
        user = user_by(email)
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
    if not started_servers():
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
