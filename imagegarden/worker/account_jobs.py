"""What happens by time to accounts: to those who are new, where they are signed in, and those who leave."""

from flask import Flask

from imagegarden.clock import now
from imagegarden.current import signing_keys
from imagegarden.db import transaction
from imagegarden.domain import codes, devices, second_factor, welcomes
from imagegarden.worker import exporting, leaving

SEALED_AT_ONCE = 500
CODES_AT_ONCE = 1000


def give_welcomes(app: Flask) -> None:
    """Give new accounts the free credits whose day has come."""
    with transaction() as session:
        welcomes.give_due(session, now=now())


def forget_networks(app: Flask) -> None:
    """Forget from where accounts were made that are older than a month."""
    with transaction() as session:
        welcomes.forget_networks(session, now=now())


def seal_mailboxes(app: Flask) -> None:
    """Note the mailboxes of accounts that were made before that was done, until none is left."""
    sealed = SEALED_AT_ONCE
    while sealed == SEALED_AT_ONCE:
        with transaction() as session:
            sealed = welcomes.seal_mailboxes(session, keys=signing_keys(), now=now(), limit=SEALED_AT_ONCE)


def forget_old_codes(app: Flask) -> None:
    """Forget who asked for codes more than a day ago, and what they wanted them for."""
    gone = CODES_AT_ONCE
    while gone == CODES_AT_ONCE:
        with transaction() as session:
            gone = codes.forget_old(session, now=now(), limit=CODES_AT_ONCE)


def forget_old_devices(app: Flask) -> None:
    """Forget from where people were signed in long ago."""
    with transaction() as session:
        devices.forget_old(session, now=now())


def seal_second_factors_anew(app: Flask) -> None:
    """Let the newest key seal what an earlier one sealed, which can be taken away then."""
    with transaction() as session:
        second_factor.seal_anew(session, keys=signing_keys(), limit=SEALED_AT_ONCE)


def clear_late(app: Flask) -> None:
    """Clear what was under way when an account ended, and arrived after that."""
    leaving.clear_late()


def finish_departures(app: Flask) -> None:
    """Delete the accounts whose owners asked for that two weeks ago."""
    leaving.finish_departures()


def remove_old_exports(app: Flask) -> None:
    """Remove the exports whose day is over."""
    exporting.remove_old_exports()
