"""Second factors that are turned on and off, and new recovery codes: told by letter, and written down."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from imagegarden.db import locked
from imagegarden.domain import accounts, audit, devices, recovery_codes, second_factor, security_letters
from imagegarden.domain.errors import Conflict, NotAllowed
from imagegarden.domain.second_factor import Verdict
from imagegarden.domain.security_letters import SecurityNotice
from imagegarden.models import SecondFactor


def turn_on(
    session: Session,
    *,
    user_id: int,
    secret: str,
    code: str,
    keys: Sequence[bytes],
    now: datetime,
    device_id: int | None = None,
    address: str | None = None,
) -> list[str] | None:
    """Ask for the app from now on, once its `code` shows that it works; returns the recovery codes.

    Whoever came in by the password alone is signed out, but on the device at hand. None where the code is not that of
    the secret now. Raises Conflict when the person has a second factor already.
    """
    factor = second_factor.new_factor(user_id=user_id, secret=secret, code=code, keys=keys, now=now)
    if factor is None:
        return None
    user = accounts.lock(session, user_id)
    try:
        with session.begin_nested():
            session.add(factor)
    except IntegrityError:
        raise Conflict("You have a second factor already.") from None
    devices.end_all(session, user, now=now, but=device_id)
    _note(session, user_id, "user.turn_on_second_factor", "second factor", now, address)
    security_letters.write(session, user_id=user_id, notice=SecurityNotice.SECOND_FACTOR_ON, now=now)
    return recovery_codes.renew(session, user_id=user_id, now=now)


def turn_off(
    session: Session,
    *,
    user_id: int,
    code: str,
    keys: Sequence[bytes],
    now: datetime,
    browser: str | None = None,
    address: str | None = None,
) -> Verdict:
    """Ask for the password alone from now on, if the code is right. The caller commits whatever the verdict.

    Raises TooManyTries and Conflict, as a check does.
    """
    verdict = second_factor.check(session, user_id=user_id, code=code, keys=keys, now=now, browser=browser)
    if verdict.is_right:
        _remove(session, user_id=user_id)
        _note(session, user_id, "user.turn_off_second_factor", "second factor", now, address)
        security_letters.write(session, user_id=user_id, notice=SecurityNotice.SECOND_FACTOR_OFF, now=now)
    return verdict


def renew_recovery_codes(
    session: Session,
    *,
    user_id: int,
    code: str,
    keys: Sequence[bytes],
    now: datetime,
    browser: str | None = None,
    address: str | None = None,
) -> tuple[Verdict, list[str]]:
    """Make new recovery codes, if the code is right; the earlier ones are worth nothing then.

    They do what the app does: who has not shown it gets none. The caller commits whatever the verdict. Raises
    TooManyTries and Conflict, as a check does.
    """
    verdict = second_factor.check(session, user_id=user_id, code=code, keys=keys, now=now, browser=browser)
    if not verdict.is_right:
        return verdict, []
    _note(session, user_id, "user.renew_recovery_codes", "recovery codes", now, address)
    security_letters.write(session, user_id=user_id, notice=SecurityNotice.RECOVERY_CODES_MADE, now=now)
    return verdict, recovery_codes.renew(session, user_id=user_id, now=now)


def reset(
    session: Session,
    *,
    user_id: int,
    actor_id: int | None,
    reason: str,
    now: datetime,
    address: str | None = None,
    request_key: str | None = None,
) -> None:
    """Take a person's second factor away, who has lost it. Under the same request key, once.

    Raises Conflict, and NotAllowed to whoever would do without their own by that, and without showing it.
    """
    if actor_id == user_id:
        raise NotAllowed("This is your own second factor: turn it off on your Security page.")
    factor = locked(session, select(SecondFactor).where(SecondFactor.user_id == user_id))
    if audit.is_done(session, request_key, action="user.reset_second_factor", subject_id=user_id):
        return
    if factor is None:
        raise Conflict("They have no second factor.")
    _remove(session, user_id=user_id)
    security_letters.write(session, user_id=user_id, notice=SecurityNotice.SECOND_FACTOR_RESET, now=now)
    audit.record(
        session,
        actor_id=actor_id,
        action="user.reset_second_factor",
        subject_id=user_id,
        fields=["second factor"],
        reason=reason,
        address=address,
        request_key=request_key,
        now=now,
    )


def _note(session: Session, user_id: int, action: str, field: str, now: datetime, address: str | None) -> None:
    audit.record(session, actor_id=user_id, action=action, subject_id=user_id, fields=[field], address=address, now=now)


def _remove(session: Session, *, user_id: int) -> None:
    recovery_codes.remove(session, user_id=user_id)
    session.delete(session.get_one(SecondFactor, user_id))
    session.flush()
