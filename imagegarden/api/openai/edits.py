"""Changing a picture, or a part of it, for OpenAI's clients."""

from typing import Any
from uuid import uuid4

from flask import Response, jsonify

from imagegarden.api.blueprint import brings_along
from imagegarden.api.once import PARAMETER as IDEMPOTENCY_KEY
from imagegarden.api.openai import bp, examples
from imagegarden.api.openai.answers import images_of
from imagegarden.api.openai.asked import EditRequest
from imagegarden.api.openai.choosing import choose, to_spec
from imagegarden.api.openai.forms import Edit, read_edit
from imagegarden.api.openai.making import make
from imagegarden.api.openai.schemas import Images
from imagegarden.api.submitting import submit
from imagegarden.bringing import bring_cutout, bring_picture
from imagegarden.clock import now
from imagegarden.current import offered_models
from imagegarden.db import transaction
from imagegarden.domain import media
from imagegarden.domain.errors import DomainError
from imagegarden.domain.generation_spec import GenerationSpec
from imagegarden.imaging.limits import MAX_UPLOAD_BODY, MAX_UPLOAD_BYTES
from imagegarden.models import Generation, GenerationKind, Scope
from imagegarden.providers.catalogue import Takes
from imagegarden.web.callers import caller, keyed
from imagegarden.web.requests import takes_large_bodies

FILE = {"type": "string", "format": "binary"}
NO_INPAINTING = "With a mask, a part is painted anew by the models of the kind `inpaint`."
NO_EDITING = "Without a mask, a picture is changed by the models of the kind `edit`. Send a mask to change a part."


def _form_schema() -> dict[str, Any]:
    schema = EditRequest.model_json_schema()
    # A form has no null: what is not meant is left out.
    schema["properties"] = {name: _never_null(field) for name, field in schema["properties"].items()} | {
        "image": {**FILE, "description": "The picture: a PNG, JPEG or WebP. Also as `image[]`, once."},
        "mask": {
            **FILE,
            "description": "A picture of the very same size: where it is fully transparent, it is painted anew.",
        },
    }
    schema["required"] = ["image", "prompt"]
    return schema


def _never_null(field: dict[str, Any]) -> dict[str, Any]:
    kinds = [kind for kind in field.get("anyOf", []) if kind != {"type": "null"}]
    kept = {name: value for name, value in field.items() if name not in ("anyOf", "default")}
    return kept | kinds[0] if kinds else kept


REQUEST_BODY: dict[str, Any] = {"required": True, "content": {"multipart/form-data": {"schema": _form_schema()}}}


@bp.route("/images/edits", methods=["POST"])
@brings_along
@keyed(Scope.GENERATE)
@takes_large_bodies(MAX_UPLOAD_BODY + MAX_UPLOAD_BYTES)
@bp.refuses("BadRequest", "NotFound", "Conflict", "TooLarge", "UnsupportedMediaType", "Failed")
@bp.response(200, Images, example=examples.IMAGES)
@bp.doc(requestBody=REQUEST_BODY, parameters=[IDEMPOTENCY_KEY])
def edit_image() -> Response:
    """Change a picture, or a part of it

    With a mask, the part that it leaves transparent is painted anew; without one, the picture is changed as told.
    The picture and the mask count against the account's storage, and the picture is in its gallery.
    """
    edit = read_edit()
    spec = _spec(edit)
    return jsonify(make(edit.contents, lambda key: _submit(edit, spec, key), lambda made: images_of(made, edit.asked)))


def _spec(edit: Edit) -> GenerationSpec:
    """The request, checked before anything of it is kept: its picture and mask have no names yet."""
    kind = GenerationKind.EDIT if edit.mask is None else GenerationKind.INPAINT
    fitting = [
        model
        for model in offered_models(kind)
        if model.prompt != Takes.NO and (edit.mask is None or model.mask != Takes.NO)
    ]
    model = choose(edit.asked.model, fitting, otherwise=NO_EDITING if edit.mask is None else NO_INPAINTING)
    unnamed = {"image": uuid4()} if edit.mask is None else {"image": uuid4(), "mask": uuid4()}
    return to_spec(edit.asked, model, **unnamed)


def _submit(edit: Edit, spec: GenerationSpec, request_key: str) -> Generation:
    user_id = caller().user_id
    picture = bring_picture(user_id, edit.image, edit.title)
    try:
        named = {"image": picture.uuid}
        if edit.mask is not None:
            named["mask"] = bring_cutout(user_id, picture, edit.mask).uuid
        return submit(spec.model_copy(update=named), request_key)
    except DomainError:
        # Nothing came of it, so nothing is left in the gallery; masks that nothing names go by themselves.
        with transaction() as session:
            media.trash(session, user_id=user_id, uuid=picture.uuid, now=now())
        raise
