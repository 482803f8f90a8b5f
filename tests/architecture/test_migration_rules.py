"""Migrations add and leave alone (docs/releasing.md): the code of before goes on running on what they make."""

from pathlib import Path

import pytest

from tests.architecture.migration_rules import faults

# Those of before were applied to empty databases.
FIRST = "0011"
MIGRATIONS = sorted(path for path in Path("migrations/versions").glob("0*.py") if path.name >= FIRST)


@pytest.mark.parametrize("path", MIGRATIONS, ids=lambda path: path.stem)
def test_no_migration_locks_a_table_for_long_or_breaks_the_code_of_before(path: Path) -> None:
    assert faults(path.name, path.read_text()) == []


@pytest.mark.parametrize(
    "step",
    [
        'op.create_index("ix_a_b", "a", ["b"])',
        'op.add_column("a", sa.Column("b", sa.Text(), nullable=False))',
        'op.drop_column("a", "b")',
        'op.drop_table("a")',
        'op.rename_table("a", "b")',
        'op.alter_column("a", "b", new_column_name="c")',
        'op.alter_column("a", "b", nullable=False)',
        'op.alter_column("a", "b", type_=sa.Text())',
        'op.create_check_constraint(op.f("ck_a_b"), "a", "b > 0")',
        'op.create_foreign_key(op.f("fk_a_b_c"), "a", "c", ["b"], ["id"])',
        'op.create_unique_constraint(op.f("uq_a_b"), "a", ["b"])',
        'op.execute("CREATE UNIQUE INDEX ix_a_b ON a (b)")',
        'op.execute("ALTER TABLE a ADD CONSTRAINT ck_a_b CHECK (b > 0)")',
        'op.execute(sa.text("ALTER TABLE a ALTER COLUMN b SET NOT NULL"))',
        'op.execute("ALTER TABLE a DROP COLUMN b")',
        'op.execute("ALTER TABLE a RENAME TO b")',
    ],
)
def test_a_migration_that_would_is_found(step: str) -> None:
    assert len(faults("0099_words.py", f"def upgrade():\n    {step}\n")) == 1


@pytest.mark.parametrize(
    "step",
    [
        'op.create_index("ix_a_b", "a", ["b"], postgresql_concurrently=True)',
        'build_index("ix_a_b", "a", ["b"])',
        'op.add_column("a", sa.Column("b", sa.Text(), nullable=False, server_default=""))',
        'op.add_column("a", sa.Column("b", sa.Text(), nullable=True))',
        'op.execute("ALTER TABLE a ADD CONSTRAINT ck_a_b CHECK (b > 0) NOT VALID")',
        'op.create_table("a", sa.Column("b", sa.Text(), nullable=False)); op.create_index("ix_a_b", "a", ["b"])',
    ],
)
def test_a_migration_that_adds_is_sound(step: str) -> None:
    assert faults("0099_words.py", f"def upgrade():\n    {step}\n") == []


def test_only_a_contraction_takes_away_and_going_down_may() -> None:
    taking = 'def upgrade():\n    op.drop_column("a", "b")\n'
    assert faults("0099_words.py", taking)
    assert faults("0099_words_contract_b.py", taking) == []
    assert faults("0099_words.py", taking.replace("upgrade", "downgrade")) == []
