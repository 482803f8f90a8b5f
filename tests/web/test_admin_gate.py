"""Who gets into administration: each route answers each kind of person as the table of permissions says."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from imagegarden.admin.home import NO_ENTRY
from imagegarden.clock import now as present
from imagegarden.domain import accounts, audit, invitations, model_switch, moderation, network_blocks, switches
from imagegarden.domain.permissions import Permission, may
from imagegarden.models import (
    AuditEntry,
    Generation,
    GenerationStatus,
    Media,
    Moderation,
    Role,
    RuleAction,
    RuleKind,
    User,
    UserStatus,
)
from imagegarden.web.confirming import GOOD_SECONDS
from imagegarden.web.sessions import PASSWORD_AT
from tests import factories, turns
from tests.architecture.test_routes import path_of, rules

SignIn = Callable[[User], FlaskClient]
WHY = {"reason": "they asked for it", "request_key": "one"}
# Whoever adds a route that changes something adds what a sound form of it holds.
SOUND: dict[str, dict[str, str]] = {
    "admin.change_credits": {"delta": "5"},
    "admin.change_premium": {"days": "30"},
    "admin.change_role": {"role": "support"},
    "admin.suspend": {},
    "admin.reinstate": {},
    "admin.sign_out": {},
    "admin.reset_second_factor": {},
    "admin.revoke_key": {},
    "admin.delete": {"email": "subject@example.com"},
    "admin.read_prompts": {},
    "admin.close_site": {"words": "We are moving."},
    "admin.open_site": {},
    "admin.set_banner": {"words": "New: films."},
    "admin.set_sign_ups": {"sign_ups": "closed"},
    "admin.set_staff_second_factor": {"is_needed": "y"},
    "admin.set_free_credits": {"amount": "7"},
    "admin.set_limits": {"free_per_hour": "3"},
    "admin.make_invitation": {"note": "the press", "places": "3", "days": "14"},
    "admin.revoke_invitation": {},
    "admin.block_network": {"network": "203.0.113.0/24", "hours": "24"},
    "admin.unblock_network": {},
    "admin.change_model": {"label": "Another name", "plan": "free", "is_enabled": "y"},
    "admin.set_price": {"credits": "9", "outputs": "1"},
    "admin.cancel_job": {},
    "admin.wake_job": {},
    "admin.run_job_again": {},
    "admin.refund_job": {},
    "admin.stop_model": {},
    "admin.start_model": {},
    "admin.approve_media": {"reason": "harmless", "words": "seen by me", "seen": "0-999999999"},
    "admin.remove_media": {"reason": "violence", "words": "seen by me"},
    "admin.ban_owner": {"reason": "hate", "words": "seen by me"},
    "admin.restore_media": {"reason": "appeal", "words": "seen by me", "seen": ""},
    "admin.add_rule": {"action": "block", "kind": "word", "pattern": "zebra", "told": "No zebras."},
    "admin.retire_rule": {},
    "admin.refund_payment": {},
    "admin.reconcile_purchase": {},
    "admin.reconcile_all": {},
}
# What these answer is a page and no way on: it is shown once.
ANSWERED = {"admin.read_prompts", "admin.make_invitation"}
# What an act is done to where that is no person, as its line begins.
TARGETS = {
    "admin.stop_model": "garden",
    "admin.start_model": "garden",
    "admin.reconcile_all": "all that wait",
    "admin.close_site": "maintenance: ",
    "admin.open_site": "maintenance: ",
    "admin.set_banner": "banner: ",
    "admin.set_sign_ups": "sign_ups: ",
    "admin.set_staff_second_factor": "staff_second_factor: ",
    "admin.set_free_credits": "free_credits: ",
    "admin.set_limits": "limits: ",
    "admin.make_invitation": "",
    "admin.revoke_invitation": "",
    "admin.block_network": "203.0.113.0/24",
    "admin.unblock_network": "198.51.100.0/24",
    "admin.change_model": "garden",
    "admin.set_price": "garden: ",
    "admin.add_rule": "zebra",
    "admin.retire_rule": "giraffe",
}
# What the log says of a decision: its code and its words.
REASONS = {
    "admin.approve_media": "Within the rules: seen by me",
    "admin.remove_media": "Violence or cruelty: seen by me",
    "admin.ban_owner": "Hate or harassment: seen by me",
    "admin.restore_media": "After an appeal: seen by me",
}


def admin_rules(app: Flask) -> Iterator[tuple[Rule, str, Permission]]:
    for rule, method in rules(app):
        if rule.rule.startswith("/admin"):
            yield rule, method, app.view_functions[rule.endpoint].permission  # type: ignore[attr-defined]


def changing(app: Flask) -> list[Rule]:
    return [rule for rule, method, _ in admin_rules(app) if method == "POST"]


@pytest.fixture
def subject(session: Session) -> User:
    """Somebody that things are done to, with something to read."""
    made = factories.person(session, email="subject@example.com")
    factories.generation(made)
    return made


def prepare(session: Session, endpoint: str, ids: dict[str, str]) -> None:
    """Let things be so that the act can be done."""
    job = session.scalars(select(Generation).where(Generation.uuid == UUID(ids["job_uuid"]))).one()
    if endpoint == "admin.reinstate":
        session.get_one(User, int(ids["user_id"])).status = UserStatus.SUSPENDED
    elif endpoint == "admin.run_job_again":
        turns.end(session, job, present())
    elif endpoint == "admin.refund_job":
        factories.MediaFactory(generation_id=job.id, user_id=job.user_id)
        turns.end(session, job, present(), GenerationStatus.SUCCEEDED, error_code=None)
    elif endpoint == "admin.reset_second_factor":
        factories.with_second_factor(session, session.get_one(User, int(ids["user_id"])), [b"x"])
    elif endpoint == "admin.start_model":
        model_switch.stop(session, model="garden", actor_id=None, reason="a test", now=present())
    elif endpoint == "admin.open_site":
        switches.close_site(session, words="x", actor_id=None, reason="x", now=present())
    elif endpoint == "admin.restore_media":
        media = session.scalars(select(Media).where(Media.uuid == UUID(ids["media_uuid"]))).one()
        media.moderation, media.queued_at, media.decided_at = Moderation.REMOVED, None, present()
    session.commit()


@pytest.fixture
def ids(app: Flask, session: Session, subject: User) -> dict[str, str]:
    job = session.scalars(select(Generation).where(Generation.user_id == subject.id)).one()
    blocked = network_blocks.block(
        session, network="198.51.100.0/24", hours=1, actor_id=None, reason="x", now=present()
    )
    invitation, _ = invitations.make(session, note="x", places=1, days=1, actor_id=None, reason="x", now=present())
    rule = moderation.add_rule(
        session, action=RuleAction.WARN, kind=RuleKind.WORD, pattern="giraffe", reason="No.", now=present()
    )
    picture = factories.stored_picture(session, subject, app.extensions["adapters"].store, queued_at=present())
    payment = factories.payment(session, subject)
    session.commit()
    return {
        "user_id": str(subject.id),
        "key_uuid": str(factories.api_key(session, subject).key.uuid),
        "job_uuid": str(job.uuid),
        "invitation_id": str(invitation.id),
        "model": "garden",
        "rule_id": str(rule.id),
        "block_id": str(blocked.id),
        "media_uuid": str(picture.uuid),
        "payment_uuid": str(payment.uuid),
        "purchase_uuid": str(payment.purchase.uuid),
    }


def staff(session: Session, role: Role) -> User:
    return factories.person(session, role=role)


def test_every_page_of_administration_says_what_it_asks_for(app: Flask) -> None:
    walked = list(admin_rules(app))
    assert len(walked) >= 13
    assert all(isinstance(permission, Permission) for _, _, permission in walked)


def test_every_changing_route_has_sound_data_in_this_test(app: Flask) -> None:
    assert {rule.endpoint for rule in changing(app)} == set(SOUND)


def test_a_stranger_is_asked_to_log_in(app: Flask, client: FlaskClient, ids: dict[str, str]) -> None:
    for rule, method, _ in admin_rules(app):
        answer = client.open(path_of(rule, **ids), method=method, data=WHY)
        assert answer.status_code == 303, (rule, method)
        assert answer.location.startswith("/login"), (rule, method)


def test_a_key_opens_nothing(app: Flask, session: Session, client: FlaskClient, ids: dict[str, str]) -> None:
    key = factories.api_key(session, staff(session, Role.ADMIN))
    for rule, method, _ in admin_rules(app):
        answer = client.open(
            path_of(rule, **ids), method=method, data=WHY, headers={"Authorization": f"Bearer {key.secret}"}
        )
        assert (answer.status_code, answer.location[:6]) == (303, "/login"), (rule, method)


def test_a_member_is_sent_to_where_pictures_are_made(
    app: Flask, session: Session, signed_in_client: FlaskClient, ids: dict[str, str]
) -> None:
    for rule, method, _ in admin_rules(app):
        answer = signed_in_client.open(path_of(rule, **ids), method=method, data=WHY | SOUND.get(rule.endpoint, {}))
        if method == "GET":
            assert (answer.status_code, answer.location) == (303, "/create"), rule
            assert NO_ENTRY in signed_in_client.get("/create").text
        else:
            assert answer.status_code == 403, rule
    assert {entry.action for entry in audit.list_entries(session, limit=99) if entry.actor} <= {"api_key.create"}


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.MODERATOR, Role.ADMIN])
def test_the_staff_gets_what_the_table_says(
    app: Flask, session: Session, signed_in: SignIn, ids: dict[str, str], role: Role
) -> None:
    client = signed_in(staff(session, role))
    for rule, method, permission in admin_rules(app):
        # Without a reason nothing is changed, and the next route finds everything as it was.
        answer = client.open(path_of(rule, **ids), method=method, data={})
        if not may(role, permission):
            assert answer.status_code == 403, (rule, method)
        elif method == "POST":
            assert answer.status_code == 422, rule
        else:
            assert answer.status_code == (303 if rule.endpoint == "admin.home" else 200), rule


def test_who_was_an_administrator_is_refused_at_the_next_click(
    app: Flask, session: Session, admin: User, admin_client: FlaskClient, ids: dict[str, str], signed_in: SignIn
) -> None:
    assert admin_client.get("/admin/users").status_code == 200
    staff(session, Role.ADMIN)
    accounts.set_role(session, user_id=admin.id, role=Role.MEMBER, actor_id=None, now=present())
    session.commit()
    for rule, method, _ in admin_rules(app):
        answer = admin_client.open(path_of(rule, **ids), method=method, data=WHY | SOUND.get(rule.endpoint, {}))
        assert (answer.status_code, answer.location[:6]) == (303, "/login"), (rule, method)
    assert signed_in(admin).get("/admin/users").location == "/create"


def test_the_way_in_is_shown_to_the_staff_only(
    session: Session, signed_in: SignIn, signed_in_client: FlaskClient, admin_client: FlaskClient
) -> None:
    assert 'href="/admin/"' not in signed_in_client.get("/gallery").text
    assert 'href="/admin/"' in admin_client.get("/gallery").text
    support = signed_in(staff(session, Role.SUPPORT)).get("/admin/users").text
    assert 'href="/admin/"' in support
    assert 'href="/admin/audit"' not in support


def test_changes_are_not_made_by_looking(app: Flask, admin_client: FlaskClient, ids: dict[str, str]) -> None:
    for rule in changing(app):
        assert admin_client.get(path_of(rule, **ids)).status_code == 405, rule


def test_changes_need_the_pages_token(
    app: Flask, session: Session, admin_client: FlaskClient, ids: dict[str, str]
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    for rule in changing(app):
        answer = admin_client.post(path_of(rule, **ids), data=WHY | SOUND[rule.endpoint])
        assert answer.status_code == 400, rule
    assert list(audit.list_entries(session, limit=10, subject_id=int(ids["user_id"]), action="user.set_role")) == []


@pytest.mark.parametrize("endpoint", SOUND)
def test_a_change_writes_one_line_with_who_why_and_from_where(
    app: Flask, session: Session, admin: User, admin_client: FlaskClient, ids: dict[str, str], endpoint: str
) -> None:
    prepare(session, endpoint, ids)
    before = session.scalar(select(func.max(AuditEntry.id))) or 0
    rule = next(rule for rule in changing(app) if rule.endpoint == endpoint)
    answer = admin_client.post(path_of(rule, **ids), data=WHY | SOUND[endpoint])
    assert answer.status_code == (200 if endpoint in ANSWERED else 303), answer.text
    session.expire_all()
    (entry,) = [found for found in audit.list_entries(session, limit=10) if found.id > before]
    subject_id = None if endpoint in TARGETS else int(ids["user_id"])
    reason = REASONS.get(endpoint, WHY["reason"])
    assert (entry.actor, entry.subject_id, entry.reason) == (admin.email, subject_id, reason)
    if endpoint in TARGETS:
        assert (entry.target or "").startswith(TARGETS[endpoint])
        assert entry.target
    elif endpoint.endswith(("_job", "_job_again")):
        assert entry.target == ids["job_uuid"]
    assert entry.address == "127.0.0.1"


@pytest.mark.parametrize("endpoint", SOUND)
@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_no_change_goes_without_a_reason(
    app: Flask, session: Session, admin_client: FlaskClient, ids: dict[str, str], endpoint: str, reason: str
) -> None:
    prepare(session, endpoint, ids)
    before = session.scalar(select(func.max(AuditEntry.id))) or 0
    rule = next(rule for rule in changing(app) if rule.endpoint == endpoint)
    answer = admin_client.post(path_of(rule, **ids), data=WHY | SOUND[endpoint] | {"reason": reason})
    assert answer.status_code == 422
    assert ("Say why" if len(reason) < 9 else "at most 500 characters") in answer.text
    assert (session.scalar(select(func.max(AuditEntry.id))) or 0) == before


def age_password(client: FlaskClient, seconds: float = GOOD_SECONDS + 1) -> None:
    """Let the password have been given so long ago."""
    with client.session_transaction() as kept:
        kept[PASSWORD_AT] = present().timestamp() - seconds


def test_after_half_an_hour_a_change_asks_for_the_password_and_keeps_what_was_sent(
    session: Session, subject: User, admin_client: FlaskClient
) -> None:
    age_password(admin_client)
    path = f"/admin/users/{subject.id}/credits"
    sent = WHY | {"delta": "5", "reason": 'a "gift" <b>'}
    asked = admin_client.post(path, data=sent)
    assert asked.status_code == 401
    for name, value in (("delta", "5"), ("reason", "a &#34;gift&#34; &lt;b&gt;"), ("request_key", "one")):
        assert f'<input type="hidden" name="{name}" value="{value}">' in asked.text
    assert factories.balance(session, subject.id).available == 4

    wrong = admin_client.post(path, data=sent | {"confirm_password": "a wrong password"})
    assert wrong.status_code == 422
    assert "That is not your password." in wrong.text
    assert 'name="delta" value="5"' in wrong.text
    assert "a wrong password" not in wrong.text

    assert admin_client.post(path, data=sent | {"confirm_password": factories.PASSWORD}).status_code == 303
    assert factories.balance(session, subject.id).available == 9
    assert admin_client.post(path, data=sent | {"request_key": "two"}).status_code == 303


def test_within_half_an_hour_nothing_is_asked(subject: User, admin_client: FlaskClient) -> None:
    age_password(admin_client, GOOD_SECONDS - 60)
    assert admin_client.post(f"/admin/users/{subject.id}/sign-out", data=WHY).status_code == 303


def test_looking_asks_for_no_password(subject: User, admin_client: FlaskClient) -> None:
    age_password(admin_client)
    assert admin_client.get(f"/admin/users/{subject.id}").status_code == 200


def test_tries_at_the_password_are_counted_by_account(app: Flask, subject: User, admin_client: FlaskClient) -> None:
    age_password(admin_client)
    limit = int(app.extensions["settings"].login_limit.split()[0])
    for _ in range(limit):
        answer = admin_client.post(f"/admin/users/{subject.id}/sign-out", data=WHY | {"confirm_password": "wrong"})
        assert answer.status_code == 422
    sent: dict[str, Any] = WHY | {"confirm_password": factories.PASSWORD}
    assert admin_client.post(f"/admin/users/{subject.id}/sign-out", data=sent).status_code == 429


@pytest.mark.parametrize("user_id", ["0", "999999999", "9223372036854775808", "99999999999999999999999"])
def test_a_person_that_does_not_exist_is_not_found(app: Flask, admin_client: FlaskClient, user_id: str) -> None:
    for rule, method, _ in admin_rules(app):
        if "user_id" in rule.arguments:
            answer = admin_client.open(path_of(rule, user_id=user_id), method=method, data=WHY)
            assert answer.status_code == 404, (rule, method)
