"""Against abuse: free credits once for each mailbox, and networks from which nobody may come."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "welcomes",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("mailbox_seal", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("network", sa.Text(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_welcomes_amount")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_welcomes_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_welcomes")),
        sa.UniqueConstraint("mailbox_seal", name=op.f("uq_welcomes_mailbox_seal")),
        sa.UniqueConstraint("user_id", name=op.f("uq_welcomes_user_id")),
    )
    op.create_index(
        "ix_welcomes_network_created_at",
        "welcomes",
        ["network", "created_at"],
        postgresql_where=sa.text("network IS NOT NULL"),
    )
    op.create_index("ix_welcomes_due_at", "welcomes", ["due_at"], postgresql_where=sa.text("given_at IS NULL"))
    op.create_table(
        "network_blocks",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"], name=op.f("fk_network_blocks_made_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network_blocks")),
    )
    op.create_index("ix_network_blocks_expires_at", "network_blocks", ["expires_at"])


def downgrade():
    op.drop_table("network_blocks")
    op.drop_table("welcomes")
