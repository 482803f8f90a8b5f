"""The audit log: written in the transaction of the act itself."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from imagegarden.models import AuditEntry


def record(
    session: Session,
    *,
    actor_id: int | None,
    action: str,
    subject_id: int | None,
    now: datetime,
    fields: Sequence[str] = (),
    reason: str | None = None,
) -> None:
    """Note an act. `actor_id` is None for an operator at the command line."""
    session.add(
        AuditEntry(
            actor_id=actor_id,
            action=action,
            subject_id=subject_id,
            fields=list(fields),
            reason=reason,
            created_at=now,
        )
    )
