"""One-time codes by mail: asked for, mailed, tried.

The code exists in the mail alone. The row keeps its HMAC, made when the mail is sent, so that no job, log or backup
holds a code. A code works only with the token of the request that asked for it.

How many letters an address gets is counted by these rows, whoever asked and for what, so they stay for a day.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session

from imagegarden.db import locked
from imagegarden.domain.errors import NotFound, TooManyCodes, TooSoon
from imagegarden.models import CodePurpose, OneTimeCode
from imagegarden.queue import defer, is_pending

TASK = "mail_code"
# Workers of the release before know sign-ups alone, and put jobs of a name that they do not know back.
ACCOUNT_TASK = "mail_account_code"
LIFETIME = timedelta(minutes=10)
RESEND_AFTER = timedelta(seconds=60)
# After the first was asked for: whoever comes later begins anew, by a password where one is asked for.
RESEND_WITHIN = timedelta(hours=1)
# How many letters one address is sent because strangers ask.
MOST_SENT = ((5, timedelta(hours=1)), (20, timedelta(days=1)))
KEPT = max(window for _, window in MOST_SENT)
PASSWORD_HASH = "password_hash"
MAX_TRIES = 5
LOWEST, HIGHEST = 100_000, 999_999


@dataclass(frozen=True)
class Verdict:
    """What a try came to. `code` is the accepted row, or None when the code was not right or not valid any more.

    `payload` is what the request for it has kept, which the row does not keep any more.
    """

    code: OneTimeCode | None
    tries_left: int
    payload: dict[str, Any] = field(default_factory=dict)


def request(
    session: Session,
    *,
    purpose: CodePurpose,
    email: str,
    payload: dict[str, Any],
    now: datetime,
    vouched: bool = False,
    begun_at: datetime | None = None,
) -> str:
    """Have a code mailed to `email`; returns the token that it works with.

    `vouched` says that the owner of the address asks, and that the caller counts how often: strangers who have codes
    sent there leave them theirs. Raises TooManyCodes. Exact, however many ask at once.
    """
    if not vouched:
        _require_room(session, email, now)
    token = secrets.token_urlsafe(32)
    code = OneTimeCode(
        purpose=purpose,
        email=email,
        token_hash=_digest(token),
        payload=payload,
        begun_at=begun_at or now,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    session.add(code)
    session.flush()
    _mail(session, code)
    return token


def resend(session: Session, *, token: str, now: datetime, vouched: bool = False) -> str:
    """Have another code mailed in place of the one that `token` asked for; returns the new token.

    Raises NotFound when there is nothing to replace any more, TooSoon, and TooManyCodes.
    """
    earlier = _replaceable(locked(session, _by_token(token)), now)
    payload = earlier.payload
    _spend(earlier, now)
    return request(
        session,
        purpose=earlier.purpose,
        email=earlier.email,
        payload=payload,
        now=now,
        vouched=vouched,
        begun_at=earlier.begun_at or earlier.created_at,
    )


def require_replaceable(session: Session, *, token: str, now: datetime) -> None:
    """See that another code may be mailed in place of this one. Raises NotFound and TooSoon."""
    _replaceable(session.scalar(_by_token(token)), now)


def draw() -> str:
    """A fresh code of six digits."""
    return str(LOWEST + secrets.randbelow(HIGHEST - LOWEST + 1))


def arm(session: Session, *, code_id: int, code: str, key: bytes, now: datetime) -> OneTimeCode | None:
    """Make `code` the one that counts, just before it is mailed; None when nobody waits for it any more."""
    row = locked(session, select(OneTimeCode).where(OneTimeCode.id == code_id))
    if row is None or row.used_at is not None or row.mailed_at is not None or row.expires_at <= now:
        return None
    row.code_hmac = _seal(row.id, code, key)
    return row


def record_mailed(session: Session, *, code_id: int, now: datetime) -> None:
    """The mail is out."""
    session.execute(update(OneTimeCode).where(OneTimeCode.id == code_id).values(mailed_at=now))


def try_code(
    session: Session, *, purpose: CodePurpose, token: str, code: str, keys: Sequence[bytes], now: datetime
) -> Verdict:
    """Use up one try on the code that `token` asked for.

    The row stays locked until the caller commits, so of any number of concurrent guesses at most five are looked at.
    The caller commits whatever the verdict: a wrong try that is rolled back would not count.
    """
    row = locked(session, _by_token(token).where(OneTimeCode.purpose == purpose))
    if row is None or row.used_at is not None or row.expires_at <= now or row.tries >= MAX_TRIES:
        return Verdict(None, 0)
    row.tries += 1
    seals = [_seal(row.id, code, key) for key in keys]
    if row.code_hmac is not None and any(hmac.compare_digest(row.code_hmac, seal) for seal in seals):
        payload = row.payload
        _spend(row, now)
        return Verdict(row, 0, payload)
    return Verdict(None, MAX_TRIES - row.tries)


def void(session: Session, *, purpose: CodePurpose, email: str, now: datetime) -> None:
    """Let no code that was asked for so far do this any more, but those that are being tried in this moment."""
    asked = select(OneTimeCode.id).where(
        OneTimeCode.purpose == purpose, OneTimeCode.email == email, OneTimeCode.used_at.is_(None)
    )
    spent = {"used_at": now, "payload": OneTimeCode.payload.op("-")(PASSWORD_HASH)}
    session.execute(update(OneTimeCode).where(OneTimeCode.id.in_(_free(asked))).values(spent))


def forget(session: Session, *, email: str) -> None:
    """Forget what was asked for an address that is not its owner's any more, but what is tried in this moment."""
    asked = select(OneTimeCode.id).where(OneTimeCode.email == email)
    session.execute(delete(OneTimeCode).where(OneTimeCode.id.in_(_free(asked))))


