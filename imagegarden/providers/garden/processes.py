"""What runs in the drawing processes. Only they load the large libraries that it needs."""

from importlib import import_module
from typing import Any

MAKING = "imagegarden.providers.garden.making"


def make(*args: Any) -> bytes:
    """In a drawing process: `making.make` with these arguments."""
    made: bytes = import_module(MAKING).make(*args)
    return made
