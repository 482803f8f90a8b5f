"""What docker-compose.yml says of its services, with the operator's values in it."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import yaml

from tests.processes import ROOT

# $$, ${NAME:-default}, ${NAME-default}, ${NAME:?what to say}
VALUE = re.compile(r"\$(?:\$|\{(?P<name>\w+)(?P<empty>:?)(?P<kind>[-?])(?P<rest>[^}]*)\})")


@cache
def services() -> dict[str, dict[str, Any]]:
    """All services, by their names."""
    found: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    return found


def command(name: str) -> list[str]:
    """The words that a service runs."""
    service = services()[name]
    return [filled(word, {}) for word in (*service.get("entrypoint", ()), *service["command"])]


def environment(name: str, given: Mapping[str, str]) -> dict[str, str]:
    """The environment that a service is given where the operator's .env says this."""
    return {key: filled(value, given) for key, value in services()[name]["environment"].items()}


def filled(text: str, given: Mapping[str, str]) -> str:
    """A text with values for its variables. Fails where one that has to be given is not."""

    def value(found: re.Match[str]) -> str:
        if found["name"] is None:
            return "$"
        said = given.get(found["name"])
        if said or (said is not None and not found["empty"]):
            return said
        assert found["kind"] == "-", found["rest"]
        return found["rest"]

    return VALUE.sub(value, text)
