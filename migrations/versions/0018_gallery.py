"""Boards, stars, and the words by which pictures are found."""

import sqlalchemy as sa
from alembic import op

from imagegarden.schema_changes import add_foreign_key, at_leisure, build_index

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# Accents and vowel points, without which a word is still found.
MARKS = r"[\u0300-\u036f\u0640\u064b-\u0655\u0670]"
# Scripts that put no space between words, and emoji: each sign is a word of its own.
SIGNS = r"([\u2600-\u27bf\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U0001f000-\U0001faff])"
# ASCII that is neither letter nor digit, and the punctuation of other scripts. Everything else is part of a word:
# PostgreSQL's own parser loses emoji and cuts Hindi at its vowel signs, on some systems and on others not.
GAPS = (
    r"[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u00d7\u00f7\u060c\u061b\u061f\u06d4\u0964\u0965"
    r"\u2000-\u206f\u3000-\u303f\ufe00-\ufe0f]+"
)

WORDS = rf"""
CREATE OR REPLACE FUNCTION picture_words(said text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000
BEGIN ATOMIC
    SELECT coalesce(array_agg(DISTINCT left(word, 60)), CAST(ARRAY[] AS text[]))
    FROM regexp_split_to_table(
        regexp_replace(
            regexp_replace(normalize(lower(said), NFKD), '{MARKS}', '', 'g'), '{SIGNS}', ' \1 ', 'g'
        ),
        '{GAPS}'
    ) AS word
    WHERE word <> '';
END
"""
# The owner is one of the words, so that a search looks at nobody else's. No text can contain that word.
OWNED = """
CREATE OR REPLACE FUNCTION owned_words(owner bigint, said text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000
BEGIN ATOMIC
    SELECT array_to_tsvector(array_append(picture_words(said), '#' || owner));
END
"""
# Every word is found by its beginning; a single letter only as it is.
ASKED = """
CREATE OR REPLACE FUNCTION asked_words(owner bigint, said text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000
BEGIN ATOMIC
    SELECT CAST(
        string_agg(
            '''' || word || '''' || CASE WHEN length(word) > 1 AND word NOT LIKE '#%' THEN ':*' ELSE '' END, ' & '
        ) AS tsquery
    )
    FROM unnest(array_append(picture_words(said), '#' || owner)) AS word;
END
"""


def upgrade():
    op.create_table(
        "boards",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 60", name=op.f("ck_boards_name")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_boards_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boards")),
        sa.UniqueConstraint("uuid", name=op.f("uq_boards_uuid")),
        if_not_exists=True,
    )
    op.create_index(
        "uq_boards_user_id_name",
        "boards",
        ["user_id", sa.literal_column("lower(name)")],
        unique=True,
        if_not_exists=True,
    )
    op.add_column(
        "media", sa.Column("starred", sa.Boolean(), nullable=False, server_default=sa.false()), if_not_exists=True
    )
    op.add_column("media", sa.Column("board_id", sa.BigInteger(), nullable=True), if_not_exists=True)
    for function in (WORDS, OWNED, ASKED):
        op.execute(function)
    with at_leisure():
        add_foreign_key("fk_media_board_id_boards", "media", "board_id", "boards", on_delete="SET NULL")
        build_index(
            "ix_media_board_id_created_at_id",
            "media",
            ["board_id", "created_at", "id"],
            postgresql_where=sa.text("board_id IS NOT NULL"),
        )
        build_index(
            "ix_media_starred",
            "media",
            ["user_id", "created_at", "id"],
            postgresql_where=sa.text("starred AND trashed_at IS NULL"),
        )
        build_index(
            "ix_media_trash",
            "media",
            ["user_id", "trashed_at", "id"],
            postgresql_where=sa.text("trashed_at IS NOT NULL AND origin <> 'mask'"),
        )
        build_index(
            "ix_generations_words",
            "generations",
            [sa.literal_column("owned_words(user_id, prompt)")],
            postgresql_using="gin",
        )
        build_index(
            "ix_media_title_words",
            "media",
            [sa.literal_column("owned_words(user_id, title)")],
            postgresql_using="gin",
            postgresql_where=sa.text("title IS NOT NULL"),
        )


def downgrade():
    op.drop_index("ix_media_title_words", table_name="media")
    op.drop_index("ix_generations_words", table_name="generations")
    for name in ("asked_words(bigint, text)", "owned_words(bigint, text)", "picture_words(text)"):
        op.execute(f"DROP FUNCTION {name}")
    op.drop_index("ix_media_trash", table_name="media")
    op.drop_index("ix_media_starred", table_name="media")
    op.drop_index("ix_media_board_id_created_at_id", table_name="media")
    op.drop_constraint("fk_media_board_id_boards", "media", type_="foreignkey")
    op.drop_column("media", "board_id")
    op.drop_column("media", "starred")
    op.drop_table("boards")
