"""The second factor: an authenticator app (TOTP, RFC 6238), and codes on paper for whoever has lost it."""

import hmac
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
from sqlalchemy import select
from sqlalchemy.orm import Session

from imagegarden.db import locked
from imagegarden.domain import factor_tries, recovery_codes, sealing, security_letters
from imagegarden.domain.errors import Conflict
from imagegarden.domain.factor_tries import MAX_TRIES
from imagegarden.domain.security_letters import SecurityNotice
from imagegarden.models import SecondFactor

logger = logging.getLogger(__name__)

ISSUER = "Image Garden"
STEP_SECONDS = 30
DIGITS = 6
# A clock may be wrong by so many steps, either way.
TOLERANCE = 1
TOLD_EVERY = timedelta(days=1)


@dataclass(frozen=True)
class Verdict:
    """What a try came to, how many are left, and for how many seconds nobody is listened to where none is."""

    is_right: bool
    tries_left: int
    wait_seconds: int = 0


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


def new_factor(*, user_id: int, secret: str, code: str, keys: Sequence[bytes], now: datetime) -> SecondFactor | None:
    """The second factor of this secret, once its `code` shows that the app works; None where it is not that of now."""
    step = _matching_step(secret, code, now)
    if step is None:
        return None
    return SecondFactor(
        user_id=user_id,
        sealed_secret=sealing.seal(secret, keys),
        sealed_with=sealing.name_of(keys[0]),
        last_step=step,
        created_at=now,
    )


def check(
    session: Session,
    *,
    user_id: int,
    code: str,
    keys: Sequence[bytes],
    now: datetime,
    browser: str | None = None,
) -> Verdict:
    """Use up a try: is this the app's code of now, or a recovery code? Each is accepted once.

    `browser` names one in which it was shown before, which has tries of its own. The row stays locked until the caller
    commits, so of any number of concurrent guesses five are looked at. The caller commits whatever the verdict. Whoever
    has used up all tries knows the password: a letter tells of it. Raises TooManyTries; Conflict where the person has
    no second factor.
    """
    factor = locked(session, select(SecondFactor).where(SecondFactor.user_id == user_id))
    if factor is None:
        raise Conflict("There is no second factor any more.")
    count = factor_tries.count_of(session, factor, browser=browser, now=now)
    if _accepts(session, factor, code, keys, now):
        factor_tries.forget(session, count)
        return Verdict(True, MAX_TRIES)
    wait = factor_tries.add_wrong(session, count, now=now)
    if wait:
        _tell_of_guessing(session, factor, now)
    return Verdict(False, MAX_TRIES - count.tries, round(wait.total_seconds()))


def _tell_of_guessing(session: Session, factor: SecondFactor, now: datetime) -> None:
    if factor.told_at is not None and now < factor.told_at + TOLD_EVERY:
        return
    factor.told_at = now
    security_letters.write(session, user_id=factor.user_id, notice=SecurityNotice.SECOND_FACTOR_GUESSED, now=now)


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