def forget_old(session: Session, *, now: datetime, limit: int) -> int:
    """Forget at most so many codes that nothing is counted by any more. Returns how many. Twice is harmless."""
    old = select(OneTimeCode.id).where(OneTimeCode.created_at <= now - KEPT).order_by(OneTimeCode.created_at)
    gone = delete(OneTimeCode).where(OneTimeCode.id.in_(_free(old.limit(limit)))).returning(OneTimeCode.id)
    return len(session.scalars(gone).all())


def find_waiting(session: Session, *, token: str, now: datetime) -> OneTimeCode | None:
    """The row that `token` asked for, while its code can still be right."""
    return session.scalar(
        select(OneTimeCode).where(
            OneTimeCode.token_hash == _digest(token), OneTimeCode.used_at.is_(None), OneTimeCode.expires_at > now
        )
    )


def mail_forgotten(session: Session, *, now: datetime) -> int:
    """Queue the mails that should have gone out and have no job any more. Returns how many. Twice is harmless."""
    forgotten = session.scalars(
        select(OneTimeCode)
        .where(
            OneTimeCode.mailed_at.is_(None),
            OneTimeCode.used_at.is_(None),
            OneTimeCode.expires_at > now,
            ~is_pending(func.concat("code:", OneTimeCode.id)),
        )
        .with_for_update(skip_locked=True)
    ).all()
    for code in forgotten:
        _mail(session, code)
    return len(forgotten)


def _mail(session: Session, code: OneTimeCode) -> None:
    # Ahead of all pictures: somebody sits there and waits for it.
    task = TASK if code.purpose == CodePurpose.SIGN_UP else ACCOUNT_TASK
    defer(session, task, priority=100, once=f"code:{code.id}", code_id=code.id)


def _require_room(session: Session, email: str, now: datetime) -> None:
    # One of an address at a time: who counts after another sees what that one took.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"codes for {email}", 0))))
    sent = select(OneTimeCode.created_at).where(OneTimeCode.email == email, OneTimeCode.created_at > now - KEPT)
    most_of_all = max(most for most, _ in MOST_SENT)
    newest = session.scalars(sent.order_by(OneTimeCode.created_at.desc()).limit(most_of_all)).all()
    free_at = max((newest[most - 1] + window for most, window in MOST_SENT if len(newest) >= most), default=now)
    if free_at > now:
        raise TooManyCodes(retry_at=free_at, now=now)


def _replaceable(earlier: OneTimeCode | None, now: datetime) -> OneTimeCode:
    if earlier is None or earlier.used_at is not None:
        raise NotFound
    if (earlier.begun_at or earlier.created_at) + RESEND_WITHIN <= now:
        raise NotFound
    wait = earlier.created_at + RESEND_AFTER - now
    if wait > timedelta(0):
        raise TooSoon(retry_after=max(1, round(wait.total_seconds())))
    return earlier


def _spend(row: OneTimeCode, now: datetime) -> None:
    row.used_at = now
    # Whose it is stays, for when they leave.
    row.payload = {name: said for name, said in row.payload.items() if name != PASSWORD_HASH}


def _by_token(token: str) -> Select[OneTimeCode]:
    return select(OneTimeCode).where(OneTimeCode.token_hash == _digest(token))


def _free(asked: Select[int]) -> Select[int]:
    # Whoever tries one holds its row and may wait for ours: we wait for none of theirs.
    return asked.with_for_update(skip_locked=True)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _seal(code_id: int, code: str, key: bytes) -> str:
    return hmac.new(key, f"one-time-code:{code_id}:{code}".encode(), hashlib.sha256).hexdigest()
