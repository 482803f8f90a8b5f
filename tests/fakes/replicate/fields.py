"""What a model's table entry consists of: fields of its input, and the kind of its output."""

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.replicate.inputs import Inputs
from tests.fakes.replicate.making.work import Recipe


class OutputKind(enum.Enum):
    """The shape in which a model hands over what it made."""

    LIST = "list"
    SINGLE = "single"
    TOKENS = "tokens"


@dataclass(frozen=True)
class Field:
    """One field of a model's input."""

    type: str
    default: Any = None
    required: bool = False
    enum: tuple[Any, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    is_uri: bool = False
    max_items: int | None = None
    description: str = ""


@dataclass(frozen=True)
class Model:
    """One model: who it belongs to, what it takes, and what it makes."""

    slug: str
    version: str
    fields: Mapping[str, Field]
    output: OutputKind
    is_official: bool = True
    # How a file is made; None where text comes out.
    make: Recipe | None = None
    # What the schema cannot say: a field that does not go with the others, and why.
    conflict: Callable[[Mapping[str, Any]], tuple[str, str] | None] = lambda given: None
    # Why a run with these values and files fails.
    trouble: Callable[[Mapping[str, Any], Inputs], str | None] = lambda given, inputs: None
    # The file type where the input does not ask for one; None where text comes out.
    extension: str | None = "png"
    steps: int = 28
    description: str = ""
    run_count: int = 1_000_000
    schema_cache: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def filled(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The input with the defaults of what was not given."""
        defaults = {name: known.default for name, known in self.fields.items() if known.default is not None}
        return {**defaults, **given}

    def list_fields(self) -> frozenset[str]:
        """The fields that take many files."""
        return frozenset(name for name, known in self.fields.items() if known.is_uri and known.type == "array")

    def extension_for(self, given: Mapping[str, Any]) -> str:
        """The file type of its outputs."""
        return str(self.filled(given).get("output_format") or self.extension)

    def count_for(self, given: Mapping[str, Any]) -> int:
        """How many files it makes."""
        return int(self.filled(given).get("num_outputs", 1))

    def steps_for(self, given: Mapping[str, Any]) -> int:
        """How many steps its progress counts."""
        filled = self.filled(given)
        return int(filled.get("num_inference_steps") or filled.get("steps") or self.steps)


def text(default: str | None = None, *, required: bool = False, description: str = "") -> Field:
    """Any string."""
    return Field("string", default, required, description=description)


def choice(default: Any, *options: Any, required: bool = False) -> Field:
    """One of the options."""
    return Field("integer" if isinstance(options[0], int) else "string", default, required, enum=options)


def whole(default: int | None, minimum: float | None = None, maximum: float | None = None) -> Field:
    """An integer, within limits if there are any."""
    return Field("integer", default, minimum=minimum, maximum=maximum)


def number(default: float, minimum: float | None = None, maximum: float | None = None) -> Field:
    """A number, within limits if there are any."""
    return Field("number", default, minimum=minimum, maximum=maximum)


def flag(default: bool) -> Field:
    """Yes or no."""
    return Field("boolean", default)


def file(*, required: bool = False) -> Field:
    """The address of a file."""
    return Field("string", required=required, is_uri=True)


def files(at_most: int) -> Field:
    """Addresses of files."""
    return Field("array", is_uri=True, max_items=at_most)
