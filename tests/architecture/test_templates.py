"""Templates: each can be read, each is used, and none runs what the policy forbids."""

import re
from pathlib import Path

from flask import Flask

TEMPLATES = Path("imagegarden/templates")
SOURCES = [*Path("imagegarden").rglob("*.py"), *TEMPLATES.rglob("*.*")]


def names() -> list[str]:
    return sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.*"))


def test_every_template_compiles(app: Flask) -> None:
    assert len(names()) > 20
    for name in names():
        app.jinja_env.get_template(name)


def test_every_template_is_used() -> None:
    sources = {path: path.read_text() for path in SOURCES}
    for name in names():
        # Mails are rendered by the name without its ending.
        spellings = (f'"{name}"', f"'{name}'", f'"{Path(name).stem}"')
        used = any(
            spelling in text
            for path, text in sources.items()
            if path != TEMPLATES / name
            for spelling in (spellings if name.startswith("mail/") else spellings[:2])
        )
        assert used, name


def test_no_template_has_inline_styles_or_handlers() -> None:
    for path in TEMPLATES.rglob("*.html"):
        if path.parent.name == "mail":
            continue
        found = re.search(r"\s(style|on[a-z]+)=[\"']", path.read_text())
        assert found is None, (path, found)


def test_no_template_marks_text_as_safe() -> None:
    for path in TEMPLATES.rglob("*.html"):
        assert "|safe" not in path.read_text().replace(" ", ""), path
