"""People, credits, generations and media: the tables that everything stands on."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# What was entered stays entered, whoever connects.
APPEND_ONLY = ("credit_entries", "audit_log")
REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END;
$$
"""


def upgrade():
    op.create_table(
        "model_prices",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("outputs", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("credits > 0", name=op.f("ck_model_prices_credits")),
        sa.CheckConstraint("outputs > 0", name=op.f("ck_model_prices_outputs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_prices")),
        sa.UniqueConstraint("model", "kind", "valid_from", name=op.f("uq_model_prices_model_kind_valid_from")),
    )
    op.create_table(
        "one_time_codes",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.Enum("sign_up", name="codepurpose", native_enum=False, length=20), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("code_hmac", sa.Text(), nullable=True),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("purpose IN ('sign_up')", name=op.f("ck_one_time_codes_purpose")),
        sa.CheckConstraint("tries BETWEEN 0 AND 5", name=op.f("ck_one_time_codes_tries")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_codes")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_one_time_codes_token_hash")),
    )
    op.create_index("ix_one_time_codes_email_created_at", "one_time_codes", ["email", "created_at"], unique=False)
    op.create_index(
        "ix_one_time_codes_unmailed",
        "one_time_codes",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("mailed_at IS NULL"),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.Enum("member", "admin", name="role", native_enum=False, length=20), nullable=False),
        sa.Column(
            "status",
            sa.Enum("active", "suspended", "deleted", name="userstatus", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("session_version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('member', 'admin')", name=op.f("ck_users_role")),
        sa.CheckConstraint("status IN ('active', 'suspended', 'deleted')", name=op.f("ck_users_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
    )
    op.create_index("uq_users_email", "users", [sa.literal_column("lower(email)")], unique=True)
    op.create_table(
        "audit_log",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column("fields", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_audit_log_actor_id_users")),
        sa.ForeignKeyConstraint(["subject_id"], ["users.id"], name=op.f("fk_audit_log_subject_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    op.create_index(op.f("ix_audit_log_created_at"), "audit_log", ["created_at"], unique=False)
    op.create_index(op.f("ix_audit_log_subject_id"), "audit_log", ["subject_id"], unique=False)
    op.create_table(
        "credit_accounts",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("available", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("available >= 0", name=op.f("ck_credit_accounts_available")),
        sa.CheckConstraint("held >= 0", name=op.f("ck_credit_accounts_held")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_credit_accounts_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_credit_accounts")),
    )
    op.create_table(
        "credit_holds",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("captured", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "captured", "released", name="holdstate", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('open', 'captured', 'released')", name=op.f("ck_credit_holds_state")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_credit_holds_amount")),
        sa.CheckConstraint("captured BETWEEN 0 AND amount", name=op.f("ck_credit_holds_captured")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_credit_holds_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_holds")),
        sa.UniqueConstraint("reference", name=op.f("uq_credit_holds_reference")),
    )
    op.create_index(op.f("ix_credit_holds_user_id"), "credit_holds", ["user_id"], unique=False)
    op.create_table(
        "credit_lots",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "source", sa.Enum("sign_up", "grant", name="lotsource", native_enum=False, length=20), nullable=False
        ),
        sa.Column("granted", sa.BigInteger(), nullable=False),
        sa.Column("remaining", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("source IN ('sign_up', 'grant')", name=op.f("ck_credit_lots_source")),
        sa.CheckConstraint("granted > 0", name=op.f("ck_credit_lots_granted")),
        sa.CheckConstraint("remaining >= 0", name=op.f("ck_credit_lots_remaining")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_credit_lots_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_lots")),
    )
    op.create_index("ix_credit_lots_user_id_expires_at", "credit_lots", ["user_id", "expires_at"], unique=False)
    op.create_table(
        "generations",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Enum("image", name="generationkind", native_enum=False, length=20), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("style", sa.Text(), nullable=False),
        sa.Column("color", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("params", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("price_id", sa.BigInteger(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("charged", sa.BigInteger(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "queued",
                "starting",
                "running",
                "storing",
                "succeeded",
                "failed",
                "canceled",
                name="generationstatus",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("progress", sa.BigInteger(), nullable=False),
        sa.Column("cancel_requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("priority", sa.BigInteger(), nullable=False),
        sa.Column("next_step_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("request_key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("via", sa.Enum("web", "cli", name="via", native_enum=False, length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status IN ('succeeded', 'failed', 'canceled')) = (finished_at IS NOT NULL AND charged IS NOT NULL AND next_step_at IS NULL)",
            name=op.f("ck_generations_finished"),
        ),
        sa.CheckConstraint("kind IN ('image')", name=op.f("ck_generations_kind")),
        sa.CheckConstraint(
            "status IN ('queued', 'starting', 'running', 'storing', 'succeeded', 'failed', 'canceled')",
            name=op.f("ck_generations_status"),
        ),
        sa.CheckConstraint("charged BETWEEN 0 AND price", name=op.f("ck_generations_charged")),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name=op.f("ck_generations_progress")),
        sa.ForeignKeyConstraint(["price_id"], ["model_prices.id"], name=op.f("fk_generations_price_id_model_prices")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_generations_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_generations")),
        sa.UniqueConstraint("user_id", "request_key", name=op.f("uq_generations_user_id_request_key")),
        sa.UniqueConstraint("uuid", name=op.f("uq_generations_uuid")),
    )
    op.create_index(
        "ix_generations_due",
        "generations",
        ["next_step_at"],
        unique=False,
        postgresql_where=sa.text("next_step_at IS NOT NULL"),
    )
    op.create_index(
        "ix_generations_unfinished",
        "generations",
        ["user_id"],
        unique=False,
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_index(
        "ix_generations_user_id_created_at_id", "generations", ["user_id", "created_at", "id"], unique=False
    )
    op.create_table(
        "user_sessions",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_user_sessions_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_sessions")),
    )
    op.create_index(op.f("ix_user_sessions_user_id"), "user_sessions", ["user_id"], unique=False)
    op.create_table(
        "attempts",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("generation_id", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("provider_job_id", sa.Text(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("starting", "started", "ended", name="attemptstate", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("outputs", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('starting', 'started', 'ended')", name=op.f("ck_attempts_state")),
        sa.ForeignKeyConstraint(
            ["generation_id"], ["generations.id"], name=op.f("fk_attempts_generation_id_generations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
        sa.UniqueConstraint("provider", "provider_job_id", name=op.f("uq_attempts_provider_provider_job_id")),
        sa.UniqueConstraint("uuid", name=op.f("uq_attempts_uuid")),
    )
    op.create_index(op.f("ix_attempts_generation_id"), "attempts", ["generation_id"], unique=False)
    op.create_index(
        "uq_attempts_generation_id_live",
        "attempts",
        ["generation_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'ended'"),
    )
    op.create_table(
        "credit_entries",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("hold_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "grant",
                "hold",
                "release",
                "capture",
                "expire",
                "adjust",
                name="entrykind",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind IN ('grant', 'release') AND amount > 0) OR (kind IN ('hold', 'capture', 'expire') AND amount < 0) OR (kind = 'adjust' AND amount <> 0)",
            name=op.f("ck_credit_entries_sign"),
        ),
        sa.ForeignKeyConstraint(["hold_id"], ["credit_holds.id"], name=op.f("fk_credit_entries_hold_id_credit_holds")),
        sa.ForeignKeyConstraint(["lot_id"], ["credit_lots.id"], name=op.f("fk_credit_entries_lot_id_credit_lots")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_credit_entries_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_entries")),
        sa.UniqueConstraint("reference", "kind", "lot_id", name=op.f("uq_credit_entries_reference_kind_lot_id")),
    )
    op.create_index(op.f("ix_credit_entries_hold_id"), "credit_entries", ["hold_id"], unique=False)
    op.create_index(op.f("ix_credit_entries_lot_id"), "credit_entries", ["lot_id"], unique=False)
    op.create_index("ix_credit_entries_user_id_id", "credit_entries", ["user_id", "id"], unique=False)
    op.create_table(
        "media",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("generation_id", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Enum("image", name="mediakind", native_enum=False, length=20), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("width", sa.BigInteger(), nullable=False),
        sa.Column("height", sa.BigInteger(), nullable=False),
        sa.Column("blurhash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trashed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('image')", name=op.f("ck_media_kind")),
        sa.ForeignKeyConstraint(["generation_id"], ["generations.id"], name=op.f("fk_media_generation_id_generations")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_media_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media")),
        sa.UniqueConstraint("generation_id", "ordinal", name=op.f("uq_media_generation_id_ordinal")),
        sa.UniqueConstraint("uuid", name=op.f("uq_media_uuid")),
    )
    op.create_index(
        "ix_media_gallery",
        "media",
        ["user_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("trashed_at IS NULL"),
    )
    op.create_index(
        "ix_media_trashed_at", "media", ["trashed_at"], unique=False, postgresql_where=sa.text("trashed_at IS NOT NULL")
    )
    op.create_table(
        "media_files",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("media_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "role",
            sa.Enum("original", "thumb_s", "thumb_l", "svg", name="filerole", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("mime", sa.Text(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.CheckConstraint("role IN ('original', 'thumb_s', 'thumb_l', 'svg')", name=op.f("ck_media_files_role")),
        sa.CheckConstraint("bytes > 0", name=op.f("ck_media_files_bytes")),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media.id"], name=op.f("fk_media_files_media_id_media"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media_files")),
        sa.UniqueConstraint("media_id", "role", name=op.f("uq_media_files_media_id_role")),
    )
    op.execute(REFUSE_CHANGE)
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    # The first price: one credit for each started pair of pictures.
    op.execute(
        "INSERT INTO model_prices (model, kind, credits, outputs, valid_from) "
        "VALUES ('garden', 'image', 1, 2, '2000-01-01T00:00:00Z')"
    )


def downgrade():
    op.drop_table("media_files")
    op.drop_index("ix_media_trashed_at", table_name="media", postgresql_where=sa.text("trashed_at IS NOT NULL"))
    op.drop_index("ix_media_gallery", table_name="media", postgresql_where=sa.text("trashed_at IS NULL"))
    op.drop_table("media")
    op.drop_index("ix_credit_entries_user_id_id", table_name="credit_entries")
    op.drop_index(op.f("ix_credit_entries_lot_id"), table_name="credit_entries")
    op.drop_index(op.f("ix_credit_entries_hold_id"), table_name="credit_entries")
    op.drop_table("credit_entries")
    op.drop_index("uq_attempts_generation_id_live", table_name="attempts", postgresql_where=sa.text("state <> 'ended'"))
    op.drop_index(op.f("ix_attempts_generation_id"), table_name="attempts")
    op.drop_table("attempts")
    op.drop_index(op.f("ix_user_sessions_user_id"), table_name="user_sessions")
    op.drop_table("user_sessions")
    op.drop_index("ix_generations_user_id_created_at_id", table_name="generations")
    op.drop_index(
        "ix_generations_unfinished", table_name="generations", postgresql_where=sa.text("finished_at IS NULL")
    )
    op.drop_index("ix_generations_due", table_name="generations", postgresql_where=sa.text("next_step_at IS NOT NULL"))
    op.drop_table("generations")
    op.drop_index("ix_credit_lots_user_id_expires_at", table_name="credit_lots")
    op.drop_table("credit_lots")
    op.drop_index(op.f("ix_credit_holds_user_id"), table_name="credit_holds")
    op.drop_table("credit_holds")
    op.drop_table("credit_accounts")
    op.drop_index(op.f("ix_audit_log_subject_id"), table_name="audit_log")
    op.drop_index(op.f("ix_audit_log_created_at"), table_name="audit_log")
    op.drop_table("audit_log")
    op.drop_index("uq_users_email", table_name="users")
    op.drop_table("users")
    op.drop_index(
        "ix_one_time_codes_unmailed", table_name="one_time_codes", postgresql_where=sa.text("mailed_at IS NULL")
    )
    op.drop_index("ix_one_time_codes_email_created_at", table_name="one_time_codes")
    op.drop_table("one_time_codes")
    op.drop_table("model_prices")
    op.execute("DROP FUNCTION refuse_change()")
