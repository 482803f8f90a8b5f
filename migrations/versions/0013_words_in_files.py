"""Which files may tell the prompt, and whether the owner was told of a decision."""

import sqlalchemy as sa
from alembic import op

from imagegarden.schema_changes import at_leisure, build_index, update_in_parts

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade():
    # Those of before may, and so may those that the code of before goes on to write.
    op.add_column(
        "media",
        sa.Column("carries_words", sa.Boolean(), nullable=False, server_default=sa.true()),
        if_not_exists=True,
    )
    op.add_column("media_decisions", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True), if_not_exists=True)
    with at_leisure():
        # What people bring along was always written anew.
        update_in_parts("media", "carries_words = false", "origin <> 'output' AND carries_words")
        build_index(
            "ix_media_decisions_untold",
            "media_decisions",
            ["id"],
            postgresql_where=sa.text("told_at IS NULL AND action <> 'approve'"),
        )


def downgrade():
    op.drop_index("ix_media_decisions_untold", table_name="media_decisions")
    op.drop_column("media_decisions", "told_at")
    op.drop_column("media", "carries_words")
