"""The styles: each is a hand that draws the same shapes in its own way, and a finish over the pixels."""

from .art import Art
from .base import Hand
from .botanical import Botanical
from .ink import Ink
from .linocut import Linocut
from .nightphoto import NightPhoto
from .nouveau import Nouveau
from .papercut import Papercut
from .pixel import Pixel
from .watercolor import Watercolor

STYLES: dict[str, type[Hand]] = {
    hand.key: hand for hand in (Art, Watercolor, Papercut, Ink, Nouveau, Pixel, Linocut, NightPhoto, Botanical)
}

__all__ = ["STYLES", "Hand"]
