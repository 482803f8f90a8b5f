"""Logs as JSON lines, each with the ids of what it belongs to. Secrets are masked, prompts are sketched."""

import hashlib
import json
import logging
import re
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType

from pythonjsonlogger.json import JsonFormatter

MASK = "***"
SHORTEST_SECRET = 8
# The shapes of secrets that do not come from the settings.
SHAPES = (
    # Tokens of providers, our API keys, and what reports are signed with.
    r"\b(?:r8_|ig_|rzp_(?:test|live)_)[\w-]{8,}",
    r"\bwhsec_[A-Za-z0-9+/=_-]{8,}",
    # Passwords in addresses, with a name before them or without one.
    r"(?<=://)[^/\s:@\"\\]*:[^/\s@\"\\]+(?=@)",
    # What a caller or a browser proves itself with.
    r"(?i:(?<=bearer )|(?<=authorization: basic )|(?<=\"basic )|(?<='basic ))[\w.~+/=-]{8,}",
    r"(?<=image_garden=)[^;\s\"\\]+",
    r"(?<=image_garden_remember=)[^;\s\"\\]+",
    r"(?<=session:)[\w-]{20,}",
    # Links that open by themselves, and what signs an address.
    r"(?<=/s/)[\w-]{16,}",
    r"(?<=/shown/)[\w.~-]{16,}",
    r"(?i:(?<=invitation=)|(?<=token=)|(?<=signature=)|(?<=password=))[^&\s\"\\]+",
    # A one-time code: six digits alone, close behind its name.
    r"(?i:(?<=code )|(?<=code: )|(?<=code=)|(?<=code is )|(?<=code\": \")|(?<=code': '))\d{6}\b",
)
SECRET_SHAPES = re.compile("|".join(SHAPES))

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
generation_id: ContextVar[str | None] = ContextVar("generation_id", default=None)


class Masking:
    """Takes secrets out of text, also out of text that JSON has written in its own way."""

    def __init__(self, secrets: Sequence[str]) -> None:
        known = {secret for secret in secrets if len(secret) >= SHORTEST_SECRET}
        known |= {json.dumps(secret)[1:-1] for secret in known}
        # The longest first: one may be a part of another.
        self._secrets = sorted(known, key=len, reverse=True)

    def mask(self, text: str) -> str:
        """The text without secrets."""
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return SECRET_SHAPES.sub(MASK, text)


class MaskingFormatter(JsonFormatter):
    """JSON lines with the current ids, and without the secrets."""

    def __init__(self, secrets: Sequence[str]) -> None:
        super().__init__("{asctime}{levelname}{name}{message}", style="{", rename_fields={"asctime": "time"})
        self._masking = Masking(secrets)

    def format(self, record: logging.LogRecord) -> str:
        """The record as one masked line."""
        for name, value in (("request_id", request_id.get()), ("generation_id", generation_id.get())):
            if value and not hasattr(record, name):
                setattr(record, name, value)
        return self._masking.mask(super().format(record))


def configure(level: str, secrets: Sequence[str]) -> None:
    """Send all logs of this process to stderr, as masked JSON lines; what ends it is masked, too."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(MaskingFormatter(secrets))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for chatty in ("alembic.runtime.migration", "procrastinate", "apscheduler", "httpx"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))
    _mask_the_end(Masking(secrets))


def _mask_the_end(masking: Masking) -> None:
    def show(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
        sys.stderr.write(masking.mask("".join(traceback.format_exception(kind, error, where))))

    sys.excepthook = show


@contextmanager
def bound(*, request: str | None = None, generation: str | None = None) -> Iterator[None]:
    """Give every log line within these ids."""
    tokens = [(request_id, request_id.set(request))] if request else []
    tokens += [(generation_id, generation_id.set(generation))] if generation else []
    try:
        yield
    finally:
        for variable, token in tokens:
            variable.reset(token)


def sketch(text: str) -> dict[str, object]:
    """A private text as it may be logged: its length and a short hash."""
    return {"length": len(text), "sha256": hashlib.sha256(text.encode()).hexdigest()[:12]}
