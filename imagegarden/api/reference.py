"""The API's document, read for people: every operation with its fields, examples and answers, in the order of use."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import current_app
from markupsafe import Markup, escape

from imagegarden.api.schema_words import Field, fields_of, name_in, resolved
from imagegarden.web.callers import scopes_of

METHODS = ("post", "get", "put", "patch", "delete")
OWN = "/api/v1/"
# What people need first stands first; what is not named here follows in the document's order.
GROUPS = {
    "generations": "Generations",
    "uploads": "Uploads",
    "media": "Pictures and films",
    "models": "Models",
    "account": "Account",
    "usage": "Usage",
}
ELSEWHERE = "For OpenAI’s clients"


@dataclass(frozen=True)
class Example:
    """Something that is sent or answered."""

    title: str
    text: str


@dataclass(frozen=True)
class Answer:
    """What may come back. `shape` names the object that it is described by."""

    status: int
    words: str
    shape: str | None
    example: Example | None

    @property
    def is_good(self) -> bool:
        """Whether it is what was asked for."""
        return self.status < HTTPStatus.BAD_REQUEST


@dataclass(frozen=True)
class Operation:
    """One method of one address."""

    anchor: str
    method: str
    path: str
    summary: str
    paragraphs: Sequence[str]
    scopes: Sequence[str]
    parameters: Sequence[Field]
    body: Sequence[Field]
    body_type: str | None
    body_examples: Sequence[Example]
    answers: Sequence[Answer]


@dataclass(frozen=True)
class Group:
    """Operations on one kind of thing."""

    anchor: str
    title: str
    operations: Sequence[Operation]


@dataclass(frozen=True)
class Shape:
    """An object that answers are made of."""

    name: str
    words: str
    fields: Sequence[Field]


def groups(document: Mapping[str, Any]) -> Sequence[Group]:
    """All operations, by what they are about."""
    endpoints = _endpoints()
    found: dict[str, list[Operation]] = {name: [] for name in GROUPS}
    for path, item in document["paths"].items():
        name = path.removeprefix(OWN).split("/")[0] if path.startswith(OWN) else ELSEWHERE
        for method in METHODS:
            if method in item:
                operation = _operation(document, path, method, item, endpoints.get((method, path)))
                found.setdefault(name, []).append(operation)
    return [
        Group(_anchor(name), GROUPS.get(name, name), operations) for name, operations in found.items() if operations
    ]


def shapes(document: Mapping[str, Any]) -> Sequence[Shape]:
    """The objects that good answers are made of, and those within them."""
    schemas = document["components"]["schemas"]
    names: dict[str, None] = {}
    for group in groups(document):
        for operation in group.operations:
            for answer in operation.answers:
                _collect(document, answer.shape, names)
    return [
        Shape(name, schemas[name].get("description", ""), fields_of(document, schemas[name]))
        for name in names
        if schemas[name].get("properties")
    ]


def coded(text: str) -> Markup:
    """A text of the document, with what stands between backticks as code."""
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else escape(part)
        for number, part in enumerate(text.split("`"))
    )


def _collect(document: Mapping[str, Any], name: str | None, names: dict[str, None]) -> None:
    if name is None or name in names:
        return
    names[name] = None
    for field in fields_of(document, document["components"]["schemas"][name]):
        _collect(document, field.shape, names)


def _endpoints() -> dict[tuple[str, str], str]:
    """Which endpoint answers a method of an address, written as the document writes it."""
    found = {}
    for rule in current_app.url_map.iter_rules():
        path = re.sub(r"<(?:[^<>:]+:)?(\w+)>", r"{\1}", rule.rule)
        for method in rule.methods or ():
            found[method.lower(), path] = rule.endpoint
    return found


def _operation(
    document: Mapping[str, Any], path: str, method: str, item: Mapping[str, Any], endpoint: str | None
) -> Operation:
    told = item[method]
    contents: Mapping[str, Any] = told.get("requestBody", {}).get("content", {})
    body_type = next(iter(contents), None)
    body: Mapping[str, Any] = contents[body_type] if body_type is not None else {}
    return Operation(
        anchor=_anchor(f"{method} {path}"),
        method=method.upper(),
        path=path,
        summary=told.get("summary", path),
        paragraphs=[part.replace("\n", " ") for part in told.get("description", "").strip().split("\n\n") if part],
        scopes=[scope.value for scope in scopes_of(endpoint) or ()],
        parameters=[
            Field.of_parameter(document, parameter)
            for parameter in (*item.get("parameters", ()), *told.get("parameters", ()))
        ],
        body=fields_of(document, body.get("schema", {})),
        body_type=body_type,
        body_examples=[
            Example(one.get("summary", name), _pretty(one["value"])) for name, one in body.get("examples", {}).items()
        ],
        answers=sorted(_answers(document, told), key=lambda answer: answer.status),
    )


def _answers(document: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[Answer]:
    for status, answer in told["responses"].items():
        if not status.isdecimal():
            continue
        answer = resolved(document, answer)
        content = answer.get("content", {})
        described = content.get("application/json", {})
        words = answer.get("description", "")
        # What the library says where we say nothing adds nothing to the number.
        is_plain = words == HTTPStatus(int(status)).phrase
        example = Example("Answer", _pretty(described["example"])) if "example" in described else None
        yield Answer(int(status), "" if is_plain else words, name_in(described.get("schema", {})), example)


def _pretty(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _anchor(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
