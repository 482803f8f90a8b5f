"""What the staff sets while the site runs, invitations, and signs of life."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "switches",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", postgresql.JSONB(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_switches")),
    )
    op.create_table(
        "invitations",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("places", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("used BETWEEN 0 AND places", name=op.f("ck_invitations_used")),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"], name=op.f("fk_invitations_made_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitations_token_hash")),
    )
    op.create_table(
        "model_settings",
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("is_premium", sa.Boolean(), nullable=True),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("model", name=op.f("pk_model_settings")),
    )
    op.create_table(
        "heartbeats",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('web', 'worker', 'clock')", name=op.f("ck_heartbeats_role")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeats")),
    )
    op.create_table(
        "check_results",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_check_results")),
    )
    for reports in ("vendor_events", "payment_events"):
        op.add_column(reports, sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True))
        op.create_index(f"ix_{reports}_received_at", reports, ["received_at"])
    op.create_index(op.f("ix_heartbeats_seen_at"), "heartbeats", ["seen_at"])
    op.add_column("users", sa.Column("invitation_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_users_invitation_id_invitations"), "users", "invitations", ["invitation_id"], ["id"]
    )


def downgrade():
    op.drop_constraint(op.f("fk_users_invitation_id_invitations"), "users", type_="foreignkey")
    op.drop_column("users", "invitation_id")
    for reports in ("vendor_events", "payment_events"):
        op.drop_index(f"ix_{reports}_received_at", table_name=reports)
        op.drop_column(reports, "sent_at")
    op.drop_table("check_results")
    op.drop_table("heartbeats")
    op.drop_table("model_settings")
    op.drop_table("invitations")
    op.drop_table("switches")
