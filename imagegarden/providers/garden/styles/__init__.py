"""The styles: each is a hand that draws the same shapes in its own way, and a finish over the pixels."""

from .art import Art
from .base import Hand
from .ink import Ink
from .papercut import Papercut
from .watercolor import Watercolor

STYLES: dict[str, type[Hand]] = {hand.key: hand for hand in (Art, Watercolor, Papercut, Ink)}

__all__ = ["STYLES", "Hand"]
