"""From a finished generation to what OpenAI's clients read."""

from base64 import b64encode
from typing import Any

from imagegarden.api.links import link_to
from imagegarden.api.openai.asked import ImageRequest
from imagegarden.api.openai.choosing import answers_with_pictures
from imagegarden.db import db
from imagegarden.domain import media
from imagegarden.domain.generation_spec import clean_text
from imagegarden.models import FileRole, Generation, Media, MediaFile
from imagegarden.web.picture_forms import Form, read_in


def images_of(generation: Generation, asked: ImageRequest) -> dict[str, Any]:
    """The pictures that were delivered, as they were asked for."""
    form = Form(asked.output_format, asked.output_compression)
    session, user_id = db.session(), generation.user_id
    found = [
        (one, media.get_file(session, user_id=user_id, uuid=one.uuid, role=FileRole.ORIGINAL))
        for one in generation.media
    ]
    first, first_file = found[0]
    revised = {} if generation.prompt == clean_text(asked.prompt) else {"revised_prompt": generation.prompt}
    is_whole = answers_with_pictures(asked)
    return {
        "created": int(generation.created_at.timestamp()),
        "data": [{**_picture(one, file, form, is_whole=is_whole), **revised} for one, file in found],
        "size": f"{first.width}x{first.height}",
        "output_format": form.of(first_file),
    }


def _picture(one: Media, file: MediaFile, form: Form, *, is_whole: bool) -> dict[str, str]:
    if is_whole:
        return {"b64_json": b64encode(read_in(form, file)).decode()}
    return {"url": link_to(one.uuid, form)}
