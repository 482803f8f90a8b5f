"""What a form is filled with that was asked for before: links name it, since a prompt may be too long for them."""

from uuid import UUID

from flask import request

from imagegarden.db import db
from imagegarden.domain import generations, presets
from imagegarden.web.guards import signed_in

RECALLED = ("aspect_ratio", "resolution", "duration", "image", "negative_prompt")


def earlier_values() -> dict[str, str]:
    """What the request that `reuse` names asked for. Raises NotFound."""
    uuid = request.args.get("reuse", type=UUID)
    if uuid is None:
        return {}
    earlier = generations.get(db.session(), user_id=signed_in().id, uuid=uuid)
    values = {"prompt": earlier.prompt, "model": earlier.model, "style": earlier.style, "color": earlier.color}
    return values | {name: str(earlier.params[name]) for name in RECALLED if name in earlier.params}


def better_words() -> dict[str, str]:
    """The better prompt that `words` names, or the prompt of a request as it was. Raises NotFound."""
    uuid = request.args.get("words", type=UUID)
    if uuid is None:
        return {}
    found = generations.get(db.session(), user_id=signed_in().id, uuid=uuid)
    return {"prompt": found.result_text or found.prompt}


def preset_values() -> dict[str, str]:
    """The settings that `preset` names. Raises NotFound."""
    uuid = request.args.get("preset", type=UUID)
    if uuid is None:
        return {}
    return dict(presets.get(db.session(), user_id=signed_in().id, uuid=uuid).values)
