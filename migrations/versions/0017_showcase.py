"""Pictures that their owners offer for the front page, and those that moderators chose for it."""

import sqlalchemy as sa
from alembic import op

from imagegarden.schema_changes import at_leisure, build_index

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade():
    for name in ("offered_at", "showcased_at"):
        op.add_column("media", sa.Column(name, sa.DateTime(timezone=True), nullable=True), if_not_exists=True)
    with at_leisure():
        build_index(
            "ix_media_showcased_at",
            "media",
            ["showcased_at", "id"],
            postgresql_where=sa.text("showcased_at IS NOT NULL"),
        )


def downgrade():
    op.drop_column("media", "showcased_at")
    op.drop_column("media", "offered_at")
