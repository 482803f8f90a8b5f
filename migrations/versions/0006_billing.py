"""Premium: plans, purchases, subscriptions, payments, the days that they pay for, and the reports about them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Name, price in paise, credits, and the days for which they are.
PLANS = (("free", 0, 5, None), ("pass", 50000, 1600, 30), ("subscription", 50000, 1600, 30))


def upgrade():
    op.create_table(
        "plans",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column(
            "key", sa.Enum("free", "pass", "subscription", name="plankey", native_enum=False, length=20), nullable=False
        ),
        sa.Column("price_paise", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=True),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(key = 'free') = (days IS NULL) AND (days IS NULL OR days > 0)", name=op.f("ck_plans_days")
        ),
        sa.CheckConstraint("key IN ('free', 'pass', 'subscription')", name=op.f("ck_plans_key")),
        sa.CheckConstraint("credits >= 0", name=op.f("ck_plans_credits")),
        sa.CheckConstraint("price_paise >= 0", name=op.f("ck_plans_price_paise")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
        sa.UniqueConstraint("key", "valid_from", name=op.f("uq_plans_key_valid_from")),
    )
    op.create_table(
        "purchases",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("vendor_id", sa.Text(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("new", "open", "paid", "failed", "expired", name="purchasestate", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_payment_id", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_event_id", sa.BigInteger(), nullable=True),
        sa.Column("next_check_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('new', 'open', 'paid', 'failed', 'expired')", name=op.f("ck_purchases_state")),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_purchases_plan_id_plans")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_purchases_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchases")),
        sa.UniqueConstraint("uuid", name=op.f("uq_purchases_uuid")),
        sa.UniqueConstraint("vendor", "vendor_id", name=op.f("uq_purchases_vendor_vendor_id")),
    )
    op.create_index(op.f("ix_purchases_next_check_at"), "purchases", ["next_check_at"], unique=False)
    op.create_index(op.f("ix_purchases_user_id"), "purchases", ["user_id"], unique=False)
    op.create_table(
        "payment_events",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=True),
        sa.Column("payment_id", sa.Text(), nullable=True),
        sa.Column("purchase_id", sa.BigInteger(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["purchase_id"], ["purchases.id"], name=op.f("fk_payment_events_purchase_id_purchases")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_events")),
        sa.UniqueConstraint("vendor", "event_id", name=op.f("uq_payment_events_vendor_event_id")),
    )
    op.create_index("ix_payment_events_payment_id", "payment_events", ["payment_id"], unique=False)
    op.create_index("ix_payment_events_purchase_id", "payment_events", ["purchase_id"], unique=False)
    op.create_index(
        "ix_payment_events_subject_id",
        "payment_events",
        ["subject_id"],
        unique=False,
        postgresql_where="purchase_id IS NULL",
    )
    op.create_table(
        "payments",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("purchase_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("vendor_id", sa.Text(), nullable=False),
        sa.Column("amount_paise", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "created",
                "authorized",
                "failed",
                "captured",
                "refunded",
                name="paymentstate",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("refunded_paise", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column(
            "fault",
            sa.Enum("amount", "currency", "surplus", name="paymentfault", native_enum=False, length=20),
            nullable=True,
        ),
        sa.Column(
            "dispute", sa.Enum("open", "won", "lost", name="disputestate", native_enum=False, length=20), nullable=True
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refund_wished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refund_next_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("dispute IN ('open', 'won', 'lost')", name=op.f("ck_payments_dispute")),
        sa.CheckConstraint("fault IN ('amount', 'currency', 'surplus')", name=op.f("ck_payments_fault")),
        sa.CheckConstraint(
            "state IN ('created', 'authorized', 'failed', 'captured', 'refunded')", name=op.f("ck_payments_state")
        ),
        sa.CheckConstraint("refunded_paise >= 0", name=op.f("ck_payments_refunded_paise")),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchases.id"], name=op.f("fk_payments_purchase_id_purchases")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_payments_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint("uuid", name=op.f("uq_payments_uuid")),
        sa.UniqueConstraint("vendor", "vendor_id", name=op.f("uq_payments_vendor_vendor_id")),
    )
    op.create_index(op.f("ix_payments_purchase_id"), "payments", ["purchase_id"], unique=False)
    op.create_index(op.f("ix_payments_refund_next_at"), "payments", ["refund_next_at"], unique=False)
    op.create_index("ix_payments_user_id_id", "payments", ["user_id", "id"], unique=False)
    op.create_table(
        "subscriptions",
        sa.Column("purchase_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "created",
                "authenticated",
                "active",
                "pending",
                "halted",
                "paused",
                "canceled",
                "completed",
                "expired",
                name="subscriptionstate",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("renews_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_wished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "told_state",
            sa.Enum(
                "created",
                "authenticated",
                "active",
                "pending",
                "halted",
                "paused",
                "canceled",
                "completed",
                "expired",
                name="subscriptionstate",
                native_enum=False,
                length=20,
            ),
            nullable=True,
        ),
        sa.CheckConstraint(
            "state IN ('created', 'authenticated', 'active', 'pending', 'halted', 'paused', 'canceled', 'completed', 'expired')",
            name=op.f("ck_subscriptions_state"),
        ),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchases.id"], name=op.f("fk_subscriptions_purchase_id_purchases")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_subscriptions_user_id_users")),
        sa.PrimaryKeyConstraint("purchase_id", name=op.f("pk_subscriptions")),
    )
    op.create_index(op.f("ix_subscriptions_user_id"), "subscriptions", ["user_id"], unique=False)
    op.create_table(
        "periods",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=True),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("credits >= 0", name=op.f("ck_periods_credits")),
        sa.CheckConstraint("starts_at <= ends_at", name=op.f("ck_periods_days")),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_periods_payment_id_payments")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_periods_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_periods")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_periods_payment_id")),
    )
    op.create_index("ix_periods_unopened", "periods", ["starts_at"], unique=False, postgresql_where="opened_at IS NULL")
    op.create_index("ix_periods_user_id_ends_at", "periods", ["user_id", "ends_at"], unique=False)
    op.drop_constraint(op.f("ck_credit_lots_source"), "credit_lots", type_="check")
    op.create_check_constraint(op.f("ck_credit_lots_source"), "credit_lots", "source IN ('sign_up', 'period', 'grant')")
    op.add_column("credit_lots", sa.Column("period_id", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_credit_lots_expiring", "credit_lots", ["expires_at"], unique=False, postgresql_where="remaining > 0"
    )
    op.create_unique_constraint(op.f("uq_credit_lots_period_id"), "credit_lots", ["period_id"])
    op.create_foreign_key(op.f("fk_credit_lots_period_id_periods"), "credit_lots", "periods", ["period_id"], ["id"])
    op.add_column("users", sa.Column("flagged_at", sa.DateTime(timezone=True), nullable=True))
    for key, price, credits, days in PLANS:
        op.execute(
            sa.text(
                "INSERT INTO plans (id, key, price_paise, currency, credits, days, valid_from) "
                "VALUES (nextval('plans_id_seq'), :key, :price, 'INR', :credits, :days, '2000-01-01T00:00:00Z')"
            ).bindparams(key=key, price=price, credits=credits, days=days)
        )
    # Days that were given by hand stay; they came without credits.
    op.execute(
        "INSERT INTO periods (user_id, credits, starts_at, ends_at, created_at, opened_at) "
        "SELECT id, 0, LEAST(now(), premium_until), premium_until, now(), now() FROM users "
        "WHERE premium_until IS NOT NULL"
    )
    op.drop_column("users", "premium_until")


def downgrade():
    op.add_column("users", sa.Column("premium_until", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE users SET premium_until = ends.ends_at "
        "FROM (SELECT user_id, max(ends_at) AS ends_at FROM periods GROUP BY user_id) AS ends "
        "WHERE ends.user_id = users.id"
    )
    op.drop_column("users", "flagged_at")
    op.drop_constraint(op.f("fk_credit_lots_period_id_periods"), "credit_lots", type_="foreignkey")
    op.drop_constraint(op.f("uq_credit_lots_period_id"), "credit_lots", type_="unique")
    # To an older application they are credits like others.
    op.drop_constraint(op.f("ck_credit_lots_source"), "credit_lots", type_="check")
    op.execute("UPDATE credit_lots SET source = 'grant' WHERE source = 'period'")
    op.create_check_constraint(op.f("ck_credit_lots_source"), "credit_lots", "source IN ('sign_up', 'grant')")
    op.drop_index("ix_credit_lots_expiring", table_name="credit_lots", postgresql_where="remaining > 0")
    op.drop_column("credit_lots", "period_id")
    op.drop_index("ix_periods_user_id_ends_at", table_name="periods")
    op.drop_index("ix_periods_unopened", table_name="periods", postgresql_where="opened_at IS NULL")
    op.drop_table("periods")
    op.drop_index(op.f("ix_subscriptions_user_id"), table_name="subscriptions")
    op.drop_table("subscriptions")
    op.drop_index("ix_payments_user_id_id", table_name="payments")
    op.drop_index(op.f("ix_payments_refund_next_at"), table_name="payments")
    op.drop_index(op.f("ix_payments_purchase_id"), table_name="payments")
    op.drop_table("payments")
    op.drop_index("ix_payment_events_subject_id", table_name="payment_events", postgresql_where="purchase_id IS NULL")
    op.drop_table("payment_events")
    op.drop_index(op.f("ix_purchases_user_id"), table_name="purchases")
    op.drop_index(op.f("ix_purchases_next_check_at"), table_name="purchases")
    op.drop_table("purchases")
    op.drop_table("plans")
