"""Files that arrived with an input."""

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PIL import Image


@dataclass(frozen=True, slots=True)
class InputFile:
    """A picture that arrived, as it was sent."""

    content: bytes
    sha256: str
    size: tuple[int, int]
    has_alpha: bool

    @classmethod
    def read(cls, content: bytes) -> "InputFile":
        """A picture that decodes to its last line; OSError with the words of the one who tried if it does not."""
        with Image.open(io.BytesIO(content)) as image:
            image.load()
            return cls(content, hashlib.sha256(content).hexdigest(), image.size, image.has_transparency_data)

    def image(self) -> Image.Image:
        """Its first frame, as it lies in the file: models know nothing of a camera that was held upright."""
        with Image.open(io.BytesIO(self.content)) as image:
            return image.convert("RGBA" if self.has_alpha else "RGB")

    def said(self) -> dict[str, Any]:
        """What outputs and records say about it."""
        return {"sha256": self.sha256, "bytes": len(self.content), "size": list(self.size)}


Inputs = Mapping[str, tuple[InputFile, ...]]


def described(inputs: Inputs, many: frozenset[str] = frozenset()) -> dict[str, Any]:
    """What is said about all of them: a list for the fields that take many."""
    said = {name: [one.said() for one in files] for name, files in inputs.items()}
    return {name: files if name in many else files[0] for name, files in said.items() if files}
