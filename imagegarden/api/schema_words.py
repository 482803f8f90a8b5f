"""Schemas in words: what a field holds, within which limits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

KINDS = {"integer": "whole number", "number": "number", "string": "text", "boolean": "true or false", "array": "list"}
FORMATS = {"uuid": "id", "date-time": "time", "date": "day", "uri": "address", "url": "address", "binary": "file"}
REFERENCE = "#/components/"


@dataclass(frozen=True)
class Field:
    """A field or a parameter. `shape` names the object that it holds, if it holds one."""

    name: str
    place: str
    kind: str
    choices: Sequence[str]
    limits: str
    default: str | None
    is_required: bool
    words: str
    shape: str | None

    @classmethod
    def of(
        cls, document: Mapping[str, Any], name: str, schema: Mapping[str, Any], *, is_required: bool, place: str = ""
    ) -> "Field":
        """A field of this schema."""
        inner, may_be_null = _inner(document, schema)
        item = _inner(document, inner["items"])[0] if "items" in inner else {}
        kind = _kind(inner)
        if "items" in inner:
            kind = f"list of {_kind(item)}"
        return cls(
            name=name,
            place=place,
            kind=f"{kind} or null" if may_be_null and is_required else kind,
            choices=[str(choice) for choice in inner.get("enum", item.get("enum", ())) if choice is not None],
            limits=_limits(inner),
            default=_default(inner.get("default", schema.get("default"))),
            is_required=is_required,
            words=schema.get("description", ""),
            shape=name_in(schema) if inner.get("properties") or item.get("properties") else None,
        )

    @classmethod
    def of_parameter(cls, document: Mapping[str, Any], parameter: Mapping[str, Any]) -> "Field":
        """A parameter of an operation."""
        parameter = resolved(document, parameter)
        schema = {**parameter.get("schema", {}), "description": parameter.get("description", "")}
        return cls.of(
            document,
            parameter["name"],
            schema,
            is_required=parameter.get("required", False),
            place=parameter["in"],
        )


def fields_of(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Sequence[Field]:
    """The fields of an object."""
    schema = resolved(document, schema)
    required = schema.get("required", ())
    return [
        Field.of(document, name, of, is_required=name in required) for name, of in schema.get("properties", {}).items()
    ]


def resolved(document: Mapping[str, Any], thing: Mapping[str, Any]) -> Mapping[str, Any]:
    """The thing, or what it points to; what stands beside the pointer counts as well."""
    while "$ref" in thing:
        target: Any = document
        for part in thing["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        thing = {**target, **{name: value for name, value in thing.items() if name != "$ref"}}
    return thing


def name_in(schema: Mapping[str, Any]) -> str | None:
    """The name of the object that a schema, or a list of it, holds; None for plain values."""
    if "$ref" in schema:
        found: str = schema["$ref"].rpartition("/")[2]
        return found
    within = [schema["items"]] if "items" in schema else []
    for inner in (*within, *schema.get("anyOf", ()), *schema.get("allOf", ())):
        name = name_in(inner)
        if name:
            return name
    return None


def _inner(document: Mapping[str, Any], schema: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    """The schema of the value itself, and whether null may stand in its place."""
    options = [*schema.get("anyOf", ()), *schema.get("allOf", ())]
    others = [option for option in options if option.get("type") != "null"]
    kinds = schema.get("type")
    may_be_null = len(others) < len(options) or (isinstance(kinds, list) and "null" in kinds)
    return resolved(document, others[0] if others else schema), may_be_null


def _kind(schema: Mapping[str, Any]) -> str:
    kinds = schema.get("type", "object")
    kind = str(next(one for one in kinds if one != "null") if isinstance(kinds, list) else kinds)
    return FORMATS.get(schema.get("format", ""), KINDS.get(kind, kind))


def _default(value: object) -> str | None:
    if value in (None, ""):
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _limits(schema: Mapping[str, Any]) -> str:
    lowest, highest = schema.get("minimum"), schema.get("maximum")
    if lowest is not None and highest is not None:
        return f"{lowest:,} to {highest:,}"
    if lowest is not None:
        return f"{lowest:,} or more"
    if highest is not None:
        return f"at most {highest:,}"
    longest = schema.get("maxLength")
    return f"at most {longest:,} characters" if longest is not None else ""
