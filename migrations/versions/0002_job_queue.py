"""The job queue's own schema, as its library ships it.

When the library brings a newer schema, a later migration applies its steps, and has to do nothing where this one
already applied the newer schema whole.
"""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

DROP_ALL = """
DO $$
DECLARE
    thing record;
BEGIN
    DROP TABLE procrastinate_events, procrastinate_periodic_defers, procrastinate_jobs, procrastinate_workers CASCADE;
    FOR thing IN
        SELECT oid::regprocedure AS name FROM pg_proc
        WHERE proname LIKE 'procrastinate\\_%' AND pronamespace = current_schema()::regnamespace
    LOOP
        EXECUTE 'DROP FUNCTION ' || thing.name || ' CASCADE';
    END LOOP;
    DROP TYPE procrastinate_job_to_defer_v1, procrastinate_job_event_type, procrastinate_job_status;
END;
$$
"""


def _run(script):
    """Several statements at once, which only a bare cursor takes."""
    op.get_bind().connection.cursor().execute(script)


def upgrade():
    """Apply the schema."""
    _run(SchemaManager.get_schema())


def downgrade():
    """Remove all of it, with the jobs."""
    _run(DROP_ALL)
