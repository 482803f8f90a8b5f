"""What a recipe gets to work on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from PIL import Image

from tests.fakes.replicate import pictures
from tests.fakes.replicate.inputs import Inputs
from tests.fakes.replicate.making.films import Film

SMALLEST_SIDE = 16
Size = tuple[int, int]


@dataclass(frozen=True)
class Work:
    """One output file to be made."""

    prompt: str
    seed: int
    ordinal: int
    # With defaults filled in.
    given: Mapping[str, Any]
    inputs: Inputs
    # Sizes that were asked for are scaled by this; sizes that come from a picture are not.
    scale: float = 1.0

    def pictures(self, name: str) -> list[Image.Image]:
        """The pictures of one field, without transparency."""
        return [one.image().convert("RGB") for one in self.inputs.get(name, ())]

    def picture(self, name: str) -> Image.Image | None:
        """The picture of one field."""
        return next(iter(self.pictures(name)), None)

    def scaled(self, size: Size) -> Size:
        """A size that was asked for, as it is made here."""
        width, height = (max(SMALLEST_SIDE, round(side * self.scale)) for side in size)
        return width, height

    def draw(self, size: Size, more: str = "") -> Image.Image:
        """The picture that stands for the prompt, or with `more` another one."""
        return pictures.draw(self.prompt + more, self.seed, self.ordinal, size)


Recipe = Callable[[Work], Image.Image | Film]
