"""A model that is stopped by hand, how the queue was, minute by minute, and what the staff looks for among jobs and payments."""

import sqlalchemy as sa
from alembic import op

from imagegarden.schema_changes import add_foreign_key, at_leisure, build_index

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column(
        "model_health",
        sa.Column("is_stopped", sa.Boolean(), nullable=False, server_default=sa.false()),
        if_not_exists=True,
    )
    op.create_table(
        "queue_samples",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waiting", sa.BigInteger(), nullable=False),
        sa.Column("under_way", sa.BigInteger(), nullable=False),
        sa.Column("longest_wait_seconds", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("at", name=op.f("pk_queue_samples")),
        if_not_exists=True,
    )
    for name in ("stepped_at", "refunded_at"):
        op.add_column("generations", sa.Column(name, sa.DateTime(timezone=True), nullable=True), if_not_exists=True)
    op.add_column("generations", sa.Column("again_of", sa.BigInteger(), nullable=True), if_not_exists=True)
    with at_leisure():
        index_generations()
        index_payments()


def index_generations():
    add_foreign_key("fk_generations_again_of_generations", "generations", "again_of", "generations")
    build_index(
        "uq_generations_again_of",
        "generations",
        ["again_of"],
        unique=True,
        postgresql_where=sa.text("again_of IS NOT NULL"),
    )
    build_index("ix_generations_model_created_at_id", "generations", ["model", "created_at", "id"])
    build_index(
        "ix_generations_kind_created_at_id",
        "generations",
        ["kind", "created_at", "id"],
        postgresql_where=sa.text("kind <> 'image'"),
    )
    build_index(
        "ix_generations_ended_badly",
        "generations",
        ["created_at", "id"],
        postgresql_where=sa.text("status IN ('failed', 'canceled')"),
    )
    build_index(
        "ix_generations_error_code_created_at_id",
        "generations",
        ["error_code", "created_at", "id"],
        postgresql_where=sa.text("error_code IS NOT NULL"),
    )


def index_payments():
    build_index("ix_payments_created_at_id", "payments", ["created_at", "id"])
    build_index("ix_payments_vendor_id", "payments", ["vendor_id"])
    build_index(
        "ix_payments_uncaptured", "payments", ["created_at", "id"], postgresql_where=sa.text("state <> 'captured'")
    )
    build_index(
        "ix_payments_trouble",
        "payments",
        ["created_at", "id"],
        postgresql_where=sa.text("fault IS NOT NULL OR dispute IS NOT NULL"),
    )
    build_index("ix_purchases_vendor_id", "purchases", ["vendor_id"])
    build_index(
        "uq_credit_entries_granted",
        "credit_entries",
        ["reference"],
        unique=True,
        postgresql_where=sa.text("kind = 'grant'"),
    )


def downgrade():
    op.drop_index("uq_credit_entries_granted", table_name="credit_entries")
    op.drop_index("ix_purchases_vendor_id", table_name="purchases")
    op.drop_index("ix_payments_trouble", table_name="payments")
    op.drop_index("ix_payments_uncaptured", table_name="payments")
    op.drop_index("ix_payments_vendor_id", table_name="payments")
    op.drop_index("ix_payments_created_at_id", table_name="payments")
    op.drop_index("ix_generations_error_code_created_at_id", table_name="generations")
    op.drop_index("ix_generations_ended_badly", table_name="generations")
    op.drop_index("ix_generations_kind_created_at_id", table_name="generations")
    op.drop_index("ix_generations_model_created_at_id", table_name="generations")
    op.drop_column("generations", "again_of")
    op.drop_column("generations", "refunded_at")
    op.drop_column("generations", "stepped_at")
    op.drop_table("queue_samples")
    op.drop_column("model_health", "is_stopped")
