"""Leaving: exports of everything that is a person's, and the days in which they may change their mind."""

import sqlalchemy as sa
from alembic import op

from imagegarden.schema_changes import at_leisure, build_index

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "exports",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('asked', 'ready', 'failed')", name=op.f("ck_exports_state")),
        sa.CheckConstraint(
            "(state = 'ready') = (bytes IS NOT NULL AND ready_at IS NOT NULL)", name=op.f("ck_exports_ready")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_exports_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exports")),
        sa.UniqueConstraint("uuid", name=op.f("uq_exports_uuid")),
        if_not_exists=True,
    )
    op.create_index(
        "uq_exports_user_id_asked",
        "exports",
        ["user_id"],
        unique=True,
        postgresql_where=sa.text("state = 'asked'"),
        if_not_exists=True,
    )
    op.create_index("ix_exports_user_id_id", "exports", ["user_id", "id"], if_not_exists=True)
    op.create_index(
        "ix_exports_expires_at",
        "exports",
        ["expires_at"],
        postgresql_where=sa.text("expires_at IS NOT NULL"),
        if_not_exists=True,
    )
    op.create_table(
        "departures",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("purchase_id", sa.BigInteger(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_departures_user_id_users")),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchases.id"], name=op.f("fk_departures_purchase_id_purchases")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_departures")),
        if_not_exists=True,
    )
    op.add_column("users", sa.Column("leaves_at", sa.DateTime(timezone=True), nullable=True), if_not_exists=True)
    # Whoever keeps what they know of a person is told of this, too (0014).
    op.execute("DROP TRIGGER IF EXISTS users_tell_leaving ON users")
    op.execute(
        "CREATE TRIGGER users_tell_leaving AFTER UPDATE OF leaves_at ON users "
        "FOR EACH ROW EXECUTE FUNCTION tell_of_person('id')"
    )
    with at_leisure():
        build_index("ix_users_leaves_at", "users", ["leaves_at"], postgresql_where=sa.text("leaves_at IS NOT NULL"))


def downgrade():
    op.drop_index("ix_users_leaves_at", table_name="users")
    op.execute("DROP TRIGGER users_tell_leaving ON users")
    op.drop_column("users", "leaves_at")
    op.drop_table("departures")
    op.drop_table("exports")
