"""The second factor: an authenticator app (TOTP, RFC 6238), and codes on paper for whoever has lost it."""

import hmac
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from imagegarden.db import locked
from imagegarden.domain import audit, recovery_codes, sealing, security_letters
from imagegarden.domain.errors import Conflict, TooManyTries
from imagegarden.domain.security_letters import SecurityNotice
from imagegarden.models import SecondFactor

logger = logging.getLogger(__name__)

ISSUER = "Image Garden"
STEP_SECONDS = 30
DIGITS = 6
# A clock may be wrong by so many steps, either way.
TOLERANCE = 1
MAX_TRIES = 5
TRIES_WINDOW = timedelta(minutes=15)


@dataclass(frozen=True)
class Verdict:
    """What a try came to, and how many are left before one has to wait."""

    is_right: bool
    tries_left: int


def draw() -> str:
    """A secret for a new app: 160 random bits."""
    return pyotp.random_base32()


def address_for_app(secret: str, *, email: str) -> str:
    """What an app reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def find(session: Session, *, user_id: int) -> SecondFactor | None:
    """A person's second factor; None where they have none."""
    return session.scalar(
        select(SecondFactor).where(SecondFactor.user_id == user_id).execution_options(populate_existing=True)
    )


def is_on(session: Session, *, user_id: int) -> bool:
    """Whether a person has one."""
    return session.scalar(select(SecondFactor.user_id).where(SecondFactor.user_id == user_id)) is not None


def turn_on(
    session: Session, *, user_id: int, secret: str, code: str, keys: Sequence[bytes], now: datetime
) -> list[str] | None:
    """Ask for the app from the next log-in on, once its `code` shows that it works; returns the recovery codes.

    None where the code is not that of the secret now. Raises Conflict when the person has a second factor already.
    """
    step = _matching_step(secret, code, now)
    if step is None:
        return None
    factor = SecondFactor(
        user_id=user_id,
        sealed_secret=sealing.seal(secret, keys),
        sealed_with=sealing.name_of(keys[0]),
        last_step=step,
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(factor)
    except IntegrityError:
        raise Conflict("You have a second factor already.") from None
    security_letters.write(session, user_id=user_id, notice=SecurityNotice.SECOND_FACTOR_ON, now=now)
    return recovery_codes.renew(session, user_id=user_id, now=now)


def check(session: Session, *, user_id: int, code: str, keys: Sequence[bytes], now: datetime) -> Verdict:
    """Use up a try: is this the app's code of now, or a recovery code? Each is accepted once.

    The row stays locked until the caller commits, so of any number of concurrent guesses five are looked at. The
    caller commits whatever the verdict. Raises TooManyTries; Conflict where the person has no second factor.
    """
    factor = locked(session, select(SecondFactor).where(SecondFactor.user_id == user_id))
    if factor is None:
        raise Conflict("There is no second factor any more.")
    if factor.tries_since is None or factor.tries_since + TRIES_WINDOW <= now:
        factor.tries, factor.tries_since = 0, now
    if factor.tries >= MAX_TRIES:
        raise TooManyTries(retry_at=factor.tries_since + TRIES_WINDOW, now=now)
    if _accepts(session, factor, code, keys, now):
        factor.tries, factor.tries_since = 0, None
        return Verdict(True, MAX_TRIES)
    factor.tries += 1
    return Verdict(False, MAX_TRIES - factor.tries)


def turn_off(session: Session, *, user_id: int, code: str, keys: Sequence[bytes], now: datetime) -> Verdict:
    """Ask for the password alone from now on, if the code is right. The caller commits whatever the verdict.

    Raises TooManyTries and Conflict, as a check does.
    """
    verdict = check(session, user_id=user_id, code=code, keys=keys, now=now)
    if verdict.is_right:
        _remove(session, user_id=user_id)
        security_letters.write(session, user_id=user_id, notice=SecurityNotice.SECOND_FACTOR_OFF, now=now)
    return verdict


def renew_recovery_codes(session: Session, *, user_id: int, now: datetime) -> list[str]:
    """Make new recovery codes; the earlier ones are worth nothing. Raises Conflict where there is no second factor."""
    if locked(session, select(SecondFactor).where(SecondFactor.user_id == user_id)) is None:
        raise Conflict("Set up a second factor first.")
    security_letters.write(session, user_id=user_id, notice=SecurityNotice.RECOVERY_CODES_MADE, now=now)
    return recovery_codes.renew(session, user_id=user_id, now=now)


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
    """Take a person's second factor away, who has lost it. Under the same request key, once. Raises Conflict."""
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


def seal_anew(session: Session, *, keys: Sequence[bytes], limit: int) -> int:
    """Seal under the first key what another one sealed, so that the other can be taken away. Returns how many."""
    name = sealing.name_of(keys[0])
    older = session.scalars(
        select(SecondFactor)
        .where(SecondFactor.sealed_with != name)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    done = 0
    for factor in older:
        try:
            factor.sealed_secret = sealing.seal(sealing.unseal(factor.sealed_secret, keys), keys)
        except sealing.Unreadable:
            logger.error("a second factor was sealed by a key that is gone", extra={"user_id": factor.user_id})
            continue
        factor.sealed_with = name
        done += 1
    return done


def _accepts(session: Session, factor: SecondFactor, code: str, keys: Sequence[bytes], now: datetime) -> bool:
    typed = "".join(code.split())
    if len(typed) > DIGITS:
        is_used = recovery_codes.use(session, user_id=factor.user_id, code=typed, now=now)
        if is_used:
            security_letters.write(session, user_id=factor.user_id, notice=SecurityNotice.RECOVERY_CODE_USED, now=now)
        return is_used
    try:
        secret = sealing.unseal(factor.sealed_secret, keys)
    except sealing.Unreadable:
        logger.error("a second factor was sealed by a key that is gone", extra={"user_id": factor.user_id})
        return False
    step = _matching_step(secret, typed, now, after=factor.last_step)
    if step is None:
        return False
    factor.last_step = step
    return True


def _matching_step(secret: str, code: str, now: datetime, after: int = 0) -> int | None:
    """The time step whose code this is, among those that are near enough and later than `after`."""
    totp = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS)
    present = int(now.timestamp()) // STEP_SECONDS
    typed = "".join(code.split()).encode()
    steps = range(present - TOLERANCE, present + TOLERANCE + 1)
    matching = [step for step in steps if hmac.compare_digest(totp.generate_otp(step).encode(), typed)]
    return next((step for step in matching if step > after), None)


def _remove(session: Session, *, user_id: int) -> None:
    recovery_codes.remove(session, user_id=user_id)
    session.delete(session.get_one(SecondFactor, user_id))
    session.flush()
