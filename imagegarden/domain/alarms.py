"""What only an operator can put right: written down once, logged each time, and mailed at most every hour."""

import logging
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from imagegarden.db import locked
from imagegarden.models import Alarm, Role, User
from imagegarden.queue import defer

logger = logging.getLogger(__name__)

TASK = "mail_alarm"
QUIET = timedelta(hours=1)


def raise_alarm(session: Session, *, code: str, detail: str, now: datetime) -> None:
    """Tell the operators."""
    logger.critical("alarm", extra={"code": code, "detail": detail})
    session.execute(
        insert(Alarm)
        .values(code=code, detail=detail, raised_at=now)
        .on_conflict_do_update(index_elements=["code"], set_={"detail": detail, "raised_at": now})
    )
    alarm = locked(session, select(Alarm).where(Alarm.code == code))
    assert alarm is not None
    if alarm.mailed_at is None or alarm.mailed_at <= now - QUIET:
        alarm.mailed_at = now
        defer(session, TASK, once=f"alarm:{code}", code=code)


def get_alarm(session: Session, *, code: str) -> Alarm | None:
    """The alarm of this code, if it was ever raised."""
    return session.get(Alarm, code)


def list_listeners(session: Session) -> list[str]:
    """Where alarms are mailed to: the administrators."""
    return list(session.scalars(select(User.email).where(User.role == Role.ADMIN, User.is_here)))
