"""Figures of each day, the refunds with their days, and what these are found by."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "daily_figures",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "name", "label", name=op.f("pk_daily_figures")),
    )
    op.create_table(
        "refunds",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_paise", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_paise > 0", name=op.f("ck_refunds_amount_paise")),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_refunds_payment_id_payments")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds")),
    )
    op.create_index(op.f("ix_refunds_payment_id"), "refunds", ["payment_id"])
    op.create_index(op.f("ix_refunds_created_at"), "refunds", ["created_at"])
    # When what went back until now did so was not kept: the wish is as near as it gets.
    op.execute(
        "INSERT INTO refunds (payment_id, amount_paise, created_at) "
        "SELECT id, back, COALESCE(refund_wished_at, captured_at, created_at) FROM payments, LATERAL "
        "(SELECT CASE WHEN dispute = 'lost' THEN amount_paise ELSE refunded_paise END AS back) AS money "
        "WHERE back > 0"
    )
    op.create_index(
        "ix_payments_captured_at",
        "payments",
        ["captured_at"],
        postgresql_where=sa.text("captured_at IS NOT NULL"),
    )
    op.create_index("ix_periods_ends_at", "periods", ["ends_at"])
    op.create_index("ix_periods_created_at", "periods", ["created_at"])
    op.create_index("ix_generations_created_at", "generations", ["created_at"])
    op.create_index(
        "ix_generations_finished_at",
        "generations",
        ["finished_at"],
        postgresql_where=sa.text("finished_at IS NOT NULL"),
    )
    op.create_index("ix_api_usage_usage_date", "api_usage", ["usage_date"])


def downgrade():
    op.drop_index("ix_api_usage_usage_date", table_name="api_usage")
    op.drop_index("ix_generations_finished_at", table_name="generations")
    op.drop_index("ix_generations_created_at", table_name="generations")
    op.drop_index("ix_periods_created_at", table_name="periods")
    op.drop_index("ix_periods_ends_at", table_name="periods")
    op.drop_index("ix_payments_captured_at", table_name="payments")
    op.drop_table("refunds")
    op.drop_table("daily_figures")
