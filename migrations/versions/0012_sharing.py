"""Unlisted links, reports about what they show, and what moderators decided."""

import sqlalchemy as sa
from alembic import op

from imagegarden.schema_changes import add_check, add_unique, at_leisure, build_index, update_in_parts

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

REASONS = "'illegal', 'sexual', 'violence', 'hate', 'privacy', 'copyright'"


def upgrade():
    for column in (
        sa.Column("share_token", sa.Text(), nullable=True),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shows_prompt", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moderation", sa.String(20), nullable=False, server_default=sa.text("'undecided'")),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_for", sa.Text(), nullable=True),
    ):
        op.add_column("media", column, if_not_exists=True)
    make_reports()
    make_decisions()
    with at_leisure():
        # What the safety check has marked until now waits for a decision like what it will mark.
        update_in_parts("media", "queued_at = created_at", "safety = 'flagged' AND queued_at IS NULL")
        add_unique("uq_media_share_token", "media", ["share_token"])
        add_check("ck_media_moderation", "media", "moderation IN ('undecided', 'approved', 'removed', 'restored')")
        add_check("ck_media_decided", "media", "(moderation = 'undecided') = (decided_at IS NULL)")
        add_check("ck_media_shared", "media", "(share_token IS NULL) = (shared_at IS NULL)")
        build_index(
            "ix_media_queued_at_id", "media", ["queued_at", "id"], postgresql_where=sa.text("queued_at IS NOT NULL")
        )
        build_index(
            "ix_media_decided_at_id",
            "media",
            ["moderation", "decided_at", "id"],
            postgresql_where=sa.text("decided_at IS NOT NULL"),
        )
        build_index("ix_moderation_decisions_created_at_rule_id", "moderation_decisions", ["created_at", "rule_id"])


def make_reports():
    op.create_table(
        "reports",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("media_id", sa.BigInteger(), nullable=False),
        sa.Column("reporter_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(20), nullable=True),
        sa.CheckConstraint(f"reason IN ({REASONS}, 'other')", name=op.f("ck_reports_reason")),
        sa.CheckConstraint("outcome IN ('upheld', 'dismissed')", name=op.f("ck_reports_outcome")),
        sa.CheckConstraint("(closed_at IS NULL) = (outcome IS NULL)", name=op.f("ck_reports_closed")),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media.id"], name=op.f("fk_reports_media_id_media"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["reporter_id"], ["users.id"], name=op.f("fk_reports_reporter_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        if_not_exists=True,
    )
    op.create_index("ix_reports_media_id_id", "reports", ["media_id", "id"], if_not_exists=True)
    op.create_index(
        "ix_reports_reporter_id",
        "reports",
        ["reporter_id"],
        postgresql_where=sa.text("reporter_id IS NOT NULL"),
        if_not_exists=True,
    )
    op.create_index(
        "uq_reports_open",
        "reports",
        ["reporter_id", "media_id"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL AND reporter_id IS NOT NULL"),
        if_not_exists=True,
    )


def make_decisions():
    op.create_table(
        "media_decisions",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("media_id", sa.BigInteger(), nullable=True),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("moderator_id", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("request_key", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "action IN ('approve', 'remove', 'ban', 'restore')", name=op.f("ck_media_decisions_action")
        ),
        sa.CheckConstraint(
            f"reason IN ({REASONS}, 'harmless', 'mistake', 'appeal', 'other')", name=op.f("ck_media_decisions_reason")
        ),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media.id"], name=op.f("fk_media_decisions_media_id_media"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_media_decisions_owner_id_users")),
        sa.ForeignKeyConstraint(["moderator_id"], ["users.id"], name=op.f("fk_media_decisions_moderator_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media_decisions")),
        sa.UniqueConstraint("request_key", name=op.f("uq_media_decisions_request_key")),
        if_not_exists=True,
    )
    op.create_index("ix_media_decisions_media_id_id", "media_decisions", ["media_id", "id"], if_not_exists=True)
    op.create_index("ix_media_decisions_owner_id", "media_decisions", ["owner_id"], if_not_exists=True)


def downgrade():
    op.drop_index("ix_moderation_decisions_created_at_rule_id", table_name="moderation_decisions")
    op.drop_table("media_decisions")
    op.drop_table("reports")
    op.drop_index("ix_media_decided_at_id", table_name="media")
    op.drop_index("ix_media_queued_at_id", table_name="media")
    for name in ("shared", "decided", "moderation"):
        op.drop_constraint(op.f(f"ck_media_{name}"), "media", type_="check")
    op.drop_constraint(op.f("uq_media_share_token"), "media", type_="unique")
    for name in ("decided_for", "decided_at", "moderation", "queued_at", "shows_prompt", "shared_at", "share_token"):
        op.drop_column("media", name)
