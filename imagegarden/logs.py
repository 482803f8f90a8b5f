"""Logs as JSON lines, each with the ids of what it belongs to. Secrets are masked, prompts are sketched."""

import hashlib
import logging
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from pythonjsonlogger.json import JsonFormatter

MASK = "***"
SHORTEST_SECRET = 8
# The shapes of secrets that do not come from the settings: provider tokens, our API keys, webhook keys, bearer headers.
SECRET_SHAPES = re.compile(
    r"\b(?:r8_|ig_|rzp_(?:test|live)_|whsec_)[\w-]{8,}|(?<=Bearer )[\w.~+/-]{8,}|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
)

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
generation_id: ContextVar[str | None] = ContextVar("generation_id", default=None)


class MaskingFormatter(JsonFormatter):
    """JSON lines with the current ids, and without the secrets."""

    def __init__(self, secrets: Sequence[str]) -> None:
        super().__init__("{asctime}{levelname}{name}{message}", style="{", rename_fields={"asctime": "time"})
        self._secrets = sorted((s for s in secrets if len(s) >= SHORTEST_SECRET), key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """The record as one masked line."""
        for name, value in (("request_id", request_id.get()), ("generation_id", generation_id.get())):
            if value and not hasattr(record, name):
                setattr(record, name, value)
        line = super().format(record)
        for secret in self._secrets:
            line = line.replace(secret, MASK)
        return SECRET_SHAPES.sub(MASK, line)


def configure(level: str, secrets: Sequence[str]) -> None:
    """Send all logs of this process to stderr, as masked JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(MaskingFormatter(secrets))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for chatty in ("alembic.runtime.migration", "procrastinate", "apscheduler", "httpx"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))


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
