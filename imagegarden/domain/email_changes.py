"""Another e-mail address, in two steps: a code is mailed to the new one, and whoever brings it back has it.

Where somebody else took an account over, only the operator can give it back its address.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from imagegarden.domain import accounts, audit, codes, devices, security_letters
from imagegarden.domain.errors import EmailTaken, InvalidRequest
from imagegarden.domain.security_letters import SecurityNotice
from imagegarden.models import CodePurpose, User

# What the audit log says of it: never the addresses.
FIELDS = ["e-mail address"]


@dataclass(frozen=True)
class ChangeVerdict:
    """What a code came to: the person with the new address, or how many tries are left."""

    user: User | None
    tries_left: int


def request(session: Session, *, user_id: int, email: str, now: datetime) -> str:
    """Have a code mailed to the new address. Returns the token that it works with.

    An address that has an account gets word of that instead, and the person the same answer. Raises InvalidRequest
    for the address that they have, and TooManyCodes.
    """
    user = accounts.get(session, user_id=user_id)
    if user.email == email:
        raise InvalidRequest({"email": "This is your address already."})
    return codes.request(session, purpose=CodePurpose.EMAIL_CHANGE, email=email, payload={"user_id": user_id}, now=now)


def complete(
    session: Session,
    *,
    user_id: int,
    token: str,
    code: str,
    keys: Sequence[bytes],
    device_id: int | None,
    now: datetime,
    address: str | None = None,
) -> ChangeVerdict:
    """Use a try; with the right code, change the address and sign the person out everywhere else.

    Word goes to the old address. The caller commits either way. Raises Conflict where the account is gone.
    """
    user = accounts.lock(session, user_id)
    verdict = codes.try_code(session, purpose=CodePurpose.EMAIL_CHANGE, token=token, code=code, keys=keys, now=now)
    if verdict.code is None:
        return ChangeVerdict(None, verdict.tries_left)
    if verdict.payload.get("user_id") != user_id:
        # Another person's, who used this browser before.
        return ChangeVerdict(None, 0)
    before = user.email
    try:
        _move(session, user, verdict.code.email, now, but=device_id)
    except EmailTaken:
        # Somebody has made an account with this address since the code was asked for.
        return ChangeVerdict(None, 0)
    audit.record(
        session,
        actor_id=user.id,
        action="user.change_email",
        subject_id=user.id,
        fields=FIELDS,
        address=address,
        now=now,
    )
    security_letters.write(
        session,
        user_id=user.id,
        notice=SecurityNotice.EMAIL_CHANGED,
        email=before,
        detail=user.email,
        now=now,
    )
    return ChangeVerdict(user, 0)


def set_email(session: Session, *, user_id: int, email: str, actor_id: int | None, reason: str, now: datetime) -> User:
    """Give a person this address on the operator's word, and sign them out everywhere. Both addresses get a letter.

    Raises NotFound, InvalidRequest for the address that they have, EmailTaken, and Conflict where the account is gone.
    """
    user = accounts.lock(session, user_id)
    before = user.email
    if before == email:
        raise InvalidRequest({"email": "This is their address already."})
    _move(session, user, email, now)
    # Neither address stands there: the log is kept longer than the account.
    audit.record(
        session,
        actor_id=actor_id,
        action="user.set_email",
        subject_id=user.id,
        fields=FIELDS,
        reason=reason,
        now=now,
    )
    for address in (before, email):
        security_letters.write(
            session, user_id=user.id, notice=SecurityNotice.EMAIL_SET, email=address, detail=email, now=now
        )
    return user


def _move(session: Session, user: User, email: str, now: datetime, but: int | None = None) -> None:
    before = user.email
    try:
        with session.begin_nested():
            user.email = email
            session.flush()
    except IntegrityError:
        session.refresh(user)
        raise EmailTaken from None
    codes.forget(session, email=before)
    devices.end_all(session, user, now=now, but=but)
