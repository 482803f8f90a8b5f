"""Another password: by whoever knows the old one, or by whoever reads the account's mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from imagegarden.domain import accounts, audit, codes, devices, security_letters
from imagegarden.domain.errors import Conflict
from imagegarden.domain.security_letters import SecurityNotice
from imagegarden.models import CodePurpose, User, UserStatus


@dataclass(frozen=True)
class ResetVerdict:
    """What a code came to: the person with the new password, or how many tries are left."""

    user: User | None
    tries_left: int


def change(
    session: Session,
    *,
    user_id: int,
    old_hash: str,
    new_hash: str,
    device_id: int | None,
    now: datetime,
    address: str | None = None,
) -> User:
    """Give a person another password, and sign them out everywhere but on the device at hand.

    `old_hash` is what the typed old password was held against: where it is not the person's any more, somebody was
    quicker. Raises Conflict and NotFound.
    """
    user = accounts.lock(session, user_id)
    if user.password_hash != old_hash:
        raise Conflict("The password was changed in the meantime. Please log in again.")
    _set(session, user, new_hash, now, action="user.change_password", address=address, but=device_id)
    return user


def request_reset(session: Session, *, email: str, now: datetime, vouched: bool = False) -> str:
    """Have a code mailed by which a new password can be set. Returns the token that it works with.

    The same happens for every address: whether there is an account is decided where the mail is written. `vouched`
    says that its owner asks, as for `codes.request`. Raises TooManyCodes.
    """
    return codes.request(session, purpose=CodePurpose.PASSWORD_RESET, email=email, payload={}, now=now, vouched=vouched)


def may_reset(user: User | None) -> bool:
    """Whether somebody is sent a code: a person who may come in."""
    return user is not None and user.status == UserStatus.ACTIVE


def reset(
    session: Session,
    *,
    token: str,
    code: str,
    new_hash: str,
    keys: Sequence[bytes],
    now: datetime,
    address: str | None = None,
) -> ResetVerdict:
    """Use a try; with the right code, set the new password and sign the person out everywhere.

    The second factor stays: who reads the mail has shown one thing, not two. The caller commits either way.
    """
    verdict = codes.try_code(session, purpose=CodePurpose.PASSWORD_RESET, token=token, code=code, keys=keys, now=now)
    if verdict.code is None:
        return ResetVerdict(None, verdict.tries_left)
    found = accounts.find_by_email(session, verdict.code.email)
    if found is None or not may_reset(found):
        return ResetVerdict(None, 0)
    user = accounts.lock(session, found.id)
    if user.email.lower() != verdict.code.email or not may_reset(user):
        # It has another address since, or may not come in: whoever reads this mail is not its owner any more.
        return ResetVerdict(None, 0)
    _set(session, user, new_hash, now, action="user.reset_password", address=address)
    codes.void(session, purpose=CodePurpose.PASSWORD_RESET, email=verdict.code.email, now=now)
    return ResetVerdict(user, 0)


def _set(
    session: Session,
    user: User,
    new_hash: str,
    now: datetime,
    *,
    action: str,
    address: str | None,
    but: int | None = None,
) -> None:
    user.password_hash = new_hash
    devices.end_all(session, user, now=now, but=but)
    audit.record(
        session, actor_id=user.id, action=action, subject_id=user.id, fields=["password"], address=address, now=now
    )
    security_letters.write(session, user_id=user.id, notice=SecurityNotice.PASSWORD_CHANGED, now=now)
