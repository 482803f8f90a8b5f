"""An export of very many pictures takes no more memory than one of a few."""

import sys
import zipfile
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from imagegarden.current import adapters
from imagegarden.db import db, transaction
from imagegarden.domain import exports
from imagegarden.models import Export, ExportState
from imagegarden.worker.exporting import make_export
from tests import factories

SIZE = 60_000
MOST_MB = 80
MAKE = """
    WITH made AS (
        INSERT INTO media (uuid, user_id, origin, kind, title, sha256, width, height, blurhash, carries_words, safety,
                           created_at, moderation, shows_prompt)
        SELECT gen_random_uuid(), :user, 'upload', 'image', 'a pond', 'x', 8, 8, 'x', false, 'clear', now(),
               'undecided', false
        FROM generate_series(1, :count) RETURNING id
    )
    INSERT INTO media_files (media_id, role, key, mime, bytes, sha256)
    SELECT id, 'original', :key, 'image/png', :size, 'x' FROM made
"""


def peak_mb() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("count", [1_000, pytest.param(10_000, marks=pytest.mark.full)])
def test_however_many_pictures_somebody_has_little_is_in_memory(own_app: Flask, count: int) -> None:
    with own_app.app_context():
        user = factories.person(db.session())
        key = f"users/{user.id}/one/file"
        db.session.execute(text(MAKE), {"user": user.id, "count": count, "key": key, "size": SIZE})
        asked = exports.ask(db.session(), user_id=user.id, now=factories.now())
        db.session.commit()
        adapters().store.put(key, b"x" * SIZE, mime="image/png")

        Path("/proc/self/clear_refs").write_text("5")
        before = peak_mb()
        make_export(asked.id)
        grown = peak_mb() - before

        with transaction() as session:
            made = session.get_one(Export, asked.id, populate_existing=True)
        assert made.state == ExportState.READY
        path = own_app.extensions["settings"].data_dir / "media" / made.key
        with zipfile.ZipFile(path) as packed:
            assert sum(name.startswith("uploads/") for name in packed.namelist()) == count
        print(f"{count} pictures, {(made.bytes or 0) / 1e6:.0f} MB: {grown:.0f} MB more in memory")
        assert grown < MOST_MB
