"""One person as the staff sees them, and everything that can be done to them."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from imagegarden.domain import accounts, codes, credits, devices, idempotency, leavings, ledger
from imagegarden.domain.errors import AccountUnavailable, Conflict
from imagegarden.domain.idempotency import Answer, Claim
from imagegarden.models import (
    ApiKey,
    AuditEntry,
    CodePurpose,
    Generation,
    GenerationStatus,
    Media,
    Role,
    Subscription,
    User,
    UserSession,
    UserStatus,
)
from imagegarden.worker.account_jobs import clear_late
from imagegarden.worker.leaving import forget_person
from imagegarden.worker.schedule import SCHEDULE, purge_trash
from tests import factories, money

SignIn = Callable[[User], FlaskClient]
SECRET_WISH = "a heron that nobody but me knows"


def do(client: FlaskClient, user: User, act: str, **sent: str) -> TestResponse:
    """Send one of the forms."""
    data = {"reason": "they asked for it", "request_key": uuid4().hex, **sent}
    return client.post(f"/admin/users/{user.id}/{act}", data=data)


def page(client: FlaskClient, user: User) -> str:
    answer = client.get(f"/admin/users/{user.id}")
    assert answer.status_code == 200
    return answer.text


def acts(session: Session, action: str) -> list[AuditEntry]:
    session.expire_all()
    return list(session.scalars(select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id)))


def staff(session: Session, role: Role) -> User:
    return factories.person(session, role=role)


def test_the_page_shows_everything_but_what_was_written(
    session: Session, user: User, admin_client: FlaskClient, signed_in_client: FlaskClient, now: datetime
) -> None:
    factories.generation(user, prompt=SECRET_WISH)
    key = factories.api_key(session, user, name="blog").key
    factories.payment(session, user)
    shown = page(admin_client, user)
    for words in (
        user.email,
        user.username,
        key.prefix,
        "Premium, 30 days",
        "Set aside",
        "werkzeug",
        "INR 500",
        "Queued",
    ):
        assert words.lower() in shown.lower(), words
    assert SECRET_WISH not in shown
    assert key.sha256 not in shown


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.MODERATOR, set()),
        (Role.SUPPORT, {"payments-title"}),
        (Role.ADMIN, {"payments-title", "acts-title"}),
    ],
)
def test_a_role_sees_of_payments_and_acts_what_the_table_says(
    session: Session, user: User, signed_in: Callable[[User], FlaskClient], role: Role, sees: set[str]
) -> None:
    page = signed_in(staff(session, role)).get(f"/admin/users/{user.id}").text
    assert {title for title in ("payments-title", "acts-title") if title in page} == sees


def test_prompts_are_shown_for_a_reason_that_is_written_down(
    session: Session, user: User, admin_client: FlaskClient
) -> None:
    factories.generation(user, prompt=SECRET_WISH)
    refused = do(admin_client, user, "prompts", reason=" ")
    assert (refused.status_code, SECRET_WISH in refused.text) == (422, False)
    assert acts(session, "user.read_prompts") == []
    answer = do(admin_client, user, "prompts", reason="a complaint")
    assert (answer.status_code, SECRET_WISH in answer.text) == (200, True)
    (entry,) = acts(session, "user.read_prompts")
    assert (entry.subject_id, entry.reason) == (user.id, "a complaint")
    assert SECRET_WISH not in page(admin_client, user)


def test_credits_are_given_and_taken_as_a_movement_of_the_ledger(
    session: Session, user: User, admin_client: FlaskClient
) -> None:
    answer = do(admin_client, user, "credits", delta="+1,000", reason="sorry for the wait")
    assert (answer.status_code, answer.location) == (303, f"/admin/users/{user.id}")
    shown = page(admin_client, user)
    assert "1,000 credits given." in shown
    assert "A gift from the operators: sorry for the wait" in shown
    do(admin_client, user, "credits", delta="−5")
    assert factories.balance(session, user.id).available == 1000
    assert [entry.target for entry in acts(session, "user.adjust_credits")] == ["+1000", "-5"]
    assert ledger.check(session) == []


def test_the_same_form_sent_twice_gives_once(session: Session, user: User, admin_client: FlaskClient) -> None:
    for _ in range(2):
        assert do(admin_client, user, "credits", delta="10", request_key="one").status_code == 303
        assert do(admin_client, user, "premium", days="30", request_key="two").status_code == 303
        assert do(admin_client, user, "sign-out", request_key="three").status_code == 303
    assert factories.balance(session, user.id).available == 15 + 1600
    for action in ("user.adjust_credits", "user.extend_premium", "user.end_sessions"):
        assert len(acts(session, action)) == 1


def test_a_form_that_was_sent_already_with_something_else_in_it_is_refused_once(
    session: Session, user: User, admin_client: FlaskClient
) -> None:
    do(admin_client, user, "credits", delta="10", request_key="one")
    answer = do(admin_client, user, "credits", delta="20", request_key="one")
    assert answer.status_code == 422
    assert "This form was sent before" in answer.text
    assert 'value="20"' in answer.text
    assert 'name="request_key" value="one"' not in answer.text
    assert factories.balance(session, user.id).available == 15


@pytest.mark.parametrize("delta", ["", "0", "-0", "x", "1.5", "1e3", "--5", "+-5", "²", "1000001", "9" * 30])
def test_what_is_no_number_of_credits_is_said_beside_the_field_and_stays(
    session: Session, user: User, admin_client: FlaskClient, delta: str
) -> None:
    answer = do(admin_client, user, "credits", delta=delta, reason="a gift")
    assert answer.status_code == 422
    assert re.search(r'id="credits-delta-error">(Say a whole number|0 changes nothing)', answer.text)
    assert f'value="{delta}"' in answer.text
    assert ">\r\na gift</textarea>" in answer.text
    assert '<details class="act" id="credits" open>' in answer.text
    assert factories.balance(session, user.id).available == 5


def test_everything_that_is_wrong_is_said_at_once(user: User, admin_client: FlaskClient) -> None:
    answer = do(admin_client, user, "credits", delta="x", reason="")
    assert "Say a whole number" in answer.text
    assert "Say why" in answer.text


def test_no_more_credits_are_taken_than_there_are(session: Session, user: User, admin_client: FlaskClient) -> None:
    answer = do(admin_client, user, "credits", delta="-6")
    assert answer.status_code == 402
    assert "They have 5 to take." in answer.text
    assert factories.balance(session, user.id).available == 5
    assert acts(session, "user.adjust_credits") == []


def test_days_of_premium_are_given_and_ended(session: Session, user: User, admin_client: FlaskClient) -> None:
    assert do(admin_client, user, "premium", days="30").status_code == 303
    assert "Premium until" in page(admin_client, user)
    assert factories.balance(session, user.id).available == 1605
    assert do(admin_client, user, "premium", days="0").status_code == 303
    assert "Premium has ended." in page(admin_client, user)
    assert factories.balance(session, user.id).available == 5
    assert do(admin_client, user, "premium", days="-1").status_code == 422


def test_a_new_role_counts_from_the_next_log_in(
    session: Session, user: User, admin_client: FlaskClient, signed_in_client: FlaskClient, signed_in: SignIn
) -> None:
    assert do(admin_client, user, "role", role="moderator").status_code == 303
    assert signed_in_client.get("/create").status_code == 303
    assert signed_in(user).get("/admin/users").status_code == 200
    assert do(admin_client, user, "role", role="king").status_code == 422
    assert "They are moderator already." in do(admin_client, user, "role", role="moderator").text
    assert do(admin_client, user, "role", role="admin").status_code == 303
    assert f"{user.email} has been promoted to admin." in page(admin_client, user)
    assert [entry.target for entry in acts(session, "user.set_role")] == ["moderator", "admin"]


def test_who_is_suspended_is_out_at_once_until_they_are_reinstated(
    app: Flask,
    session: Session,
    user: User,
    admin_client: FlaskClient,
    signed_in_client: FlaskClient,
    signed_in: SignIn,
) -> None:
    secret = factories.api_key(session, user).secret
    assert do(admin_client, user, "suspend").status_code == 303
    assert signed_in_client.get("/create").status_code == 303
    headers = {"Authorization": f"Bearer {secret}"}
    assert app.test_client().get("/api/v1/models", headers=headers).status_code == 403
    refused = app.test_client().post("/login", data={"email": user.email, "password": factories.PASSWORD})
    assert refused.status_code == 403
    assert f"/admin/users/{user.id}/reinstate" in page(admin_client, user)
    assert do(admin_client, user, "reinstate").status_code == 303
    assert signed_in(user).get("/create").status_code == 200


def test_signing_out_ends_every_session(
    session: Session, user: User, admin_client: FlaskClient, signed_in_client: FlaskClient
) -> None:
    assert do(admin_client, user, "sign-out").status_code == 303
    assert signed_in_client.get("/create").status_code == 303
    assert all(session.scalars(select(UserSession.ended_at).where(UserSession.user_id == user.id)))


def test_a_key_is_revoked_for_its_owner(
    app: Flask, session: Session, user: User, admin_client: FlaskClient, now: datetime
) -> None:
    made = factories.api_key(session, user, name="blog")
    other = factories.api_key(session, factories.person(session))
    assert do(admin_client, user, f"keys/{other.key.uuid}/revoke").status_code == 404
    faulty = do(admin_client, user, f"keys/{made.key.uuid}/revoke", reason="")
    assert f'<details class="act" id="key-{made.key.prefix}" open>' in faulty.text
    assert do(admin_client, user, f"keys/{made.key.uuid}/revoke").status_code == 303
    headers = {"Authorization": f"Bearer {made.secret}"}
    assert app.test_client().get("/api/v1/models", headers=headers).status_code == 401
    assert [entry.reason for entry in acts(session, "api_key.revoke")] == ["they asked for it"]


def test_what_a_role_may_not_do_is_not_offered(
    session: Session, user: User, admin_client: FlaskClient, signed_in: SignIn
) -> None:
    everything = ("credits", "premium", "role", "suspend", "sign-out", "delete")

    def offered(client: FlaskClient) -> set[str]:
        shown = page(client, user)
        return {act for act in everything if f"/admin/users/{user.id}/{act}" in shown}

    assert offered(admin_client) == set(everything)
    assert offered(signed_in(staff(session, Role.SUPPORT))) == {"credits", "sign-out"}
    assert offered(signed_in(staff(session, Role.MODERATOR))) == {"suspend", "sign-out"}


@pytest.mark.parametrize(
    ("role", "act", "sent"),
    [
        (Role.SUPPORT, "credits", {"delta": "5"}),
        (Role.SUPPORT, "sign-out", {}),
        (Role.MODERATOR, "suspend", {}),
        (Role.MODERATOR, "prompts", {}),
    ],
)
def test_the_staff_does_nothing_to_itself_or_each_other(
    session: Session, admin: User, signed_in: SignIn, role: Role, act: str, sent: dict[str, str]
) -> None:
    one = staff(session, role)
    client = signed_in(one)
    for subject in (one, admin):
        assert do(client, subject, act, **sent).status_code == 403
        assert f"/admin/users/{subject.id}/{act}" not in page(client, subject)
    assert acts(session, "user.adjust_credits") == []


@pytest.mark.parametrize(("act", "sent"), [("role", {"role": "member"}), ("suspend", {}), ("delete", {})])
def test_the_last_administrator_stays(
    session: Session, admin: User, admin_client: FlaskClient, act: str, sent: dict[str, str]
) -> None:
    answer = do(admin_client, admin, act, **sent, email=admin.email)
    assert answer.status_code == 409
    assert "this is the last one" in answer.text
    # One who may not come in does not count.
    staff(session, Role.ADMIN).status = UserStatus.SUSPENDED
    session.commit()
    assert do(admin_client, admin, act, **sent, email=admin.email).status_code == 409
    staff(session, Role.ADMIN)
    assert do(admin_client, admin, act, **sent, email=admin.email).status_code == 303
    assert admin_client.get("/admin/users").location.startswith("/login")


@pytest.mark.parametrize("typed", ["", "somebody@example.com", "yes"])
def test_deleting_asks_for_the_address_of_the_account(
    session: Session, user: User, admin_client: FlaskClient, typed: str
) -> None:
    answer = do(admin_client, user, "delete", email=typed)
    assert answer.status_code == 422
    assert 'id="delete-email-error">Type the address of this account' in answer.text
    session.expire_all()
    assert session.get_one(User, user.id).status == UserStatus.ACTIVE


def leave_traces(session: Session, user: User, now: datetime) -> None:
    """Something of everything that a person can leave behind."""
    factories.generation(user, prompt=SECRET_WISH, at=now)
    done = factories.generation(user, prompt=SECRET_WISH, at=now)
    done.notice = SECRET_WISH
    done.result_text = SECRET_WISH
    done.params = {**done.params, "negative_prompt": SECRET_WISH}
    factories.upload(user, title=f"{SECRET_WISH}.jpg")
    factories.MediaFactory(user_id=user.id, generation_id=done.id)
    factories.api_key(session, user, name=SECRET_WISH)
    codes.request(session, purpose=CodePurpose.SIGN_UP, email=user.email, payload={"password_hash": "x"}, now=now)
    claim = idempotency.claim(session, user_id=user.id, key="k", fingerprint="f", now=now)
    assert isinstance(claim, Claim)
    idempotency.keep(session, claim=claim, answer=Answer(200, None, SECRET_WISH))
    session.commit()


def everything_about(session: Session) -> str:
    """All rows of all tables, as text."""
    names = session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
    return "\n".join(
        str(row) for name in names for row in session.scalars(text(f'SELECT t::text FROM "{name}" t')).all()
    )


def test_a_deleted_account_leaves_no_address_name_password_prompt_key_or_session(
    app: Flask, session: Session, admin: User, admin_client: FlaskClient, signed_in: SignIn, now: datetime
) -> None:
    gone = factories.person(session, email="leaving@example.org")
    gone.username = "Lea the Leaver"
    gone.password_hash = f"{factories.PASSWORD_HASH[:-4]}beef"
    session.commit()
    leave_traces(session, gone, now)
    devices.open_device(
        session,
        user_id=gone.id,
        device="An unusual device",
        address="203.0.113.77",
        now=now,
        lifetimes=factories.LIFETIMES,
    )
    session.commit()
    written = everything_about(session)
    personal = (
        "leaving@example.org",
        "Lea the Leaver",
        gone.password_hash,
        SECRET_WISH,
        "unusual device",
        "203.0.113.77",
    )
    assert all(words in written for words in personal)

    answer = do(admin_client, gone, "delete", email=" Leaving@example.org ")
    assert answer.status_code == 303
    session.commit()
    # By the job that is on its way, which needs the address to find what else there is.
    forget_person(gone.id)
    session.expire_all()
    written = everything_about(session)
    assert [words for words in personal if words in written] == []
    row = session.get_one(User, gone.id)
    assert (row.email, row.status, row.role) == (f"deleted-{gone.id}@deleted.invalid", UserStatus.DELETED, Role.MEMBER)
    assert row.deleted_at is not None
    assert all(session.scalars(select(ApiKey.revoked_at).where(ApiKey.user_id == gone.id)))
    assert session.scalars(select(Media.id).where(Media.user_id == gone.id)).all() == []
    states = session.scalars(select(Generation.status).where(Generation.user_id == gone.id)).all()
    assert set(states) == {GenerationStatus.CANCELED}
    assert credits.balance(session, gone.id, now=now).held == 0
    assert ledger.check(session) == []
    (entry,) = acts(session, "user.delete")
    assert (entry.actor_id, entry.subject_id) == (admin.id, gone.id)

    shown = page(admin_client, gone)
    assert "Account" in shown
    assert f"/admin/users/{gone.id}/credits" not in shown
    # The address is free again.
    factories.person(session, email="leaving@example.org")


def test_who_was_deleted_cannot_log_in_or_be_brought_back(
    app: Flask, session: Session, user: User, admin_client: FlaskClient, signed_in_client: FlaskClient
) -> None:
    email = user.email
    assert do(admin_client, user, "delete", email=email).status_code == 303
    assert signed_in_client.get("/create").status_code == 303
    for address in (email, f"deleted-{user.id}@deleted.invalid"):
        answer = app.test_client().post("/login", data={"email": address, "password": factories.PASSWORD})
        assert answer.status_code == 422, address
    for act, sent in (
        ("reinstate", {}),
        ("suspend", {}),
        ("role", {"role": "admin"}),
        ("credits", {"delta": "5"}),
        ("premium", {"days": "30"}),
        ("sign-out", {}),
        ("delete", {"email": f"deleted-{user.id}@deleted.invalid"}),
    ):
        assert do(admin_client, user, act, **sent).status_code == 409, act


def test_a_subscription_of_a_deleted_account_ends(session: Session, user: User, now: datetime) -> None:
    purchase = money.subscribe(session, user, now)
    accounts.delete(session, user_id=user.id, actor_id=None, reason="x", now=now)
    assert session.get_one(Subscription, purchase.id).cancel_wished_at == now


def test_what_arrives_after_the_end_is_thrown_away_too_and_twice_is_harmless(
    app: Flask, session: Session, user: User, now: datetime
) -> None:
    generation = factories.generation(user, at=now)
    accounts.delete(session, user_id=user.id, actor_id=None, reason="x", now=now)
    late_id = factories.MediaFactory(user_id=user.id, generation_id=generation.id).id
    generation.prompt = SECRET_WISH
    session.commit()
    for _ in range(2):
        clear_late(app)
        purge_trash(app)
        session.expire_all()
        assert session.get(Media, late_id) is None
        assert session.get_one(Generation, generation.id).prompt == ""
    assert {clear_late, purge_trash} <= {job for _, job in SCHEDULE}
    assert leavings.list_late(session, now=now) == [user.id]
    assert leavings.list_late(session, now=now + timedelta(days=2)) == []


def test_whoever_is_deleted_can_ask_for_nothing_more(session: Session, user: User, now: datetime) -> None:
    accounts.delete(session, user_id=user.id, actor_id=None, reason="x", now=now)
    session.commit()
    with pytest.raises(AccountUnavailable):
        factories.generation(user)
    with pytest.raises(Conflict):
        accounts.delete(session, user_id=user.id, actor_id=None, reason="x", now=now)


def test_the_page_takes_as_many_queries_whatever_there_is(
    session: Session, user: User, admin_client: FlaskClient, count_queries: Callable[[], Any]
) -> None:
    def count() -> int:
        with count_queries() as seen:
            page(admin_client, user)
        return len(seen)

    factories.generation(user)
    factories.api_key(session, user)
    count()
    few = count()
    factories.give(session, user, 100)
    for _ in range(8):
        factories.generation(user)
        factories.api_key(session, user)
    assert count() == few
