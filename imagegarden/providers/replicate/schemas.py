"""The catalogue held against what the provider says about a model: whether all that we may send is still taken."""

from collections.abc import Iterator
from typing import Any

from imagegarden.providers import catalogue
from imagegarden.providers.base import Change
from imagegarden.providers.replicate.fields import Field
from imagegarden.providers.replicate.inputs import FIELDS

Json = dict[str, Any]

TYPES = {"string": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,)}


def compare(model: catalogue.Model, found: Json, pinned: Json | None) -> list[Change]:
    """What has changed about a model. `pinned` is the version that the catalogue names, where it names one."""
    latest = _object(found, "latest_version")
    version = latest if pinned is None else pinned
    changes = _input_changes(FIELDS[model.key], version)
    if pinned is not None and latest.get("id") not in (None, pinned.get("id")):
        changes.append(Change(f"there is a newer version than ours: {latest['id']}", is_fault=False))
    return changes


def _input_changes(fields: Any, version: Json) -> list[Change]:
    schemas = _object(version, "openapi_schema", "components", "schemas")
    taken = _object(schemas, "Input", "properties")
    if not taken:
        return [Change("it does not say any more what it takes")]
    changes = []
    for name, field in fields.items():
        schema = taken.get(name)
        if isinstance(schema, dict):
            changes += [Change(f"{name}: {fault}") for fault in _field_faults(field, _resolved(schema, schemas))]
        else:
            changes.append(Change(f"{name}: the field is gone"))
    required = _object(schemas, "Input").get("required")
    missing = [name for name in required if name not in fields] if isinstance(required, list) else []
    return changes + [Change(f"{name}: a new field that it cannot do without") for name in missing]


def _field_faults(field: Field, schema: Json) -> Iterator[str]:
    sent = [*field.choices, *(end for end in (field.lowest, field.highest) if end is not None)]
    types = TYPES.get(str(schema.get("type")))
    if types is not None and not all(_is_of(value, types) for value in sent):
        yield f"it wants a value of the type {schema['type']} now"
        return
    choices = schema.get("enum")
    if isinstance(choices, list):
        for value in dict.fromkeys(sent):
            if value not in choices:
                yield f"{value!r} is no choice any more"
    numbers = [value for value in sent if isinstance(value, int | float)]
    lowest, highest = schema.get("minimum"), schema.get("maximum")
    if numbers and lowest is not None and min(numbers) < lowest:
        yield f"{lowest:g} is the least now, and we offer {min(numbers):g}"
    if numbers and highest is not None and max(numbers) > highest:
        yield f"{highest:g} is the most now, and we offer {max(numbers):g}"


def _is_of(value: Any, types: tuple[type, ...]) -> bool:
    # To a schema, 4.0 is an integer.
    return isinstance(value, types) or (int in types and isinstance(value, float) and value.is_integer())


def _resolved(schema: Json, schemas: Json) -> Json:
    """A field's schema with what it refers to: choices stand apart, under a name."""
    found = dict(schema)
    parts = schema.get("allOf")
    for part in [schema, *(parts if isinstance(parts, list) else ())]:
        name = str(part.get("$ref", "")).rpartition("/")[2] if isinstance(part, dict) else ""
        found |= _object(schemas, name) if name else {}
    return found


def _object(found: Json, *path: str) -> Json:
    """The object at this path; an empty one when there is none."""
    for name in path:
        inner = found.get(name)
        if not isinstance(inner, dict):
            return {}
        found = inner
    return found
