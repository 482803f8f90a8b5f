"""Whatever else a form or a program sends along, what is done is the same: no column is set by naming it.

Every request that changes something is sent twice to the same database: plainly, and with every column of every table
as further fields. What the database holds then may not differ.
"""

from collections import Counter
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Column, DateTime, LargeBinary, Uuid, select
from sqlalchemy.orm import Session

from imagegarden.api.openai import making
from imagegarden.db import Base, db
from imagegarden.domain import boards, presets
from imagegarden.extensions import limiter
from imagegarden.models import User
from tests import factories, kinds, money
from tests.architecture.test_routes import SAFE, SIGNED, path_of, rules
from tests.web.test_admin_gate import SOUND as OF_THE_STAFF

ASKED = {"prompt": "a pond", "request_key": "one", "price": "1", "model": "garden", "seed": "7", "count": "1"}
LOOKS = {"style": "ink", "color": "vibrant", "aspect_ratio": "1:1", "negative_prompt": "", "steps": "", "guidance": ""}
MORE = {"image": "", "strength": "subtle", "seconds": "2"}
PICTURES = {"ids": "MEDIA", "only": "", "back": ""}
# Whoever adds a route that changes something writes down every field that it has. MEDIA stands for a picture's id.
SOUND: dict[str, dict[str, Any]] = {
    "api.make_key": {
        **{"name": "a key", "password": factories.PASSWORD, "scopes": ["read"], "expires": "", "expires_at": ""},
        "credit_cap": "",
    },
    "api.revoke_key": {},
    "auth.ask_to_leave": {"password": factories.PASSWORD},
    "auth.begin_second_factor": {},
    "auth.change_password": {"old_password": factories.PASSWORD, "password": "another heron waits there"},
    "auth.check_second_step": {"code": "123456"},
    "auth.complete_email": {"code": "123456"},
    "auth.complete_reset": {"code": "123456", "password": "another heron waits there"},
    "auth.end_device": {},
    "auth.end_other_devices": {},
    "auth.export": {},
    "auth.make_recovery_codes": {"renew_password": factories.PASSWORD, "renew_code": "123456"},
    "auth.request_email": {"email": "other@example.com"},
    "auth.request_reset": {"email": "EMAIL"},
    "auth.resend_email": {},
    "auth.resend_reset": {},
    "auth.stay": {},
    "auth.turn_off_second_factor": {"off_password": factories.PASSWORD, "off_code": "123456"},
    "auth.turn_on_second_factor": {"code": "123456"},
    "auth.check_log_in": {"email": "EMAIL", "password": factories.PASSWORD, "remember": "y", "next": ""},
    "auth.choose_face": {"face": "MEDIA"},
    "auth.choose_letters": {"premium_ends": "y"},
    "auth.complete_sign_up": {"code": "123456"},
    "auth.log_out": {},
    "auth.rename": {"username": "Ada"},
    "auth.request_sign_up": {"email": "new@example.com", "password": "correct horse battery lotus"},
    "auth.resend_code": {},
    "billing.buy": {"plan": "pass"},
    "billing.cancel": {},
    "billing.keep": {},
    "billing.pretend_to_pay": {"order_id": "order_1", "subscription_id": "", "outcome": "paid", "back": "/"},
    "billing.pretend_to_renew": {"outcome": "paid"},
    "generate.cancel": {},
    "generate.compare_selected": PICTURES,
    "generate.create": {**ASKED, **LOOKS, **MORE},
    "generate.delete_batch": {},
    "generate.delete_board": {},
    "generate.delete_for_good": PICTURES,
    "generate.delete_picture": {},
    "generate.delete_preset": {},
    "generate.download_zip": PICTURES,
    "generate.drop_try": {},
    "generate.edit": {
        **ASKED,
        **LOOKS,
        "model": "garden-resample",
        "scale": "2",
        "mask": "",
        "area": "",
        "strength": "",
    },
    "generate.empty_trash": {},
    "generate.enhance": {**ASKED, **LOOKS, **MORE, "model": ""},
    "generate.film": {**ASKED, **LOOKS, **MORE, "model": "garden-film", "price": "5", "duration": "", "resolution": ""},
    "generate.make_board": {"name": "ponds"},
    "generate.move": {**PICTURES, "board": "", "name": ""},
    "generate.offer": {},
    "generate.rename_board": {"name": "lakes"},
    "generate.report_shared": {"reason": "hate", "words": "no"},
    "generate.restore": PICTURES,
    "generate.restore_batch": {},
    "generate.restore_picture": {},
    "generate.retry": {"price": "1"},
    "generate.save_preset": {**ASKED, **LOOKS, "preset_name": "evenings"},
    "generate.share": {},
    "generate.star": PICTURES,
    "generate.take_try_back": {},
    "generate.trash": PICTURES,
    "generate.unshare": {},
    "generate.unstar": PICTURES,
    "generate.upload": {"file": "FILE"},
    "generate.withdraw": {},
    "openai.edit_image": {"prompt": "a pond", "image": "FILE", "mask": "FILE", "n": "1", "size": "", "model": ""},
    "openai.generate_images": {"prompt": "a pond", "n": 1, "model": "garden", "size": "1024x1024"},
    "openai.vary_image": {"image": "FILE", "n": "1", "size": "", "model": ""},
    "v1.cancel_generation": {},
    "v1.delete_media": {},
    "v1.restore_media": {},
    "v1.retry_generation": {},
    "v1.submit_generation": {"prompt": "a pond", "model": "garden", "seed": 7, "count": 1, "kind": "image"},
    "v1.upload": {"file": "FILE"},
    **{name: {"reason": "they asked", "request_key": "one"} | fields for name, fields in OF_THE_STAFF.items()},
}
# Fields that forms have besides, which change what is asked for as they should.
FURTHER = {
    "admin.change_model": {"source"},
    "generate.share": {"shows_prompt"},
    "generate.save_preset": {"with_prompt"},
    "openai.generate_images": {"style", "user"},
    "openai.edit_image": {"user"},
    "openai.vary_image": {"user"},
}
OF_STRANGERS = {
    *("auth.check_log_in", "auth.check_second_step", "auth.request_sign_up", "auth.complete_sign_up"),
    *("auth.resend_code", "auth.request_reset", "auth.complete_reset", "auth.resend_reset"),
}
# Of these, what is said names rows by their ids.
NAMING_IDS = ("payload", "target", "fields", "reference")
WORDS = {"role": "admin", "status": "active", "plan": "pass", "kind": "image", "via": "cli", "state": "captured"}


