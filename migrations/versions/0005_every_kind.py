"""Every kind of making: films, enlarging, inpainting, editing and better prompts; pictures that people bring along."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Credits by model and kind. A group of outputs costs this much; what makes one at a time has groups of one.
PRICES = (
    ("garden-film", "video", 5),
    ("wan-2.2", "video", 5),
    ("wan-2.2-animate", "video", 5),
    ("hailuo-02", "video", 10),
    ("animate-diff", "video", 5),
    ("garden-resample", "upscale", 1),
    ("garden-restore", "upscale", 1),
    ("real-esrgan", "upscale", 1),
    ("clarity-upscaler", "upscale", 1),
    ("gfpgan", "upscale", 1),
    ("garden-fill", "inpaint", 1),
    ("flux-fill-pro", "inpaint", 1),
    ("stable-diffusion-inpainting", "inpaint", 1),
    ("garden-recolor", "edit", 1),
    ("flux-kontext-pro", "edit", 1),
    ("garden-words", "enhance", 0),
    ("llama-3-8b", "enhance", 0),
)


def upgrade():
    op.add_column("generations", sa.Column("parent_media_id", sa.BigInteger(), nullable=True))
    op.add_column("generations", sa.Column("mask_media_id", sa.BigInteger(), nullable=True))
    op.add_column("generations", sa.Column("result_text", sa.Text(), nullable=True))
    for column in ("parent_media_id", "mask_media_id"):
        op.create_foreign_key(
            op.f(f"fk_generations_{column}_media"), "generations", "media", [column], ["id"], ondelete="SET NULL"
        )
    op.create_index(op.f("ix_generations_parent_media_id"), "generations", ["parent_media_id"], unique=False)
    op.create_index(
        "ix_generations_mask_media_id",
        "generations",
        ["mask_media_id"],
        unique=False,
        postgresql_where=sa.text("mask_media_id IS NOT NULL"),
    )
    op.drop_constraint(op.f("ck_generations_kind"), "generations", type_="check")
    op.create_check_constraint(
        op.f("ck_generations_kind"),
        "generations",
        "kind IN ('image', 'video', 'upscale', 'inpaint', 'edit', 'enhance')",
    )
    op.add_column("attempts", sa.Column("uploads", postgresql.JSONB(astext_type=sa.Text()), nullable=True))

    op.alter_column("media", "generation_id", nullable=True)
    op.alter_column("media", "ordinal", nullable=True)
    op.add_column(
        "media",
        sa.Column(
            "origin",
            sa.Enum("output", "upload", "mask", name="mediaorigin", native_enum=False, length=20),
            server_default="output",
            nullable=False,
        ),
    )
    op.alter_column("media", "origin", server_default=None)
    op.add_column("media", sa.Column("title", sa.Text(), nullable=True))
    op.add_column("media", sa.Column("duration_seconds", sa.Float(), nullable=True))
    op.drop_constraint(op.f("ck_media_kind"), "media", type_="check")
    op.create_check_constraint(op.f("ck_media_kind"), "media", "kind IN ('image', 'video')")
    op.create_check_constraint(op.f("ck_media_origin"), "media", "origin IN ('output', 'upload', 'mask')")
    op.create_check_constraint(
        op.f("ck_media_output_of_generation"),
        "media",
        "(origin = 'output') = (generation_id IS NOT NULL AND ordinal IS NOT NULL)",
    )
    op.drop_index("ix_media_gallery", table_name="media")
    op.create_index(
        "ix_media_gallery",
        "media",
        ["user_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("trashed_at IS NULL AND origin <> 'mask'"),
    )
    op.create_index(
        "ix_media_brought_along", "media", ["user_id"], unique=False, postgresql_where=sa.text("origin <> 'output'")
    )
    op.drop_constraint(op.f("ck_media_files_role"), "media_files", type_="check")
    op.create_check_constraint(
        op.f("ck_media_files_role"), "media_files", "role IN ('original', 'thumb_s', 'thumb_l', 'svg', 'poster')"
    )
    op.drop_constraint(op.f("ck_model_prices_credits"), "model_prices", type_="check")
    op.create_check_constraint(op.f("ck_model_prices_credits"), "model_prices", "credits >= 0")
    for model, kind, credits in PRICES:
        op.execute(
            sa.text(
                "INSERT INTO model_prices (model, kind, credits, outputs, valid_from) "
                "VALUES (:model, :kind, :credits, 1, '2000-01-01T00:00:00Z') ON CONFLICT DO NOTHING"
            ).bindparams(model=model, kind=kind, credits=credits)
        )


def downgrade():
    unfinished = sa.text("SELECT count(*) FROM generations WHERE kind <> 'image' AND finished_at IS NULL")
    if op.get_bind().scalar(unfinished):
        raise RuntimeError("Films and other work are under way, and credits are held for them: let them end first.")
    # The release before knows pictures from words alone; what else there is has to go, with all that names it.
    op.execute("DELETE FROM moderation_decisions WHERE generation_id IN (SELECT id FROM generations WHERE kind <> 'image')")
    op.execute("UPDATE generations SET parent_media_id = NULL, mask_media_id = NULL")
    op.execute(
        "DELETE FROM media WHERE origin <> 'output' "
        "OR generation_id IN (SELECT id FROM generations WHERE kind <> 'image')"
    )
    op.execute("DELETE FROM attempts WHERE generation_id IN (SELECT id FROM generations WHERE kind <> 'image')")
    op.execute("DELETE FROM generations WHERE kind <> 'image'")
    op.execute("DELETE FROM model_prices WHERE kind <> 'image'")
    op.drop_constraint(op.f("ck_model_prices_credits"), "model_prices", type_="check")
    op.create_check_constraint(op.f("ck_model_prices_credits"), "model_prices", "credits > 0")
    op.drop_constraint(op.f("ck_media_files_role"), "media_files", type_="check")
    op.create_check_constraint(
        op.f("ck_media_files_role"), "media_files", "role IN ('original', 'thumb_s', 'thumb_l', 'svg')"
    )
    op.drop_index("ix_media_brought_along", table_name="media", postgresql_where=sa.text("origin <> 'output'"))
    op.drop_index(
        "ix_media_gallery", table_name="media", postgresql_where=sa.text("trashed_at IS NULL AND origin <> 'mask'")
    )
    op.create_index(
        "ix_media_gallery",
        "media",
        ["user_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("trashed_at IS NULL"),
    )
    for name in ("output_of_generation", "origin", "kind"):
        op.drop_constraint(op.f(f"ck_media_{name}"), "media", type_="check")
    op.create_check_constraint(op.f("ck_media_kind"), "media", "kind IN ('image')")
    for column in ("duration_seconds", "title", "origin"):
        op.drop_column("media", column)
    op.alter_column("media", "ordinal", nullable=False)
    op.alter_column("media", "generation_id", nullable=False)
    op.drop_column("attempts", "uploads")
    op.drop_constraint(op.f("ck_generations_kind"), "generations", type_="check")
    op.create_check_constraint(op.f("ck_generations_kind"), "generations", "kind IN ('image')")
    op.drop_index(
        "ix_generations_mask_media_id",
        table_name="generations",
        postgresql_where=sa.text("mask_media_id IS NOT NULL"),
    )
    op.drop_index(op.f("ix_generations_parent_media_id"), table_name="generations")
    for column in ("parent_media_id", "mask_media_id"):
        op.drop_constraint(op.f(f"fk_generations_{column}_media"), "generations", type_="foreignkey")
    for column in ("result_text", "mask_media_id", "parent_media_id"):
        op.drop_column("generations", column)
