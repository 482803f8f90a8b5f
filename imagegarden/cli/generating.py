"""The command that makes something: a picture, a film, a better prompt."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import IO, Any
from uuid import UUID, uuid4

import click

from imagegarden.bringing import bring_mask, bring_picture
from imagegarden.cli.operations import operation, started_servers, user_by
from imagegarden.clock import now
from imagegarden.current import adapters, allowances, offered_models
from imagegarden.db import db, release_connection, transaction
from imagegarden.domain import generations, media, specs
from imagegarden.models import FileRole, Generation, GenerationKind, Via
from imagegarden.web.templating import plural

LOOK_SECONDS = 0.1
# Longer than the provider may take at all.
PATIENCE_SECONDS = 1000


@click.command("generate")
@click.argument("email")
@click.argument("prompt", default="")
@click.option("-o", "--output", type=click.File("wb"), help="Where the result is written; words go to the terminal.")
@click.option("--kind", type=click.Choice([kind.value for kind in GenerationKind]), default="image", show_default=True)
@click.option("--image", type=click.File("rb"), default=None, help="The picture that it starts from.")
@click.option("--mask", type=click.File("rb"), default=None, help="White where the picture is painted anew.")
@click.option("--strength", default=None, help="How far a variation goes: subtle, strong.")
@click.option("--scale", type=int, default=None, help="How many times as large: 2, 4.")
@click.option("--faces", is_flag=True, default=None, help="Care for faces when enlarging.")
@click.option(
    "--expand", default=None, help="Go on beyond the edge: left, right, top, bottom, square, zoom-1.5, zoom-2."
)
@click.option("--duration", type=int, default=None, help="Of a film, in seconds.")
@click.option("--resolution", default=None, help="Of a film: 480p, 720p ...")
@click.option("--style", default=None)
@click.option("--color", default=None)
@click.option("--aspect-ratio", default=None)
@click.option("--seed", type=int, default=None)
@click.option("--model", default=None)
@operation
def generate(
    email: str,
    prompt: str,
    output: IO[bytes] | None,
    kind: str,
    image: IO[bytes] | None,
    mask: IO[bytes] | None,
    **choices: str | int | bool | None,
) -> None:
    """Make one thing on somebody's credits and write it to a file.

    A picture from words, or any other kind: video, upscale, inpaint, edit; enhance prints a better prompt.
    """
    if output is None and kind != GenerationKind.ENHANCE:
        raise click.UsageError("Say with -o where the result is written.")
    user_id = user_by(email).id
    chosen: dict[str, Any] = {name: value for name, value in choices.items() if value is not None}
    if prompt:
        chosen["prompt"] = prompt
    if image is not None:
        chosen |= _sources(user_id, image, mask)
    spec = specs.parse(models=offered_models(None), kind=kind, count=1, **chosen)
    with transaction() as session:
        generation = generations.submit(
            session,
            user_id=user_id,
            spec=spec,
            request_key=uuid4().hex,
            via=Via.CLI,
            allowances=allowances(),
            now=now(),
        )
    with _worker_if_alone():
        finished = _await(user_id, generation.uuid)
    if finished.result_text is not None:
        click.echo(finished.result_text)
        return
    if not finished.media or output is None:
        raise click.ClickException(f"Nothing could be made ({finished.error_code}). Nothing was charged.")
    _write(finished, output)


def _sources(user_id: int, image: IO[bytes], mask: IO[bytes] | None) -> dict[str, str]:
    """The picture that it starts from, and its mask, brought along."""
    picture = bring_picture(user_id, image.read(), image.name.rpartition("/")[2])
    found = {"image": str(picture.uuid)}
    if mask is not None:
        found["mask"] = str(bring_mask(user_id, picture, mask.read(), None).uuid)
    return found


def _write(finished: Generation, output: IO[bytes]) -> None:
    made = finished.media[0]
    file = media.get_file(db.session(), user_id=finished.user_id, uuid=made.uuid, role=FileRole.ORIGINAL)
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
    raise click.ClickException("It is still being made; it will be in the gallery.")
