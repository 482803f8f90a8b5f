"""Guessing at a second factor: longer and longer waits, a letter, and a count for each browser in which it was shown."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column(
        "second_factors", sa.Column("waits", sa.BigInteger(), server_default="0", nullable=False), if_not_exists=True
    )
    op.add_column("second_factors", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True), if_not_exists=True)
    op.create_table(
        "second_factor_tries",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("browser", sa.Text(), nullable=False),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tries_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waits", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["second_factors.user_id"],
            name=op.f("fk_second_factor_tries_user_id_second_factors"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "browser", name=op.f("pk_second_factor_tries")),
        if_not_exists=True,
    )


def downgrade():
    op.drop_table("second_factor_tries")
    op.drop_column("second_factors", "told_at")
    op.drop_column("second_factors", "waits")
