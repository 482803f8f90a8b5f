"""Payments of those who left, or were kept out, before their money arrived: it goes back."""

from alembic import op

from imagegarden.schema_changes import add_check, at_leisure

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade():
    op.drop_constraint(op.f("ck_payments_fault"), "payments", type_="check", if_exists=True)
    with at_leisure():
        add_check("ck_payments_fault", "payments", "fault IN ('amount', 'currency', 'surplus', 'absent')")


def downgrade():
    # What goes back by itself, as the release before knows it.
    op.execute("UPDATE payments SET fault = 'surplus' WHERE fault = 'absent'")
    op.drop_constraint(op.f("ck_payments_fault"), "payments", type_="check")
    op.create_check_constraint(op.f("ck_payments_fault"), "payments", "fault IN ('amount', 'currency', 'surplus')")
