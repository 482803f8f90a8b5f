"""What programs send."""

import json
from typing import Any, NoReturn

from flask import request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from imagegarden.domain.errors import InvalidRequest


def read_object() -> dict[str, Any]:
    """The JSON object that was sent. Raises UnsupportedMediaType, BadRequest, and InvalidRequest for other JSON."""
    if not request.is_json:
        raise UnsupportedMediaType
    try:
        sent = json.loads(request.get_data(), parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise BadRequest from None
    if not isinstance(sent, dict):
        raise InvalidRequest({"body": "Send a JSON object."})
    return sent


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
