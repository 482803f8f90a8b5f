"""A gallery of thousands for one made-up person, built upon a few drawn pictures whose files all of them share."""

import hashlib
import io
import json
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from imagegarden.current import adapters
from imagegarden.db import db, release_connection, transaction
from imagegarden.filing import Content, put_all, with_thumbnails
from imagegarden.imaging.thumbnails import blurred
from imagegarden.models import User
from imagegarden.seeding.pictures import draw
from imagegarden.seeding.statements import Statements, run
from imagegarden.seeding.tickets import tickets

REAL = 50
RATIOS = (1, 1, 7 / 9, 9 / 7, 4 / 7, 7 / 4, 1.5, 0.8)
CHANCES = 0.61

STATEMENTS: Statements = (
    (
        "",
        """
        CREATE TEMP TABLE seed_real ON COMMIT DROP AS
        SELECT * FROM json_to_recordset(CAST(:real AS json)) AS one (
            n int, width bigint, height bigint, blurhash text, sha256 text, files jsonb
        )
        """,
    ),
    (
        "",
        """
        CREATE TEMP TABLE seed_chosen ON COMMIT DROP AS
        SELECT * FROM json_to_recordset(CAST(:tickets AS json)) AS ticket (
            n int, model text, kind text, style text, color text, params jsonb, price_id bigint
        ) WHERE kind = 'image'
        """,
    ),
    (
        "boards",
        """
        INSERT INTO boards (uuid, user_id, name, created_at)
        SELECT gen_random_uuid(), :user_id, name, :start
        FROM unnest(ARRAY['Herons', 'Ponds at dawn', 'कमल', 'To print']) AS name
        """,
    ),
    (
        "",
        """
        CREATE TEMP TABLE seed_tiles ON COMMIT DROP AS
        SELECT
            nextval('generations_id_seq') AS generation_id,
            nextval('media_id_seq') AS media_id,
            tile.*,
            (
                SELECT n FROM seed_chosen ORDER BY n OFFSET tile.nth % (SELECT count(*) FROM seed_chosen) LIMIT 1
            ) AS ticket
        FROM (
            SELECT
                nth,
                CAST(:start AS timestamptz)
                    + (CAST(:now AS timestamptz) - CAST(:start AS timestamptz)) * (1 - power(nth::float / :count, 2))
                    AS created_at,
                nth % 20 = 7 AS is_upload,
                1 + nth % :real_count AS real,
                (ARRAY['a quiet pond', 'a fox in the snow', 'an old greenhouse', 'three red tulips', 'a harbor',
                    'a heron', 'wild meadows', 'a stone bridge', 'lotus 🪷 leaves', 'शांत कमल का तालाब', 'حديقة هادئة'])
                    [1 + nth % 11]
                || (ARRAY[' in the mist', ' by moonlight', ', seen from above', ' after the rain', ' at dawn',
                    ' under northern lights', ' in late autumn'])[1 + nth % 7]
                || ', plate ' || nth AS words
            FROM generate_series(:count, 1, -1) AS nth
            ORDER BY nth DESC
        ) AS tile
        """,
    ),
    (
        "generations",
        """
        INSERT INTO generations (
            id, uuid, user_id, kind, prompt, style, color, model, params, price_id, price, charged, status, progress,
            priority, tries, request_key, request_hash, via, created_at, started_at, finished_at
        )
        SELECT
            tile.generation_id, gen_random_uuid(), :user_id, 'image', tile.words, ticket.style, ticket.color,
            ticket.model, ticket.params, ticket.price_id, 0, 0, 'succeeded', 100, 0, 0,
            'gallery:' || tile.generation_id, 'gallery', 'web', tile.created_at, tile.created_at, tile.created_at
        FROM seed_tiles AS tile JOIN seed_chosen AS ticket ON ticket.n = tile.ticket
        WHERE NOT tile.is_upload ORDER BY tile.generation_id
        """,
    ),
    (
        "media",
        """
        INSERT INTO media (
            id, uuid, user_id, generation_id, ordinal, origin, kind, title, sha256, width, height, blurhash,
            carries_words, safety, created_at, moderation, starred, board_id, trashed_at
        )
        SELECT
            tile.media_id, gen_random_uuid(), :user_id,
            CASE WHEN NOT tile.is_upload THEN tile.generation_id END, CASE WHEN NOT tile.is_upload THEN 0 END,
            CASE WHEN tile.is_upload THEN 'upload' ELSE 'output' END, 'image',
            CASE WHEN tile.is_upload THEN replace(tile.words, ' ', '_') || '.jpg' END,
            real.sha256, real.width, real.height, real.blurhash, false, 'clear', tile.created_at, 'undecided',
            tile.nth % 25 = 3,
            CASE WHEN tile.nth % 9 = 4 THEN (
                SELECT id FROM boards WHERE user_id = :user_id ORDER BY id OFFSET tile.nth % 4 LIMIT 1
            ) END,
            CASE WHEN tile.nth % 100 = 50 THEN CAST(:now AS timestamptz) - tile.nth % 29 * interval '1 day' END
        FROM seed_tiles AS tile JOIN seed_real AS real ON real.n = tile.real ORDER BY tile.media_id
        """,
    ),
    (
        "",
        """
        INSERT INTO media_files (media_id, role, key, mime, bytes, sha256)
        SELECT tile.media_id, file.role, file.key, file.mime, file.bytes, file.sha256
        FROM seed_tiles AS tile
        JOIN seed_real AS real ON real.n = tile.real
        CROSS JOIN LATERAL jsonb_to_recordset(real.files) AS file (
            role text, key text, mime text, bytes bigint, sha256 text
        )
        """,
    ),
)


def fill(email: str, count: int, *, days: int, now: datetime) -> None:
    """Give the person with this address so many pictures, made in so many days, on boards and off them."""
    user_id = db.session().scalars(select(User.id).where(func.lower(User.email) == email.lower())).one()
    release_connection()
    # Not a picture more is drawn than is hung.
    drawn = [_store(user_id, number) for number in range(1, min(REAL, count) + 1)]
    with transaction() as session:
        _hang(session, user_id, drawn, count, start=now - timedelta(days=days), now=now)


def _hang(
    session: Session, user_id: int, drawn: list[dict[str, object]], count: int, *, start: datetime, now: datetime
) -> None:
    session.execute(select(func.setseed(CHANCES)))
    values = {
        "user_id": user_id,
        "count": count,
        "real": json.dumps(drawn),
        "real_count": len(drawn),
        "start": start,
        "now": now,
        **tickets(session, now=now),
    }
    for _, statement in STATEMENTS:
        run(session, statement, values)
    for table in ("generations", "media", "media_files", "boards"):
        session.execute(text(f"ANALYZE {table}"))


def _store(user_id: int, number: int) -> dict[str, object]:
    uuid: UUID = uuid4()
    picture = draw(uuid.int, RATIOS[number % len(RATIOS)])
    written = io.BytesIO()
    picture.save(written, "WEBP", quality=80, method=2)
    content = written.getvalue()
    contents = with_thumbnails(picture, Content(content, "image/webp"))
    files = put_all(adapters().store, f"users/{user_id}/{uuid}", contents)
    return {
        "n": number,
        "width": picture.width,
        "height": picture.height,
        "blurhash": blurred(picture),
        "sha256": hashlib.sha256(content).hexdigest(),
        "files": [
            {"role": one.role, "key": one.key, "mime": one.mime, "bytes": one.bytes, "sha256": one.sha256}
            for one in files
        ],
    }
