"""Settings under a name: kept, filled in again, handed on as a link."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from imagegarden.domain import accounts
from imagegarden.domain.errors import InvalidRequest, NotFound
from imagegarden.domain.names import sound_name
from imagegarden.models import Preset

LONGEST_VALUE = 2000
MOST = 100


def save(session: Session, *, user_id: int, name: str, values: Mapping[str, str], now: datetime) -> Preset:
    """Keep settings under a name, in place of those that had it. Raises InvalidRequest.

    The person is locked first: of two that are saved under one name at once the later stays, and none is one too many.
    """
    name = sound_name(name, field="preset_name", missing="Give it a name.")
    accounts.lock(session, user_id)
    kept = {field: value for field, value in values.items() if value and len(value) <= LONGEST_VALUE}
    is_new = session.scalar(_own(user_id).where(func.lower(Preset.name) == name.lower())) is None
    if is_new and (session.scalar(select(func.count()).where(Preset.user_id == user_id)) or 0) >= MOST:
        raise InvalidRequest({"preset_name": f"{MOST} presets are kept; delete one first."})
    row = {"uuid": uuid4(), "user_id": user_id, "name": name, "values": kept, "created_at": now}
    saved = (
        insert(Preset)
        .values(row)
        .on_conflict_do_update(
            index_elements=[Preset.user_id, func.lower(Preset.name)], set_={"name": name, "values": kept}
        )
        .returning(Preset)
    )
    return session.scalars(saved, execution_options={"populate_existing": True}).one()


def list_of(session: Session, *, user_id: int) -> list[Preset]:
    """A person's presets by their names."""
    return list(session.scalars(_own(user_id).order_by(func.lower(Preset.name))))


def get(session: Session, *, user_id: int, uuid: UUID) -> Preset:
    """One of a person's presets. Raises NotFound."""
    found = session.scalar(_own(user_id).where(Preset.uuid == uuid))
    if found is None:
        raise NotFound
    return found


def delete(session: Session, *, user_id: int, uuid: UUID) -> None:
    """Forget a preset. Raises NotFound."""
    session.delete(get(session, user_id=user_id, uuid=uuid))


def _own(user_id: int) -> Select[Preset]:
    return select(Preset).where(Preset.user_id == user_id)
