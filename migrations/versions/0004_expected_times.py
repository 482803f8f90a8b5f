"""When something is likely to be done: learned from how its model fared lately."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("model_health", sa.Column("usual_seconds", sa.Float(), nullable=True))
    op.add_column("generations", sa.Column("expected_at", sa.DateTime(timezone=True), nullable=True))


def downgrade():
    op.drop_column("generations", "expected_at")
    op.drop_column("model_health", "usual_seconds")
