"""Devices that can be ended one by one, second factors, and codes for more than signing up."""

import sqlalchemy as sa
from alembic import op

from imagegarden.schema_changes import add_check, at_leisure, build_index

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

PURPOSE = "ck_one_time_codes_purpose"


def upgrade():
    op.add_column(
        "user_sessions", sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True), if_not_exists=True
    )
    op.add_column(
        "user_sessions",
        sa.Column("remembered", sa.Boolean(), nullable=False, server_default=sa.false()),
        if_not_exists=True,
    )
    op.create_table(
        "second_factors",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sealed_secret", sa.Text(), nullable=False),
        sa.Column("sealed_with", sa.Text(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tries_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_second_factors_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_second_factors")),
        if_not_exists=True,
    )
    # For the clock, which seals secrets of an earlier key anew.
    op.create_index("ix_second_factors_sealed_with", "second_factors", ["sealed_with"], if_not_exists=True)
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_recovery_codes_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
        sa.UniqueConstraint("user_id", "code_hash", name=op.f("uq_recovery_codes_user_id_code_hash")),
        if_not_exists=True,
    )
    # Every process hears that a device was signed out.
    op.execute("DROP TRIGGER IF EXISTS user_sessions_tell ON user_sessions")
    op.execute(
        "CREATE TRIGGER user_sessions_tell AFTER UPDATE OF ended_at ON user_sessions "
        "FOR EACH ROW EXECUTE FUNCTION tell_of_person('user_id')"
    )
    op.execute(f"ALTER TABLE one_time_codes DROP CONSTRAINT IF EXISTS {PURPOSE}")
    with at_leisure():
        add_check(PURPOSE, "one_time_codes", "purpose IN ('sign_up', 'password_reset', 'email_change')")
        build_index("ix_user_sessions_seen_at", "user_sessions", ["seen_at"])


def downgrade():
    op.drop_index("ix_user_sessions_seen_at", table_name="user_sessions")
    op.execute("DELETE FROM one_time_codes WHERE purpose <> 'sign_up'")
    op.execute(f"ALTER TABLE one_time_codes DROP CONSTRAINT {PURPOSE}")
    op.create_check_constraint(op.f(PURPOSE), "one_time_codes", "purpose IN ('sign_up')")
    op.execute("DROP TRIGGER user_sessions_tell ON user_sessions")
    op.drop_table("recovery_codes")
    op.drop_table("second_factors")
    op.drop_column("user_sessions", "remembered")
    op.drop_column("user_sessions", "expires_at")
