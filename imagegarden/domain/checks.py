"""What came of looking at the parts of the site that a request may not wait for."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from imagegarden.domain import alarms
from imagegarden.models import CheckResult

LONGEST_FAULT = 300
LEDGER = "ledger"
UNBALANCED = "ledger_unbalanced"


def record(session: Session, *, name: str, seconds: float, fault: str | None, now: datetime) -> None:
    """Note what a look at a part came to; `fault` is None when all is well. A ledger that is wrong is an alarm."""
    values = {"checked_at": now, "seconds": seconds, "fault": fault[:LONGEST_FAULT] if fault else None}
    session.execute(
        insert(CheckResult)
        .values(name=name, **values)
        .on_conflict_do_update(index_elements=[CheckResult.name], set_=values)
    )
    if name == LEDGER and fault is not None:
        alarms.raise_alarm(session, code=UNBALANCED, detail=f"The ledger does not balance: {fault}", now=now)


def list_results(session: Session) -> Sequence[CheckResult]:
    """What was found last of each part."""
    return session.scalars(select(CheckResult).order_by(CheckResult.name)).all()
