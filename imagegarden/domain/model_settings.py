"""What of the models is set otherwise than the catalogue says, and which of them are offered."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from imagegarden.domain import audit
from imagegarden.domain.errors import Conflict, InvalidRequest, ModelUnavailable, NotFound
from imagegarden.domain.generation_spec import clean_text
from imagegarden.models import ModelSetting
from imagegarden.providers import catalogue
from imagegarden.providers.catalogue import Model

# One change at a time: two could take away the last two that make something.
LOCK = 0x1A6E_3DE1
LONGEST_LABEL = 40
# owner/name, with the 64 hexadecimal digits of a version where the version is ours to choose.
SOURCE = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}/[a-z0-9][a-z0-9._-]{0,99}(:[0-9a-f]{64})?")
_ONE = select(ModelSetting).where(ModelSetting.model == bindparam("model"))


@dataclass(frozen=True)
class Offer:
    """A model as it is offered here: what is empty is as the catalogue says."""

    label: str | None = None
    source: str | None = None
    is_premium: bool | None = None
    is_enabled: bool = True

    def applied(self, model: Model) -> Model:
        """The model with what is set otherwise."""
        return replace(
            model,
            label=self.label or model.label,
            source=self.source or model.source,
            is_premium=model.is_premium if self.is_premium is None else self.is_premium,
        )


def read(session: Session) -> Mapping[str, Offer]:
    """What is set of each model of which anything is. One query."""
    return {row.model: _offer(row) for row in session.scalars(select(ModelSetting))}


def known_models(offers: Mapping[str, Offer]) -> Mapping[str, Model]:
    """Every model of the catalogue, as it is offered here."""
    return MappingProxyType(
        {key: offers[key].applied(model) if key in offers else model for key, model in catalogue.MODELS.items()}
    )


def offered(providers: Collection[str], offers: Mapping[str, Offer], kind: str | None = None) -> tuple[Model, ...]:
    """What people can choose of a kind, or of all, where these providers stand ready; the first is default."""
    enabled = {key: model for key, model in known_models(offers).items() if offers.get(key, Offer()).is_enabled}
    return catalogue.offered(providers, kind, enabled)


def require_enabled(session: Session, *, model: str) -> Model:
    """The model as it is offered now: read anew, since rights follow from it. Raises ModelUnavailable."""
    row = session.scalar(_ONE, {"model": model})
    if row is None:
        return catalogue.MODELS[model]
    if not row.is_enabled:
        raise ModelUnavailable
    return _offer(row).applied(catalogue.MODELS[model])


def change(
    session: Session,
    *,
    model: str,
    offer: Offer,
    providers: Collection[str],
    actor_id: int | None,
    reason: str,
    now: datetime,
    address: str | None = None,
) -> None:
    """Offer a model otherwise from now on. What was asked for stays as it was.

    `providers` are those that stand ready: of what can be made with them now, something has to make it afterwards.

    Raises NotFound, InvalidRequest, and Conflict where nothing would change.
    """
    known = catalogue.MODELS.get(model)
    if known is None:
        raise NotFound
    wanted = _checked(known, offer)
    session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    offers = read(session)
    before = offers.get(model, Offer())
    fields = [name for name in vars(wanted) if getattr(wanted, name) != getattr(before, name)]
    if not fields:
        raise Conflict("That is how it is already.")
    kept = offered(providers, offers, known.kind)
    if kept and not offered(providers, {**offers, model: wanted}, known.kind):
        raise InvalidRequest({"is_enabled": "Nothing else makes this here: offer another model first."})
    if wanted == Offer():
        session.execute(delete(ModelSetting).where(ModelSetting.model == model))
    else:
        values = vars(wanted) | {"changed_at": now}
        session.execute(
            insert(ModelSetting)
            .values(model=model, **values)
            .on_conflict_do_update(index_elements=[ModelSetting.model], set_=values)
        )
    audit.record(
        session,
        actor_id=actor_id,
        action="model.change",
        subject_id=None,
        target=model,
        fields=fields,
        reason=reason,
        address=address,
        now=now,
    )


def _checked(model: Model, offer: Offer) -> Offer:
    """The offer without what is as in the catalogue anyway. Raises InvalidRequest."""
    label = " ".join(clean_text(offer.label or "").split())
    source = (offer.source or "").strip()
    faults = {}
    if len(label) > LONGEST_LABEL:
        faults["label"] = f"At most {LONGEST_LABEL} characters."
    if source not in ("", model.source):
        if model.provider == "garden":
            faults["source"] = "The garden engine has no versions."
        elif not SOURCE.fullmatch(source):
            faults["source"] = "Write owner/name, or owner/name:version with the 64 digits of the version."
    if faults:
        raise InvalidRequest(faults)
    return Offer(
        label=(label if label != model.label else "") or None,
        source=(source if source != model.source else "") or None,
        is_premium=offer.is_premium if offer.is_premium != model.is_premium else None,
        is_enabled=offer.is_enabled,
    )


def _offer(row: ModelSetting) -> Offer:
    return Offer(label=row.label, source=row.source, is_premium=row.is_premium, is_enabled=row.is_enabled)
