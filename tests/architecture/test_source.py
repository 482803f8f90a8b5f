"""What holds for the source as a whole."""

import ast
import re
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

from config import Settings
from imagegarden.db import Base, db
from imagegarden.domain import generation_spec, specs
from imagegarden.providers import catalogue
from imagegarden.providers.garden.engine import PALETTES, STYLES

SOURCES = sorted(Path("imagegarden").rglob("*.py"))


def test_migrations_are_one_numbered_line() -> None:
    config = Config()
    config.set_main_option("script_location", "migrations")
    scripts = ScriptDirectory.from_config(config)
    assert len(scripts.get_heads()) == 1
    numbers = [script.revision for script in scripts.walk_revisions()][::-1]
    assert numbers == [f"{n:04}" for n in range(1, len(numbers) + 1)]
    files = [path.stem for path in Path("migrations/versions").glob("*.py")]
    assert all(re.fullmatch(r"\d{4}(_[a-z]+)+", name) for name in files), files


def test_migrations_go_down_and_up_again_and_give_the_models_schema(own_app: Flask) -> None:
    with own_app.app_context():
        downgrade(revision="base")
        assert set(inspect(db.engine).get_table_names()) == {"alembic_version"}
        upgrade()
        from_migrations = set(inspect(db.engine).get_table_names())
        assert {name for name in from_migrations if not name.startswith("procrastinate_")} == {
            *Base.metadata.tables,
            "alembic_version",
        }
        result = own_app.test_cli_runner().invoke(args=["db", "check"])
        assert result.exit_code == 0, result.output


def test_the_environment_is_read_in_one_place() -> None:
    # Starting a child with our environment hands it on without reading it.
    allowed = {"imagegarden/supervisor.py", "imagegarden/local.py"}
    for path in SOURCES:
        if str(path) in allowed or "embedded" in path.parts:
            continue
        assert not re.search(r"os\.environ|os\.getenv", path.read_text()), path


def test_no_import_hides_in_a_function() -> None:
    for path in SOURCES:
        if "embedded" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                inner = [n for n in ast.walk(node) if isinstance(n, ast.Import | ast.ImportFrom)]
                assert not inner, (path, node.name)


def test_operations_never_commit() -> None:
    for path in Path("imagegarden/domain").rglob("*.py"):
        assert not re.search(r"\.(commit|rollback)\(\)", path.read_text()), path


def test_no_template_is_made_of_what_somebody_sent() -> None:
    made = re.compile(r"render_template_string|from_string\(|Template\(")
    assert [str(path) for path in SOURCES if made.search(path.read_text())] == []


def test_no_row_is_filled_from_a_form_as_a_whole() -> None:
    filled = re.compile(r"populate_obj|\*\*(?:request|form)\.(?:form|data|values|json|args)")
    assert [str(path) for path in SOURCES if filled.search(path.read_text())] == []


def test_files_stay_small() -> None:
    sizes = {path: len(path.read_text().splitlines()) for path in SOURCES}
    assert {path: size for path, size in sizes.items() if size > 330} == {}


def test_every_setting_is_in_the_example() -> None:
    example = Path(".env.example").read_text()
    listed = set(re.findall(r"^#? ?([A-Z_]+)=", example, re.MULTILINE))
    assert listed == {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize(
    ("asked", "catalogued", "drawn"),
    [
        (generation_spec.Style, catalogue.STYLES, STYLES),
        (generation_spec.Color, catalogue.COLORS, PALETTES),
        (generation_spec.AspectRatio, catalogue.SIZES, catalogue.SIZES),
    ],
)
def test_what_may_be_asked_for_is_catalogued_and_can_be_drawn(asked: object, catalogued: object, drawn: object) -> None:
    assert list(asked.__args__) == list(catalogued) == list(drawn)  # type: ignore[attr-defined,call-overload]


def test_the_defaults_are_the_catalogues() -> None:
    spec = specs.parse(models=(catalogue.GARDEN,), prompt="a pond")
    assert (spec.style, spec.color) == (catalogue.DEFAULT_STYLE, catalogue.DEFAULT_COLOR)


def test_the_originals_features_are_mapped_to_tests_that_exist() -> None:
    mapped = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", Path("docs/original.md").read_text())
    assert len(mapped) > 30
    for file, name in mapped:
        assert f"def {name}(" in Path(file).read_text(), (file, name)
