"""Administration: more roles, and an audit log that says what else was acted on, and from where."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade():
    op.drop_constraint(op.f("ck_users_role"), "users", type_="check")
    op.create_check_constraint(
        op.f("ck_users_role"), "users", "role IN ('member', 'support', 'moderator', 'admin')"
    )
    op.create_index(
        "ix_users_email_pattern",
        "users",
        [sa.literal_column("lower(email)").label("lower_email")],
        postgresql_ops={"lower_email": "text_pattern_ops"},
    )
    op.create_index(
        "ix_users_username_pattern",
        "users",
        [sa.literal_column("lower(username)").label("lower_username")],
        postgresql_ops={"lower_username": "text_pattern_ops"},
    )
    op.create_index("ix_users_created_at_id", "users", ["created_at", "id"])
    op.create_index("ix_users_staff", "users", ["role"], postgresql_where=sa.text("role <> 'member'"))
    op.add_column("audit_log", sa.Column("target", sa.Text(), nullable=True))
    op.add_column("audit_log", sa.Column("request_key", sa.Text(), nullable=True))
    op.create_unique_constraint(op.f("uq_audit_log_request_key"), "audit_log", ["request_key"])
    op.create_index("ix_audit_log_actor_id_id", "audit_log", ["actor_id", "id"])
    op.create_table(
        "audit_addresses",
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["audit_log.id"], name=op.f("fk_audit_addresses_entry_id_audit_log")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_audit_addresses")),
    )
    op.create_index(op.f("ix_audit_addresses_created_at"), "audit_addresses", ["created_at"])


def downgrade():
    op.drop_table("audit_addresses")
    op.drop_index("ix_audit_log_actor_id_id", table_name="audit_log")
    op.drop_constraint(op.f("uq_audit_log_request_key"), "audit_log", type_="unique")
    op.drop_column("audit_log", "request_key")
    op.drop_column("audit_log", "target")
    op.drop_index("ix_users_staff", table_name="users")
    op.drop_index("ix_users_created_at_id", table_name="users")
    op.drop_index("ix_users_username_pattern", table_name="users")
    op.drop_index("ix_users_email_pattern", table_name="users")
    op.execute("UPDATE users SET role = 'member' WHERE role IN ('support', 'moderator')")
    op.drop_constraint(op.f("ck_users_role"), "users", type_="check")
    op.create_check_constraint(op.f("ck_users_role"), "users", "role IN ('member', 'admin')")
