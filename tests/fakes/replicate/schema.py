"""What a model takes and makes, as its OpenAPI document; and what is wrong with an input, in Replicate's words."""

import json
from collections.abc import Mapping
from typing import Any

from tests.fakes.replicate.fields import Field, Model, OutputKind

URI_STARTS = ("http://", "https://", "data:")
# Of what is in an address; base64 makes four characters of three bytes.
LARGEST_DATA_URL = 256 * 1024
EVENTS = ("start", "output", "logs", "completed")
TYPES = {"string": str, "boolean": bool, "array": list, "object": dict}
TOKENS_SCHEMA = {
    "type": "array",
    "items": {"type": "string"},
    "x-cog-array-type": "iterator",
    "x-cog-array-display": "concatenate",
}


def invalid(kind: str, where: str, description: str) -> dict[str, str]:
    """One entry of `invalid_fields`."""
    return {"type": kind, "field": where, "description": description}


def input_problems(model: Model, given: Any) -> list[dict[str, str]]:
    """Everything that is wrong with an input."""
    if not isinstance(given, dict):
        return [_wrong_type("input", "object", given)]
    problems = [
        invalid("required", "input", f"{name} is required")
        for name, field in model.fields.items()
        if field.required and name not in given
    ]
    for name, value in given.items():
        if name not in model.fields:
            message = f"Additional property {name} is not allowed"
            problems.append(invalid("additional_property_not_allowed", "input", message))
        else:
            problems += _value_problems(f"input.{name}", name, model.fields[name], value)
    conflict = None if problems else model.conflict(model.filled(given))
    return [invalid("conflict", f"input.{conflict[0]}", conflict[1])] if conflict else problems


def body_problems(body: Mapping[str, Any], allowed: tuple[str, ...]) -> list[dict[str, str]]:
    """Everything that is wrong around the input."""
    problems = [
        invalid("additional_property_not_allowed", "(root)", f"Additional property {name} is not allowed")
        for name in body
        if name not in allowed
    ]
    problems += [
        invalid("required", "(root)", f"{name} is required")
        for name in ("version", "input")
        if name in allowed and name not in body
    ]
    webhook = body.get("webhook")
    if webhook is not None and not (isinstance(webhook, str) and webhook.startswith(URI_STARTS[:2])):
        problems.append(invalid("format", "webhook", "Does not match format 'uri'"))
    events = body.get("webhook_events_filter")
    if events is not None and not isinstance(events, list):
        return [*problems, _wrong_type("webhook_events_filter", "array", events)]
    for n, event in enumerate(events or ()):
        if event not in EVENTS:
            name = f"webhook_events_filter.{n}"
            problems.append(invalid("enum", name, f"{name} must be one of the following: {_listed(EVENTS)}"))
    return problems


def _value_problems(where: str, name: str, field: Field, value: Any) -> list[dict[str, str]]:
    if not _has_type(value, field.type):
        return [_wrong_type(where, field.type, value)]
    if field.enum and value not in field.enum:
        return [invalid("enum", where, f"{name} must be one of the following: {_listed(field.enum)}")]
    if field.minimum is not None and value < field.minimum:
        return [invalid("number_gte", where, f"Must be greater than or equal to {field.minimum:g}")]
    if field.maximum is not None and value > field.maximum:
        return [invalid("number_lte", where, f"Must be less than or equal to {field.maximum:g}")]
    if field.max_items is not None and len(value) > field.max_items:
        return [invalid("array_max_items", where, f"Array must have at most {field.max_items} items")]
    if field.is_uri:
        addresses = value if isinstance(value, list) else [value]
        if not all(isinstance(address, str) and address.startswith(URI_STARTS) for address in addresses):
            return [invalid("format", where, "Does not match format 'uri'")]
        if any(_size_in_data_url(address) > LARGEST_DATA_URL for address in addresses):
            message = "Data URLs can hold 256 kB at most. Upload larger files and give their URL"
            return [invalid("data_url_too_large", where, message)]
    return []


def _size_in_data_url(address: str) -> int:
    """How many bytes an address holds."""
    head, _, body = address.partition(",") if address.startswith("data:") else ("", "", "")
    return len(body) * 3 // 4 if head.endswith(";base64") else len(body)


def _has_type(value: Any, kind: str) -> bool:
    if kind in ("integer", "number"):
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        # To JSON Schema, 4.0 is an integer.
        return is_number and (kind == "number" or float(value).is_integer())
    return isinstance(value, TYPES[kind])


def _wrong_type(where: str, expected: str, value: Any) -> dict[str, str]:
    names = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}
    message = f"Invalid type. Expected: {expected}, given: {names.get(type(value), 'null')}"
    return invalid("invalid_type", where, message)


def _listed(options: tuple[Any, ...]) -> str:
    return ", ".join(json.dumps(option) for option in options)


def openapi(model: Model) -> dict[str, Any]:
    """The OpenAPI document of a version, of the parts that clients read."""
    if not model.schema_cache:
        model.schema_cache.update(_make_openapi(model))
    return model.schema_cache


def _make_openapi(model: Model) -> dict[str, Any]:
    schemas: dict[str, Any] = {}
    properties: dict[str, Any] = {}
    for order, (name, field) in enumerate(model.fields.items()):
        title = name.replace("_", " ").title()
        about = {"x-order": order, "description": field.description or title}
        if field.default is not None:
            about["default"] = field.default
        if field.enum:
            schemas[name] = {
                "enum": list(field.enum),
                "type": field.type,
                "title": name,
                "description": "An enumeration.",
            }
            properties[name] = {"allOf": [{"$ref": f"#/components/schemas/{name}"}], **about}
            continue
        properties[name] = {"type": field.type, "title": title, **about}
        if field.type == "array":
            properties[name]["items"] = {"type": "string", **({"format": "uri"} if field.is_uri else {})}
        elif field.is_uri:
            properties[name]["format"] = "uri"
        for key, limit in (("minimum", field.minimum), ("maximum", field.maximum), ("maxItems", field.max_items)):
            if limit is not None:
                properties[name][key] = limit
    required = [name for name, field in model.fields.items() if field.required]
    schemas["Input"] = {"type": "object", "title": "Input", "properties": properties}
    if required:
        schemas["Input"]["required"] = required
    schemas["Output"] = {"title": "Output", **_output_schema(model)}
    return {
        "openapi": "3.0.2",
        "info": {"title": "Cog", "version": "0.1.0"},
        "paths": {},
        "components": {"schemas": schemas},
    }


def _output_schema(model: Model) -> dict[str, Any]:
    if model.output is OutputKind.TOKENS:
        return TOKENS_SCHEMA
    uri = {"type": "string", "format": "uri"}
    return uri if model.output is OutputKind.SINGLE else {"type": "array", "items": uri}
