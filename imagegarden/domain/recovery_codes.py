"""Codes on paper for whoever has lost their second factor: shown once, kept as hashes, each good once."""

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from imagegarden.models import RecoveryCode

HOW_MANY = 10
GROUPS, GROUP_LENGTH = 4, 6
# Nothing that is read for something else. 24 of these signs are 118 random bits, so a fast hash cannot be turned back.
SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


def renew(session: Session, *, user_id: int, now: datetime) -> list[str]:
    """Make new codes in place of all earlier ones; nobody can read them again."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    drawn = [_draw() for _ in range(HOW_MANY)]
    session.add_all(RecoveryCode(user_id=user_id, code_hash=_digest(code), created_at=now) for code in drawn)
    return drawn


def use(session: Session, *, user_id: int, code: str, now: datetime) -> bool:
    """Use up a code; False when it is none of the person's, or was used. Of two at once, one is."""
    used = session.execute(
        update(RecoveryCode)
        .where(RecoveryCode.user_id == user_id, RecoveryCode.code_hash == _digest(code), RecoveryCode.used_at.is_(None))
        .values(used_at=now)
        .returning(RecoveryCode.id)
    )
    return used.first() is not None


def count_left(session: Session, *, user_id: int) -> int:
    """How many are good."""
    left = select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return session.scalar(left) or 0


def remove(session: Session, *, user_id: int) -> None:
    """Leave none."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


def _draw() -> str:
    groups = ("".join(secrets.choice(SIGNS) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))
    return "-".join(groups)


def _digest(code: str) -> str:
    """Of the signs alone: spaces, hyphens and capitals are how people type."""
    signs = "".join(sign for sign in code.lower() if sign.isalnum())
    return hashlib.sha256(signs.encode()).hexdigest()
