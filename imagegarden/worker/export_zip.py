"""Everything that is a person's as one zip, made piece by piece: however much it is, little of it is in memory."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from zipstream import ZIP_DEFLATED, ZipStream

from imagegarden.db import db, release_connection
from imagegarden.domain import export_contents
from imagegarden.domain.export_contents import DOCUMENTS, FILES, PICTURES, TABLES, Part, Row
from imagegarden.domain.file_names import UniqueNames
from imagegarden.domain.media import KIND_WORDS
from imagegarden.models import FileRole, MediaKind, MediaOrigin
from imagegarden.storage import FileGone, MediaStore
from imagegarden.web.files import EXTENSIONS
from imagegarden.web.tables import plain

README = """\
Image Garden: everything that is yours
{line}

Packed on {at:%-d %B %Y, %H:%M} UTC for {email}.

pictures/, films/, uploads/, masks/
                    Your pictures and films as they were made or brought along, also those in the trash; drawings as
                    SVG where there are any. What a moderator took down is not here, and pictures.json says why.
pictures.json       What is known of each of them, and the names of its files here. A shared one has the end of its
                    link, share_token: {site}/s/<share_token>
generations.json    Everything you asked for: prompts, settings, prices, and what came of it.
boards.json         Your boards.
presets.json        What you keep of the prompt form.
account.json        Your account.
devices.json        Where you are signed in, and were.
api_keys.json       Your API keys. A key itself is not here: nobody has it but you.
decisions.json      What moderators decided about your pictures.
reports.json        What you reported.
ledger.csv          Every movement of your credits. The amounts add up to what you can spend: a capture (-) takes from
                    what a hold (-) had set aside, so leave captures out of that sum.
payments.csv, refunds.csv
                    Your payments and what was given back, in paise.
premium_days.csv, subscriptions.csv
                    Which days you had Premium.
api_usage.csv       How often your API keys were used.

JSON is UTF-8, times are UTC. In CSV, a cell that a spreadsheet would take for a formula begins with an apostrophe.
"""
MISSING = "missing.txt"


def pack(user_id: int, store: MediaStore, *, site: str, at: datetime) -> Iterator[bytes]:
    """The pieces of the zip. Raises StorageError."""
    packed = ZipStream()
    names: dict[UUID, list[str]] = {}
    missing: list[str] = []
    for name, content, size in _files(user_id, store, names, missing):
        packed.add(content, name, size=size)
        yield from packed.all_files()
    texts = {"pictures.json": _json(user_id, PICTURES, names)}
    texts |= {f"{part.name}.json": _json(user_id, part) for part in DOCUMENTS}
    texts |= {f"{part.name}.csv": _csv(user_id, part) for part in TABLES}
    texts["README.txt"] = iter([_readme(user_id, site, at)])
    if missing:
        texts[MISSING] = iter(["These files could not be found:\n\n", *(f"{name}\n" for name in missing)])
    for name, text in texts.items():
        packed.add((piece.encode() for piece in text), name, compress_type=ZIP_DEFLATED)
        yield from packed.all_files()
    yield from packed.finalize()


def _files(
    user_id: int, store: MediaStore, names: dict[UUID, list[str]], missing: list[str]
) -> Iterator[tuple[str, Iterator[bytes], int]]:
    """Each file with its name and size, read when its turn comes. `names` and `missing` are filled."""
    folders: dict[str, UniqueNames] = {}
    for row in _rows(user_id, FILES):
        folder = _folder(row)
        title = (
            f"{row['created_at']:%Y-%m-%d} {row['prompt'] or row['title'] or KIND_WORDS.get(row['what'], 'Picture')}"
        )
        own = folders.setdefault(folder, UniqueNames()).name(title, EXTENSIONS.get(row["mime"], "bin"))
        name = f"{folder}/{own}"
        try:
            content = store.read(row["key"], start=0, end=row["bytes"])
        except FileGone:
            missing.append(name)
            continue
        names.setdefault(row["media"], []).append(name)
        yield name, content, row["bytes"]


def _folder(row: Row) -> str:
    if row["origin"] == MediaOrigin.MASK:
        return "masks"
    if row["origin"] == MediaOrigin.UPLOAD:
        return "uploads"
    return "films" if row["kind"] == MediaKind.VIDEO and row["role"] == FileRole.ORIGINAL else "pictures"


def _rows(user_id: int, part: Part) -> Iterator[Row]:
    for rows in export_contents.read(db.session(), part, user_id=user_id):
        # What is done with them takes long: nobody's connection is kept for it.
        release_connection()
        yield from rows


def _json(user_id: int, part: Part, names: dict[UUID, list[str]] | None = None) -> Iterator[str]:
    before = "["
    for row in _rows(user_id, part):
        if names is not None:
            row["files"] = names.get(row["id"], [])
        yield f"{before}\n{json.dumps(row, default=_plain_value, ensure_ascii=False)}"
        before = ","
    yield "[]\n" if before == "[" else "\n]\n"


def _csv(user_id: int, part: Part) -> Iterator[str]:
    yield _line(part.rows.selected_columns.keys())
    for row in _rows(user_id, part):
        yield _line([_cell(value) for value in row.values()])


def _line(cells: Sequence[str | int | None]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()


def _cell(value: Any) -> str | int | None:
    """A value as a cell; what somebody wrote begins no formula."""
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    return plain(value if isinstance(value, str) else str(_plain_value(value)))


def _plain_value(value: Any) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value.value if isinstance(value, Enum) else value)


def _readme(user_id: int, site: str, at: datetime) -> str:
    account = next(_rows(user_id, DOCUMENTS[0]))
    return README.format(line="=" * 38, at=at, email=account["email"], site=site)
