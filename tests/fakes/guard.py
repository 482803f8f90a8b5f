"""No conversation with the outside while a transaction is open: here, that is an error."""

from typing import Any

from imagegarden.db import db


class CalledInsideTransaction(AssertionError):
    """An adapter was called while a transaction was open: a slow answer would keep its locks and its connection."""


class Guarded:
    """An adapter that refuses to be called inside a transaction."""

    def __init__(self, adapter: Any) -> None:
        self._adapter = adapter

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._adapter, name)
        if not callable(value):
            return value

        def call(*args: Any, **kwargs: Any) -> Any:
            if db.session().in_transaction():
                raise CalledInsideTransaction(f"{type(self._adapter).__name__}.{name}")
            return value(*args, **kwargs)

        return call
