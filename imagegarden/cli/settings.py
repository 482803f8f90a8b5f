"""Every setting with its default and what it is for, as docs/operating.md shows them."""

import re
from pathlib import Path

import click
from pydantic_core import PydanticUndefined

from config import Settings

EXAMPLE = Path(__file__).parents[2] / ".env.example"
SETTING = re.compile(r"# ([A-Z][A-Z0-9_]*)=(.*)")


@click.command("settings")
def settings() -> None:
    """Print the table of all settings, from config.py and .env.example."""
    click.echo(table())


def table() -> str:
    """Every setting in Markdown: its name, its default, and the words of .env.example above it."""
    rows = ["| setting | default | |", "|---|---|---|"]
    for name, words in _explained().items():
        default = Settings.model_fields[name.lower()].default
        shown = "" if default in (None, "", [], PydanticUndefined) or not str(default).strip("*") else f"`{default}`"
        rows.append(f"| `{name}` | {shown} | {words.replace('|', '/')} |")
    return "\n".join(rows)


def _explained() -> dict[str, str]:
    """The settings of .env.example in their order, each with the comment that it stands under."""
    found: dict[str, str] = {}
    words: list[str] = []
    for line in EXAMPLE.read_text().splitlines():
        setting = SETTING.fullmatch(line)
        if setting:
            found[setting[1]] = " ".join(words)
            words = []
        elif line.startswith("# "):
            words.append(line.removeprefix("# "))
        else:
            words = []
    return found
