"""Whoever keeps what they know of a person is told when it changes, in the moment of the commit."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# Only what is kept: a person who is seen, or spends, is no news.
TRIGGERS = {
    "users": (
        "UPDATE OF email, username, password_hash, role, status, session_version, flagged_at, deleted_at",
        "id",
    ),
    "periods": ("INSERT OR UPDATE OR DELETE", "user_id"),
    "subscriptions": ("INSERT OR UPDATE OR DELETE", "user_id"),
}


def upgrade():
    op.execute(
        """
        CREATE FUNCTION tell_of_person() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('people_changed', to_jsonb(COALESCE(NEW, OLD)) ->> TG_ARGV[0]);
            RETURN NULL;
        END $$
        """
    )
    for table, (events, column) in TRIGGERS.items():
        op.execute(
            f"CREATE TRIGGER {table}_tell AFTER {events} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION tell_of_person('{column}')"
        )


def downgrade():
    for table in TRIGGERS:
        op.execute(f"DROP TRIGGER {table}_tell ON {table}")
    op.execute("DROP FUNCTION tell_of_person()")
