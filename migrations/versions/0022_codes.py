"""Codes that are counted, and forgotten after a day; a line for free credits; mailboxes of before that are sealed."""

import sqlalchemy as sa
from alembic import op

from imagegarden.schema_changes import add_check, at_leisure, build_index

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

AMOUNT = "ck_welcomes_amount"


def upgrade():
    op.add_column(
        "one_time_codes", sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True), if_not_exists=True
    )
    op.add_column(
        "users",
        sa.Column("mailbox_sealed", sa.Boolean(), server_default=sa.false(), nullable=False),
        if_not_exists=True,
    )
    op.execute(f"ALTER TABLE welcomes DROP CONSTRAINT IF EXISTS {AMOUNT}")
    with at_leisure():
        add_check(AMOUNT, "welcomes", "amount >= 0")
        build_index("ix_one_time_codes_created_at", "one_time_codes", ["created_at"])
        build_index(
            "ix_welcomes_network_due_at",
            "welcomes",
            ["network", "due_at"],
            postgresql_where=sa.text("network IS NOT NULL"),
        )
        build_index(
            "ix_users_unsealed",
            "users",
            ["id"],
            postgresql_where=sa.text("NOT mailbox_sealed"),
        )


def downgrade():
    op.drop_index("ix_users_unsealed", table_name="users")
    op.drop_index("ix_welcomes_network_due_at", table_name="welcomes")
    op.drop_index("ix_one_time_codes_created_at", table_name="one_time_codes")
    op.execute("DELETE FROM welcomes WHERE amount = 0")
    op.execute(f"ALTER TABLE welcomes DROP CONSTRAINT {AMOUNT}")
    op.create_check_constraint(op.f(AMOUNT), "welcomes", "amount > 0")
    op.drop_column("users", "mailbox_sealed")
    op.drop_column("one_time_codes", "begun_at")
