"""Whether what is sent to the API may be sent."""

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from tests.fakes.razorpay.problems import Refusal

LEAST_AMOUNT = 100
LONGEST_RECEIPT = 40
MOST_NOTES, LONGEST_NOTE = 15, 256
CURRENCIES = ("INR", "USD", "EUR", "GBP", "SGD", "AED", "MYR")

Body = dict[str, Any]


async def body_of(request: web.Request) -> Body:
    """The object that was sent; none is an empty one."""
    text = await request.text()
    try:
        body = json.loads(text) if text else {}
    except ValueError:
        body = None
    # PHP's empty array, and what the SDK sends for an empty dictionary.
    if body == []:
        body = {}
    if not isinstance(body, dict):
        raise Refusal("The request body is not a valid JSON object.")
    return body


def only(body: Mapping[str, Any], *allowed: str) -> None:
    """Nothing else may be sent."""
    extra = [name for name in body if name not in allowed]
    if extra:
        raise Refusal(f"{', '.join(extra)} is/are not required and should not be sent", field=extra[0])


def required(body: Mapping[str, Any], name: str) -> Any:
    """What has to be sent."""
    if body.get(name) in (None, ""):
        raise Refusal(f"The {_words(name)} field is required.", field=name)
    return body[name]


def integer(body: Mapping[str, Any], name: str, default: int | None = None, least: int | None = None) -> int | None:
    """A whole number; not one in quotes."""
    value = body.get(name)
    if value is None:
        return default
    if type(value) is not int:
        raise Refusal(f"The {_words(name)} must be an integer.", field=name)
    if least is not None and value < least:
        raise Refusal(f"The {_words(name)} must be at least {least}.", field=name)
    return value


def amount(body: Mapping[str, Any], name: str = "amount") -> int:
    """An amount in paise, of a rupee at least."""
    required(body, name)
    found = integer(body, name)
    if found is None or found < LEAST_AMOUNT:
        raise Refusal("The amount must be at least INR 1.00", field=name)
    return found


def currency(body: Mapping[str, Any]) -> str:
    """A currency that payments can be made in."""
    found = required(body, "currency")
    if found not in CURRENCIES:
        raise Refusal("Currency is not supported", field="currency")
    return str(found)


def text(body: Mapping[str, Any], name: str, longest: int) -> str | None:
    """Some words."""
    found = body.get(name)
    if found is None:
        return None
    if not isinstance(found, str):
        raise Refusal(f"The {_words(name)} must be a string.", field=name)
    if len(found) > longest:
        raise Refusal(f"The {_words(name)} may not be greater than {longest} characters.", field=name)
    return found


def notes(body: Mapping[str, Any]) -> Any:
    """Notes; a list when there are none."""
    found = body.get("notes") or {}
    if not isinstance(found, dict):
        raise Refusal("The notes must be an array.", field="notes")
    if len(found) > MOST_NOTES:
        raise Refusal(f"The notes may not have more than {MOST_NOTES} items.", field="notes")
    for name, value in found.items():
        if isinstance(value, dict | list):
            raise Refusal("The notes values themselves should not be an array.", field="notes")
        if len(name) > LONGEST_NOTE or len(str(value)) > LONGEST_NOTE:
            raise Refusal(f"The notes may not be greater than {LONGEST_NOTE} characters.", field="notes")
    return found or []


def flag(body: Mapping[str, Any], name: str, default: bool) -> bool:
    """Yes or no, also as 1 or 0."""
    found = body.get(name, default)
    if found not in (True, False, 0, 1, "0", "1"):
        raise Refusal(f"The {_words(name)} field must be true or false.", field=name)
    return found in (True, 1, "1")


def _words(name: str) -> str:
    return name.replace("_", " ")
