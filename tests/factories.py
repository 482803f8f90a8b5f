"""Data for tests, through factories and the product's own operations."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import factory
import pyotp
from factory.alchemy import SQLAlchemyModelFactory
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from imagegarden.bringing import bring_mask, bring_picture
from imagegarden.clock import now
from imagegarden.db import transaction
from imagegarden.domain import (
    accounts,
    api_keys,
    credits,
    devices,
    factor_changes,
    generations,
    payments,
    periods,
    purchases,
    second_factor,
    specs,
)
from imagegarden.domain.api_keys import NewKey
from imagegarden.domain.devices import Lifetimes
from imagegarden.domain.plans import Allowance, Tier
from imagegarden.models import (
    FileRole,
    Generation,
    LotSource,
    Media,
    MediaFile,
    MediaKind,
    MediaOrigin,
    Payment,
    PaymentState,
    PlanKey,
    Purchase,
    Role,
    Scope,
    User,
    UserSession,
    Via,
)
from imagegarden.payments.base import VendorPayment
from imagegarden.providers import catalogue
from imagegarden.providers.catalogue import Model, Takes
from tests import kinds
from tests.canaries import PASSWORD

MODELS = (catalogue.GARDEN, *(model for model in catalogue.MODELS.values() if model is not catalogue.GARDEN))
ALLOWANCES = {tier: Allowance(per_hour=100_000, at_once=1000) for tier in Tier}
CONTENT = bytes(range(200)) * 5
LIFETIMES = Lifetimes(idle=timedelta(days=14), longest=timedelta(days=30))
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"
# Looked at in no time: what one of the product's own costs is the matter of a few tests.
PASSWORD_HASH = generate_password_hash(PASSWORD, method="scrypt:256:8:1")


class MediaFactory(SQLAlchemyModelFactory):
    """A finished picture of a generation."""

    class Meta:
        model = Media
        sqlalchemy_session_persistence = "flush"

    uuid = factory.LazyFunction(uuid.uuid4)
    ordinal = factory.LazyAttributeSequence(lambda media, n: n if media.origin == MediaOrigin.OUTPUT else None)
    origin = MediaOrigin.OUTPUT
    kind = MediaKind.IMAGE
    sha256 = factory.Sequence(lambda n: f"{n:064x}")
    width = 1024
    height = 1024
    blurhash = "LEHV6nWB2yk8pyo0adR*.7kCMdnj"
    created_at = factory.LazyFunction(now)


class MediaFileFactory(SQLAlchemyModelFactory):
    """A stored file of a picture."""

    class Meta:
        model = MediaFile
        sqlalchemy_session_persistence = "flush"

    role = FileRole.ORIGINAL
    key = factory.Sequence(lambda n: f"users/0/test/{n}")
    mime = "image/png"
    bytes = 4
    sha256 = factory.Sequence(lambda n: f"{n:064x}")


def a_while_ago() -> datetime:
    """When things happened that a test only needs to have happened."""
    return now() - timedelta(days=1)


def use(session: Session) -> None:
    """Let the factories write into this session."""
    for kind in (MediaFactory, MediaFileFactory):
        kind._meta.sqlalchemy_session = session


def person(
    session: Session,
    *,
    email: str | None = None,
    sign_up_credits: int = 5,
    role: Role = Role.MEMBER,
    at: datetime | None = None,
) -> User:
    """A person who signed up."""
    user = accounts.create(
        session,
        email=email or f"person-{uuid.uuid4().hex[:10]}@example.com",
        password_hash=PASSWORD_HASH,
        sign_up_credits=sign_up_credits,
        role=role,
        now=at or a_while_ago(),
    )
    session.commit()
    return user


def device(session: Session, user: User, *, at: datetime | None = None, **more: Any) -> UserSession:
    """A device that a person is signed in on."""
    opened = devices.open_device(
        session,
        user_id=user.id,
        device=more.pop("name", FIREFOX),
        address=more.pop("address", "203.0.113.7"),
        lifetimes=LIFETIMES,
        now=at or now(),
        **more,
    )
    session.commit()
    return opened


def with_second_factor(session: Session, user: User, keys: Sequence[bytes], *, at: datetime | None = None) -> str:
    """A person's authenticator app; its secret."""
    secret, moment = second_factor.draw(), at or a_while_ago()
    code = pyotp.TOTP(secret).at(moment)
    assert factor_changes.turn_on(session, user_id=user.id, secret=secret, code=code, keys=keys, now=moment)
    session.commit()
    return secret


def give(
    session: Session, user: User, amount: int, *, expires_at: datetime | None = None, at: datetime | None = None
) -> None:
    """More credits."""
    credits.grant(
        session,
        user_id=user.id,
        amount=amount,
        source=LotSource.GRANT,
        reference=f"grant:{uuid.uuid4()}",
        expires_at=expires_at,
        now=at or a_while_ago(),
    )
    session.commit()


