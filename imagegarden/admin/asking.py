"""What the address of a list asks for: words and choices that are always sound."""

from enum import StrEnum
from typing import TypeVar

from flask import request

Choice = TypeVar("Choice", bound=StrEnum)
LONGEST = 254


def asked(name: str) -> str:
    """What is searched for under this name; no database knows the sign that is left out."""
    return request.args.get(name, "").replace("\0", "").strip()[:LONGEST]


def chosen(kind: type[Choice], name: str, otherwise: Choice) -> Choice:
    """One of the choices; what is none is the usual one."""
    text = request.args.get(name, "")
    return kind(text) if text in set(kind) else otherwise
