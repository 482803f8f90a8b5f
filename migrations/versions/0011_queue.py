"""A model that is stopped by hand, and how the queue was, minute by minute."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column(
        "model_health", sa.Column("is_stopped", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_table(
        "queue_samples",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waiting", sa.BigInteger(), nullable=False),
        sa.Column("under_way", sa.BigInteger(), nullable=False),
        sa.Column("longest_wait_seconds", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("at", name=op.f("pk_queue_samples")),
    )


def downgrade():
    op.drop_table("queue_samples")
    op.drop_column("model_health", "is_stopped")
