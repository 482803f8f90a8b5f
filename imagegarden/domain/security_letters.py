"""Letters about an account's safety: each is queued in the transaction of what it tells of."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from imagegarden import queue
from imagegarden.models import User

TASK = "mail_security_notice"


class SecurityNotice(StrEnum):
    """What a person is told of, whether they did it or somebody else."""

    PASSWORD_CHANGED = "password_changed"
    EMAIL_CHANGED = "email_changed"
    EMAIL_SET = "email_set"
    SECOND_FACTOR_ON = "second_factor_on"
    SECOND_FACTOR_OFF = "second_factor_off"
    SECOND_FACTOR_RESET = "second_factor_reset"
    SECOND_FACTOR_GUESSED = "second_factor_guessed"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    NEW_DEVICE = "new_device"
    API_KEY_MADE = "api_key_made"


def write(
    session: Session,
    *,
    user_id: int,
    notice: SecurityNotice,
    now: datetime,
    email: str | None = None,
    device: str = "",
    address: str = "",
    detail: str = "",
) -> None:
    """Have a letter written when the caller commits.

    It goes to the person's address, or to `email`, where that was theirs until now.
    """
    queue.defer(
        session,
        TASK,
        priority=50,
        notice=notice,
        user_id=user_id,
        email=email or _address(session, user_id),
        moment=now.isoformat(timespec="seconds"),
        device=device,
        address=address,
        detail=detail,
    )


def withdraw(session: Session, *, user_id: int) -> None:
    """Write nothing any more to a person who leaves: letters that wait hold an address."""
    queue.withdraw(session, TASK, user_id=user_id)


def _address(session: Session, user_id: int) -> str:
    """Where the person is reached now: a later change of the address must not take the letter along."""
    return session.get_one(User, user_id).email
