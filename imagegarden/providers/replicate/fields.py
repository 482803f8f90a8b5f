"""What a field of a model's input is: its value for an order, and what the provider's schema has to allow."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from imagegarden.providers import catalogue
from imagegarden.providers.base import Order

OUTPUT_QUALITY = 92


@dataclass(frozen=True, kw_only=True)
class Field:
    """One input field: its value for an order, and the values that we may ever send.

    `source` names the picture whose address it takes, in a list where it `is_list`; then it has no other value.
    """

    value: Callable[[Order], Any] = lambda _: None
    source: str | None = None
    is_list: bool = False
    choices: tuple[Any, ...] = ()
    lowest: float | None = None
    highest: float | None = None


def words(order: Order) -> str:
    """The prompt, with the words of the chosen looks behind it where the model has looks."""
    if not catalogue.MODELS[order.model].has_looks:
        return order.prompt
    looks = (catalogue.STYLES[order.style].words, catalogue.COLORS[order.color].words)
    return ", ".join((order.prompt, *looks))


def ranged(name: str, allowed: catalogue.Range | None) -> Field:
    """A number of the order, within the model's range."""
    assert allowed is not None
    return Field(value=lambda order: getattr(order, name), lowest=allowed.lowest, highest=allowed.highest)


def fixed(value: Any) -> Field:
    """Always the same."""
    return Field(value=lambda _: value, choices=(value,))


def chosen(name: str, choices: Mapping[Any, Any]) -> Field:
    """What the provider calls one of our choices; nothing where none is made."""
    return Field(value=lambda order: choices.get(getattr(order, name)), choices=tuple(choices.values()))


def picture(source: str = "image", *, is_list: bool = False) -> Field:
    """The address of a picture that the order starts from."""
    return Field(source=source, is_list=is_list)


def ratio(model: catalogue.Model) -> Field:
    """The aspect ratio."""
    return Field(value=lambda order: order.aspect_ratio, choices=tuple(model.sizes))


def side(model: catalogue.Model, number: int) -> Field:
    """The width (0) or the height (1) in pixels."""
    sides = sorted({size[number] for size in model.sizes.values()})
    return Field(
        value=lambda order: (order.width, order.height)[number],
        choices=tuple(sides),
        lowest=sides[0],
        highest=sides[-1],
    )


def count(model: catalogue.Model) -> Field:
    """How many pictures."""
    return Field(value=lambda order: order.count, lowest=1, highest=model.max_count)


def strength(model: catalogue.Model) -> Field:
    """How much of the given picture gives way; nothing where none is given."""
    usual = model.strengths["strong"]
    return Field(
        value=lambda order: model.strengths.get(order.strength or "", usual) if order.image else None,
        lowest=min(model.strengths.values()),
        highest=max(model.strengths.values()),
    )


PROMPT = Field(value=words)
NEGATIVE_PROMPT = Field(value=lambda order: order.negative_prompt or None)
SEED = Field(value=lambda order: order.seed, lowest=0)
WEBP = MappingProxyType({"output_format": fixed("webp"), "output_quality": fixed(OUTPUT_QUALITY)})
