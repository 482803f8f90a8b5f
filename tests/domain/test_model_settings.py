"""The rules of how models are offered, and of their prices."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from imagegarden.domain import audit, generations, model_settings, pricing, specs
from imagegarden.domain.errors import Conflict, InvalidRequest, ModelUnavailable, NotFound, PremiumRequired
from imagegarden.domain.model_settings import Offer
from imagegarden.domain.plans import Allowance, Tier
from imagegarden.models import ModelSetting, User
from imagegarden.providers import catalogue
from imagegarden.providers.catalogue import FLUX_DEV, FLUX_SCHNELL, GARDEN
from tests import factories

BOTH = ("garden", "replicate")
ALLOWED = {tier: Allowance(per_hour=100, at_once=10) for tier in Tier}
VERSION = "a" * 64


def offer(session: Session, now: datetime, model: str = FLUX_DEV.key, **as_offered: object) -> None:
    model_settings.change(
        session,
        model=model,
        offer=Offer(**as_offered),  # type: ignore[arg-type]
        providers=BOTH,
        actor_id=None,
        reason="x",
        now=now,
    )


def price(session: Session, now: datetime, amount: int, outputs: int = 1, model: str = FLUX_DEV.key) -> None:
    pricing.set_price(session, model=model, amount=amount, outputs=outputs, actor_id=None, reason="x", now=now)


def ask(session: Session, user: User, now: datetime, model: str = FLUX_DEV.key) -> pricing.Quote:
    spec = specs.parse(models=tuple(catalogue.MODELS.values()), model=model, prompt="a pond")
    return generations.quote(session, user_id=user.id, spec=spec, allowances=ALLOWED, now=now)


def test_a_model_is_as_the_catalogue_says_until_it_is_offered_otherwise(session: Session, now: datetime) -> None:
    assert model_settings.known_models(model_settings.read(session)) == catalogue.MODELS
    offer(session, now, label="Fast one", source=f"someone/flux:{VERSION}", is_premium=True)
    found = model_settings.known_models(model_settings.read(session))[FLUX_DEV.key]
    assert (found.label, found.source, found.is_premium) == ("Fast one", f"someone/flux:{VERSION}", True)
    (entry,) = audit.list_entries(session, limit=9)
    assert (entry.action, entry.target, entry.fields) == (
        "model.change",
        FLUX_DEV.key,
        ["label", "source", "is_premium"],
    )


def test_what_is_as_in_the_catalogue_leaves_no_row(session: Session, now: datetime) -> None:
    offer(session, now, label="Another")
    offer(session, now, label=FLUX_DEV.label, source=FLUX_DEV.source, is_premium=FLUX_DEV.is_premium)
    assert session.scalar(select(func.count()).select_from(ModelSetting)) == 0
    with pytest.raises(Conflict):
        offer(session, now, label=FLUX_DEV.label)


def test_a_model_that_is_switched_off_is_not_offered_and_refuses_what_comes_late(
    session: Session, user: User, now: datetime
) -> None:
    ask(session, user, now)
    offer(session, now, is_enabled=False)
    assert FLUX_DEV not in model_settings.offered(BOTH, model_settings.read(session))
    with pytest.raises(ModelUnavailable):
        ask(session, user, now)
    offer(session, now, is_enabled=True)
    ask(session, user, now)


def test_who_may_use_a_model_is_decided_when_it_is_asked_for(session: Session, user: User, now: datetime) -> None:
    offer(session, now, is_premium=True)
    with pytest.raises(PremiumRequired):
        ask(session, user, now)
    factories.make_premium(session, user, at=now)
    ask(session, user, now)


def test_the_last_model_of_a_kind_stays(session: Session, now: datetime) -> None:
    of_ai = [model for model in catalogue.offered(BOTH, "image") if model.is_ai]
    for model in of_ai:
        offer(session, now, model.key, is_enabled=False)
    assert model_settings.offered(BOTH, model_settings.read(session), "image") == (GARDEN,)
    with pytest.raises(InvalidRequest) as refused:
        offer(session, now, GARDEN.key, is_enabled=False)
    assert list(refused.value.fields) == ["is_enabled"]


@pytest.mark.parametrize(
    ("model", "as_offered", "field"),
    [
        (FLUX_DEV.key, {"label": "x" * 41}, "label"),
        (FLUX_DEV.key, {"source": "https://evil.example/model"}, "source"),
        (FLUX_DEV.key, {"source": "owner/name:latest"}, "source"),
        (FLUX_DEV.key, {"source": "../../etc"}, "source"),
        (GARDEN.key, {"source": "owner/name"}, "source"),
    ],
)
def test_an_offer_that_makes_no_sense_is_refused(
    session: Session, now: datetime, model: str, as_offered: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        offer(session, now, model, **as_offered)
    assert list(refused.value.fields) == [field]


def test_a_new_price_holds_from_now_on_and_what_is_held_stays(session: Session, user: User, now: datetime) -> None:
    asked = factories.generation(user, at=now - timedelta(minutes=1))
    held = asked.price
    price(session, now, 3, 2, model=asked.model)
    assert ask(session, user, now, asked.model).credits == 3
    assert asked.price == held
    newest, *_ = pricing.list_history(session, model=asked.model, limit=9)
    assert (newest.credits, newest.outputs) == (3, 2)
    (entry,) = audit.list_entries(session, limit=9, action="model.set_price")
    assert entry.target == f"{asked.model}: 3 for 2"


@pytest.mark.parametrize(
    ("amount", "outputs", "field"), [(-1, 1, "credits"), (100_001, 1, "credits"), (1, 99, "outputs")]
)
def test_a_price_that_makes_no_sense_is_refused(
    session: Session, now: datetime, amount: int, outputs: int, field: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        price(session, now, amount, outputs)
    assert list(refused.value.fields) == [field]


def test_the_same_price_again_is_no_new_one(session: Session, now: datetime) -> None:
    price(session, now, 7)
    with pytest.raises(Conflict):
        price(session, now + timedelta(seconds=1), 7)


def test_what_is_no_model_is_not_found(session: Session, now: datetime) -> None:
    with pytest.raises(NotFound):
        offer(session, now, "no such model", is_enabled=False)
    with pytest.raises(NotFound):
        price(session, now, 1, model="no such model")


def test_a_model_that_is_offered_otherwise_keeps_its_key(session: Session, now: datetime) -> None:
    offer(session, now, FLUX_SCHNELL.key, label="Another")
    assert model_settings.known_models(model_settings.read(session))[FLUX_SCHNELL.key].key == FLUX_SCHNELL.key
