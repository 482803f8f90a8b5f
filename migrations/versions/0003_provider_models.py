"""Models of a provider: their prices, their health, reports from outside, the order of the queue, rules for prompts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Credits for each started pair of pictures.
PRICES = {
    "flux-schnell": 1,
    "flux-dev": 1,
    "flux-2-pro": 2,
    "sdxl": 1,
    "stable-diffusion-3.5-large": 1,
    "stable-diffusion": 1,
}
ACTIONS = ("block", "warn", "replace")


def upgrade():
    op.create_table(
        "vendor_events",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vendor_events")),
        sa.UniqueConstraint("vendor", "event_id", name=op.f("uq_vendor_events_vendor_event_id")),
    )
    op.create_table(
        "model_health",
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("resting_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_failure_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error_code", sa.Text(), nullable=True),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_model_health_failures")),
        sa.PrimaryKeyConstraint("model", name=op.f("pk_model_health")),
    )
    op.create_table(
        "alarms",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_alarms")),
    )
    op.create_table(
        "moderation_rules",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.Enum(*ACTIONS, name="ruleaction", native_enum=False, length=20), nullable=False),
        sa.Column(
            "kind", sa.Enum("word", "phrase", "regex", name="rulekind", native_enum=False, length=20), nullable=False
        ),
        sa.Column("pattern", sa.Text(), nullable=False),
        sa.Column("replacement", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("action IN ('block', 'warn', 'replace')", name=op.f("ck_moderation_rules_action")),
        sa.CheckConstraint("kind IN ('word', 'phrase', 'regex')", name=op.f("ck_moderation_rules_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_rules")),
    )
    op.create_table(
        "moderation_decisions",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("rule_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("generation_id", sa.BigInteger(), nullable=True),
        sa.Column("action", sa.Enum(*ACTIONS, name="ruleaction", native_enum=False, length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("action IN ('block', 'warn', 'replace')", name=op.f("ck_moderation_decisions_action")),
        sa.ForeignKeyConstraint(
            ["generation_id"], ["generations.id"], name=op.f("fk_moderation_decisions_generation_id_generations")
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["moderation_rules.id"], name=op.f("fk_moderation_decisions_rule_id_moderation_rules")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_moderation_decisions_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_decisions")),
    )
    op.create_index(
        "ix_moderation_decisions_user_id_created_at", "moderation_decisions", ["user_id", "created_at"], unique=False
    )
    op.add_column("users", sa.Column("premium_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("generations", sa.Column("notice", sa.Text(), nullable=True))
    op.add_column("generations", sa.Column("admitted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("generations", sa.Column("slot_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("generations", sa.Column("news_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE generations SET admitted_at = started_at WHERE finished_at IS NULL AND started_at IS NOT NULL"
    )
    op.create_index(
        "ix_generations_queued",
        "generations",
        ["priority", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'queued'"),
    )
    op.create_index("ix_generations_started_at", "generations", ["started_at"], unique=False)
    op.add_column("attempts", sa.Column("report_token", sa.Text(), nullable=True))
    # Attempts of before were told to nobody.
    op.execute("UPDATE attempts SET report_token = gen_random_uuid()::text")
    op.alter_column("attempts", "report_token", nullable=False)
    op.add_column("attempts", sa.Column("flagged", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("attempts", sa.Column("run_seconds", sa.Float(), nullable=True))
    op.add_column(
        "media",
        sa.Column(
            "safety",
            sa.Enum("clear", "flagged", name="safety", native_enum=False, length=20),
            server_default="clear",
            nullable=False,
        ),
    )
    op.alter_column("media", "safety", server_default=None)
    op.create_check_constraint(op.f("ck_media_safety"), "media", "safety IN ('clear', 'flagged')")
    for model, credits in PRICES.items():
        op.execute(
            sa.text(
                "INSERT INTO model_prices (model, kind, credits, outputs, valid_from) "
                "VALUES (:model, 'image', :credits, 2, '2000-01-01T00:00:00Z') ON CONFLICT DO NOTHING"
            ).bindparams(model=model, credits=credits)
        )


def downgrade():
    # Nobody would let in what is held back.
    op.execute("UPDATE generations SET next_step_at = now() WHERE status = 'queued' AND next_step_at IS NULL")
    op.drop_constraint(op.f("ck_media_safety"), "media", type_="check")
    op.drop_column("media", "safety")
    op.drop_column("attempts", "run_seconds")
    op.drop_column("attempts", "flagged")
    op.drop_column("attempts", "report_token")
    op.drop_index("ix_generations_started_at", table_name="generations")
    op.drop_index(
        "ix_generations_queued", table_name="generations", postgresql_where=sa.text("status = 'queued'")
    )
    for column in ("news_at", "slot_at", "admitted_at", "notice"):
        op.drop_column("generations", column)
    op.drop_column("users", "premium_until")
    op.drop_table("moderation_decisions")
    op.drop_table("moderation_rules")
    op.drop_table("alarms")
    op.drop_table("model_health")
    op.drop_table("vendor_events")
    # Prices that something was sold at stay: rows name them.
    op.execute(
        "DELETE FROM model_prices WHERE model <> 'garden' "
        "AND NOT EXISTS (SELECT 1 FROM generations WHERE price_id = model_prices.id)"
    )
