"""A picture stands for a person, and people say which letters they want."""

import sqlalchemy as sa
from alembic import op

from imagegarden.schema_changes import add_foreign_key, at_leisure, build_index

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

BEFORE = "email, username, password_hash, role, status, session_version, flagged_at, deleted_at"


def upgrade():
    op.add_column("users", sa.Column("face_media_id", sa.BigInteger(), nullable=True), if_not_exists=True)
    op.add_column(
        "users",
        sa.Column("wants_end_letter", sa.Boolean(), nullable=False, server_default=sa.true()),
        if_not_exists=True,
    )
    tell_of(f"{BEFORE}, face_media_id, wants_end_letter")
    with at_leisure():
        build_index(
            "ix_users_face_media_id",
            "users",
            ["face_media_id"],
            postgresql_where=sa.text("face_media_id IS NOT NULL"),
        )
        add_foreign_key("fk_users_face_media_id_media", "users", "face_media_id", "media", on_delete="SET NULL")


def downgrade():
    tell_of(BEFORE)
    op.drop_column("users", "wants_end_letter")
    op.drop_column("users", "face_media_id")


def tell_of(columns):
    op.execute("DROP TRIGGER IF EXISTS users_tell ON users")
    op.execute(
        f"CREATE TRIGGER users_tell AFTER UPDATE OF {columns} ON users FOR EACH ROW EXECUTE FUNCTION tell_of_person('id')"
    )
