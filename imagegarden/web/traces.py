"""What Redis holds of a person: their sessions, and how often they did what is limited."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import redis
from flask import current_app

from imagegarden.web.sessions import KEY_PREFIX

AT_ONCE = 500


def remove(client: redis.Redis, *, user_id: int, address: str | None) -> int:
    """Remove every key that is about a person, or names their address; returns how many. Twice is harmless.

    All keys are looked at: this is done once for a person, and a list of each one's sessions would have to be kept
    with every sign-in.
    """
    removed = 0
    keys = client.scan_iter(count=AT_ONCE)
    while chunk := list(islice(keys, AT_ONCE)):
        theirs = [key for key in chunk if _names(key, user_id, address)]
        theirs += _sessions(client, chunk, user_id, address)
        if theirs:
            removed += int(client.delete(*theirs))
    return removed


def _names(key: bytes, user_id: int, address: str | None) -> bool:
    """Whether a key by itself is about the person."""
    parts = key.decode("utf-8", "replace").split("/")
    if f"account:{user_id}" in parts:
        return True
    # With where somebody tried to log in from behind it, in some.
    return address is not None and any(part.lower().split(" ")[0] == address.lower() for part in parts)


def _sessions(client: redis.Redis, keys: Sequence[bytes], user_id: int, address: str | None) -> Iterator[bytes]:
    """Which of these keys are sessions of the person, or of somebody who signs up with the address."""
    sessions = [key for key in keys if key.startswith(KEY_PREFIX.encode())]
    if not sessions:
        return
    for key, kept in zip(sessions, client.mget(sessions), strict=True):
        if isinstance(kept, bytes) and _is_theirs(_decoded(kept), user_id, address):
            yield key


def _decoded(kept: bytes) -> Mapping[str, Any]:
    found: Mapping[str, Any] = current_app.session_interface.serializer.decode(kept)  # type: ignore[attr-defined]
    return found


def _is_theirs(session: Mapping[str, Any], user_id: int, address: str | None) -> bool:
    if str(session.get("_user_id", "")).partition(".")[0] == str(user_id):
        return True
    return address is not None and any(
        isinstance(value, str) and value.lower() == address.lower() for value in session.values()
    )
