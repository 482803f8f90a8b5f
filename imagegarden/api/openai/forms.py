"""What OpenAI's clients send as a form: a picture, a mask, and the words that go with them."""

import hashlib
from dataclasses import dataclass
from typing import Any

from flask import request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import UnsupportedMediaType

from imagegarden.api.openai.asked import UNSUPPORTED, EditRequest, read
from imagegarden.web.openai_shape import OpenAIRefusal

# In a form everything is text: these are numbers, and these are yes or no.
NUMBERS = {"n", "output_compression", "partial_images"}
YES_OR_NO = {"true": True, "false": False}
IMAGES = ("image", "image[]")


@dataclass(frozen=True)
class Edit:
    """A picture to change, and how."""

    asked: EditRequest
    image: bytes
    title: str
    mask: bytes | None

    @property
    def contents(self) -> dict[str, Any]:
        """What tells this request from another."""
        files = [hashlib.sha256(content).hexdigest() for content in (self.image, self.mask or b"")]
        return {**self.asked.model_dump(), "files": files}


def read_edit() -> Edit:
    """The form that was sent. Raises UnsupportedMediaType, and OpenAIRefusal for what is wrong in it."""
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType
    asked = read(EditRequest, _fields())
    _refuse_other_files()
    images = [file for name in IMAGES for file in request.files.getlist(name)]
    if not images:
        raise OpenAIRefusal("Send a picture as the file 'image'.", code="missing_required_parameter", param="image")
    if len(images) > 1:
        raise OpenAIRefusal("One picture at a time can be changed.", code="unsupported_parameter", param="image")
    masks = request.files.getlist("mask")
    if len(masks) > 1:
        raise OpenAIRefusal("A picture has one mask.", code="invalid_value", param="mask")
    return Edit(asked, images[0].read(), _title(images[0]), masks[0].read() if masks else None)


def _fields() -> dict[str, Any]:
    found = {}
    for name, values in request.form.lists():
        if len(values) > 1:
            raise OpenAIRefusal(f"'{name}' was sent more than once.", code="invalid_value", param=name)
        if name in (*IMAGES, "mask"):
            raise OpenAIRefusal(f"'{name}' is to be a file.", code="invalid_value", param=name.removesuffix("[]"))
        # Some clients send an empty part for what is left out.
        if values[0] or name == "prompt":
            found[name] = _typed(name, values[0])
    return found


def _typed(name: str, text: str) -> str | int | bool:
    if name in NUMBERS and text.removeprefix("-").isdecimal() and len(text) < 10:
        return int(text)
    if name == "stream":
        return YES_OR_NO.get(text.lower(), text)
    return text


def _refuse_other_files() -> None:
    for name in request.files:
        if name in UNSUPPORTED:
            raise OpenAIRefusal(UNSUPPORTED[name], code="unsupported_parameter", param=name)
        if name not in (*IMAGES, "mask"):
            raise OpenAIRefusal(f"Unknown parameter: '{name}'.", code="unknown_parameter", param=name)


def _title(file: FileStorage) -> str:
    return file.filename or "Picture"
