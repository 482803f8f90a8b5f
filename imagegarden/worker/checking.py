"""Looking at the parts that a request may not wait for: storage, mail, and whether the ledger balances."""

import time
from collections.abc import Callable

from flask import Flask

from imagegarden.clock import now
from imagegarden.current import adapters
from imagegarden.db import db, release_connection, transaction
from imagegarden.domain import checks, ledger
from imagegarden.mail import MailError
from imagegarden.storage import StorageError


def check_parts(app: Flask) -> None:
    """See whether storage and mail answer."""
    _check("storage", _fault_of(adapters().store.check, StorageError))
    _check("mail", _fault_of(adapters().mailer.check, MailError))


def check_ledger(app: Flask) -> None:
    """See whether the ledger balances."""
    _check(checks.LEDGER, _ledger_fault)


def _check(name: str, find_fault: Callable[[], str | None]) -> None:
    begun = time.monotonic()
    fault = find_fault()
    seconds = time.monotonic() - begun
    with transaction() as session:
        checks.record(session, name=name, seconds=seconds, fault=fault, now=now())


def _fault_of(check: Callable[[], None], refusal: type[Exception]) -> Callable[[], str | None]:
    def find_fault() -> str | None:
        try:
            check()
        except refusal as error:
            return str(error) or type(error).__name__
        return None

    return find_fault


def _ledger_fault() -> str | None:
    faults = ledger.check(db.session())
    release_connection()
    return f"{len(faults)}: {faults[0]}" if faults else None