def changing(app: Flask) -> list[str]:
    """Every route that may change something by what a browser or a program sends."""
    return sorted({rule.endpoint for rule, method in rules(app) if method not in SAFE and rule.endpoint not in SIGNED})


def test_every_changing_route_has_its_fields_in_this_test(app: Flask) -> None:
    assert changing(app) == sorted(SOUND)


@pytest.fixture
def place(app: Flask, session: Session, user: User, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Somebody with one of everything, and their ids as addresses name them."""
    monkeypatch.setattr(limiter, "enabled", False)
    monkeypatch.setattr(making, "DEADLINE_SECONDS", 0.0)
    moment = factories.now()
    store = app.extensions["adapters"].store
    shared = {"share_token": "a-link-to-it", "shared_at": moment}
    picture = factories.stored_picture(session, user, store, queued_at=moment, **shared)
    job = factories.generation(user, prompt="what waits")
    purchase = money.buy(session, user, moment)
    payment = factories.payment(session, user)
    made = {
        "generation_uuid": job.uuid,
        "job_uuid": job.uuid,
        "media_uuid": picture.uuid,
        "purchase_uuid": purchase.uuid,
        "payment_uuid": payment.uuid,
        "key_uuid": factories.api_key(session, user).key.uuid,
        "preset_uuid": presets.save(session, user_id=user.id, name="ponds", values={}, now=moment).uuid,
        "board_uuid": boards.make(session, user_id=user.id, name="pictures", now=moment).uuid,
        "token": "a-link-to-it",
        "tool": "upscale",
        "model": "garden",
        "user_id": user.id,
    }
    session.commit()
    return {name: str(value) for name, value in made.items()}


def columns() -> dict[str, str]:
    """Every column of every table as a field, with what somebody would like to see there."""
    found = {}
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            found[column.name] = WORDS.get(column.name, _wish(column))
    return found


def _wish(column: Column[Any]) -> str:
    if isinstance(column.type, DateTime):
        return "2031-01-02T03:04:05+00:00"
    if isinstance(column.type, Uuid):
        return "01900000-0000-7000-8000-000000000000"
    return {int: "77777", bool: "y", float: "0.5"}.get(column.type.python_type, "mass-assigned")


def held(session: Session) -> Counter[tuple[str, ...]]:
    """What every table holds, but for what is drawn anew each time: ids, moments, hashes and tokens."""
    session.expire_all()
    rows: Counter[tuple[str, ...]] = Counter()
    for table in Base.metadata.sorted_tables:
        for row in session.execute(select(table)):
            rows[(table.name, *(_shown(column, value) for column, value in zip(table.columns, row, strict=True)))] += 1
    return rows


def _shown(column: Column[Any], value: Any) -> str:
    is_drawn = isinstance(column.type, (DateTime, Uuid, LargeBinary)) or column.primary_key or column.foreign_keys
    is_secret = any(part in column.name for part in ("hash", "token", "seal", "hmac", "sha256", "prefix", "key"))
    if (is_drawn and column.name != "user_id") or is_secret or column.name in NAMING_IDS:
        return f"{column.name}={'something' if value is not None else None}"
    if isinstance(value, dict):
        value = {name: one for name, one in value.items() if name != "seed"}
    return f"{column.name}={value}"


def send(
    app: Flask, client: FlaskClient, session: Session, endpoint: str, place: dict[str, str], more: dict[str, str]
) -> tuple[int, Counter[tuple[str, ...]]]:
    """The answer to such a request, and what the database holds after it; then everything is as before."""
    rule, method = next((one, how) for one, how in rules(app) if one.endpoint == endpoint and how not in SAFE)
    sound = {name: _filled(value, place) for name, value in SOUND[endpoint].items()}
    data = {**{k: v for k, v in more.items() if k not in sound and k not in FURTHER.get(endpoint, ())}, **sound}
    is_json = endpoint in ("v1.submit_generation", "openai.generate_images")
    session.commit()
    kept = db.engine.begin_nested()  # type: ignore[attr-defined]
    try:
        answer = client.open(
            path_of(rule, **place),
            method=method,
            query_string={name: value for name, value in more.items() if name not in sound} if not is_json else {},
            headers={"Authorization": place["authorization"]}
            if hasattr(app.view_functions[endpoint], "scopes")
            else {},
            **{"json" if is_json else "data": data},  # type: ignore[arg-type]
        )
        return answer.status_code, held(session)
    finally:
        session.rollback()
        kept.rollback()


def _filled(value: Any, place: dict[str, str]) -> Any:
    if value == "FILE":
        return BytesIO(kinds.PHOTO), "a.png"
    if value == "MEDIA":
        return place["media_uuid"]
    return place["email"] if value == "EMAIL" else value


@pytest.mark.parametrize("endpoint", SOUND)
def test_further_fields_change_nothing(
    app: Flask,
    session: Session,
    user: User,
    admin: User,
    signed_in: Callable[[User], FlaskClient],
    place: dict[str, str],
    endpoint: str,
) -> None:
    place |= {"email": user.email, "authorization": f"Bearer {factories.api_key(session, user).secret}"}
    # One for each time: a session that was ended is not there for the second.
    if endpoint.startswith("admin."):
        first, second = signed_in(admin), signed_in(admin)
    elif endpoint in OF_STRANGERS:
        first, second = app.test_client(), app.test_client()
    else:
        first, second = signed_in(user), signed_in(user)
    session.commit()
    before = held(session)
    status, plain = send(app, first, session, endpoint, place, {})
    assert held(session) == before, "the second request finds what the first one found"
    with_more, after = send(app, second, session, endpoint, place, columns())
    if with_more == status and status < 400:
        assert after - plain == Counter()
        assert plain - after == Counter()
    else:
        # Programs are told that there is no such field, and nothing is done.
        assert with_more in (400, 404, 409, 422, 503), (status, with_more)
        assert after in (before, plain)