def balance(session: Session, user_id: int, *, at: datetime | None = None) -> credits.Balance:
    """What a person has."""
    return credits.balance(session, user_id, now=at or now())


def make_premium(session: Session, user: User, *, days: int = 30, amount: int = 0, at: datetime | None = None) -> None:
    """Days of Premium, given away."""
    moment = at or now()
    periods.add(session, user_id=user.id, payment_id=None, days=days, credits_each=amount, starts_at=moment, now=moment)
    session.commit()


def generation(
    user: User,
    *,
    prompt: str = "a quiet pond",
    count: int = 2,
    at: datetime | None = None,
    key: NewKey | None = None,
    **choices: object,
) -> Generation:
    """A generation that was just submitted."""
    with transaction() as session:
        return generations.submit(
            session,
            user_id=user.id,
            spec=specs.parse(models=MODELS, prompt=prompt, count=count, **choices),
            request_key=uuid.uuid4().hex,
            via=Via.API if key else Via.WEB,
            allowances=ALLOWANCES,
            now=at or now(),
            api_key_id=key.key.id if key else None,
        )


def api_key(session: Session, user: User, *scopes: Scope, at: datetime | None = None, **more: Any) -> NewKey:
    """A key of a person's, of all scopes unless others are named."""
    made = api_keys.create(
        session,
        user_id=user.id,
        name=more.pop("name", None) or f"key {uuid.uuid4().hex[:10]}",
        scopes=scopes or tuple(Scope),
        actor_id=user.id,
        now=at or now(),
        **more,
    )
    session.commit()
    return made


def upload(user: User, content: bytes = kinds.PHOTO, title: str = "pond.jpg") -> Media:
    """A picture of the person's own, its files in the store."""
    return bring_picture(user.id, content, title)


def stored_picture(
    session: Session, user: User, store: Any, *, prompt: str = "a heron at dawn", content: bytes = CONTENT, **more: Any
) -> Media:
    """A finished picture with every file that one may have, in the store."""
    made: Media = MediaFactory(user_id=user.id, generation_id=generation(user, prompt=prompt).id, **more)
    mimes = {FileRole.SVG: "image/svg+xml", FileRole.ORIGINAL: "image/png"}
    files = [
        MediaFileFactory(media_id=made.id, role=role, mime=mimes.get(role, "image/webp"), bytes=len(content))
        for role in FileRole
    ]
    written = [(file.key, file.mime) for file in files]
    session.commit()
    for key, mime in written:
        store.put(key, content, mime=mime)
    return made


def mask(user: User, picture: Media, content: bytes = kinds.MASK) -> Media:
    """A mask for a picture."""
    return bring_mask(user.id, picture, content, None)


def made_from(user: User, model: Model, **choices: object) -> Generation:
    """The least that a model can be asked, just submitted, with the picture and the mask that it takes."""
    wish: dict[str, object] = {**kinds.plain_wish(model), **choices}
    if model.prompt == Takes.NO:
        wish.pop("prompt", None)
    if "image" in wish:
        picture = upload(user)
        wish["image"] = picture.uuid
        if "mask" in wish:
            wish["mask"] = mask(user, picture).uuid
    with transaction() as session:
        return generations.submit(
            session,
            user_id=user.id,
            spec=specs.parse(models=tuple(catalogue.MODELS.values()), **wish),
            request_key=uuid.uuid4().hex,
            via=Via.WEB,
            allowances=ALLOWANCES,
            now=now(),
        )


def purchase(
    session: Session, user: User, key: PlanKey = PlanKey.PASS, *, vendor: str = "test", at: datetime | None = None
) -> Purchase:
    """A click on Buy that the gateway has made an order of."""
    moment = at or now()
    made = purchases.begin(session, user_id=user.id, key=key, vendor=vendor, now=moment)
    prefix = "sub" if made.renews else "order"
    purchases.record_placed(session, made, vendor_id=f"{prefix}_{uuid.uuid4().hex[:14]}", now=moment)
    session.commit()
    return made


def payment(session: Session, user: User, *, at: datetime | None = None, **differs: object) -> Payment:
    """A pass that was paid."""
    moment = at or now()
    bought = purchase(session, user, at=moment)
    told = VendorPayment(
        **{
            "id": f"pay_{uuid.uuid4().hex[:14]}",
            "amount_paise": bought.plan.price_paise,
            "currency": "INR",
            "state": PaymentState.CAPTURED,
            "refunded_paise": 0,
            "method": "card",
            "order_id": bought.vendor_id,
            **differs,
        }
    )
    paid = payments.record(session, bought, told, allowances=ALLOWANCES, now=moment)
    purchases.plan_next_check(bought, paid=True, now=moment)
    session.commit()
    return paid
