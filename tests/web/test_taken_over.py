"""An account that somebody else took over: what was done to it stands in the logs, and there is a way back."""

import logging
from collections.abc import Callable

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from imagegarden.clock import now
from imagegarden.current import signing_keys
from imagegarden.domain import accounts, audit, email_changes, password_changes
from imagegarden.domain.audit import Entry
from imagegarden.models import AuditEntry, User, UserStatus
from tests import factories
from tests.fakes.mailer import KeptMail
from tests.letters import code_in, deliver

NEW = "violet otter kite harbor"
ELSEWHERE = "thief@example.com"
PAGE = "/profile/security"
OPERATOR = "help@garden.example"


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Callable[[], list[tuple[str, object]]]:
    """What the security log says: what happened, to which account."""
    caplog.set_level(logging.INFO, logger="imagegarden.security")
    return lambda: [
        (one.message, one.__dict__["user_id"]) for one in caplog.records if one.name == "imagegarden.security"
    ]


Told = Callable[[], list[tuple[str, object]]]


@pytest.fixture
def operator(app: Flask) -> str:
    """The address that people may write to."""
    settings = app.extensions["settings"]
    app.extensions["settings"] = settings.model_copy(update={"operator_email": OPERATOR})
    return OPERATOR


@pytest.fixture(autouse=True)
def put_back(app: Flask) -> object:
    before = app.extensions["settings"]
    yield
    app.extensions["settings"] = before


def trail(session: Session, user: User) -> list[Entry]:
    """What the audit log says of what was done to a person, the oldest first."""
    session.expire_all()
    return list(audit.list_entries(session, limit=20, subject_id=user.id))[::-1]


def change_address(app: Flask, client: FlaskClient, kept_mail: KeptMail, email: str = ELSEWHERE) -> None:
    client.post(f"{PAGE}/email", data={"email": email})
    code = code_in(deliver(app, kept_mail))
    assert client.post(f"{PAGE}/email/code", data={"code": code}).location == PAGE


def test_another_password_is_written_down_with_from_where_and_no_value(
    session: Session, signed_in_client: FlaskClient, user: User, told: Told
) -> None:
    sent = {"old_password": factories.PASSWORD, "password": NEW}
    assert signed_in_client.post(f"{PAGE}/password", data=sent).status_code == 303
    (entry,) = trail(session, user)
    assert (entry.action, entry.actor, entry.what) == ("user.change_password", user.email, "password")
    assert entry.address == "127.0.0.1"
    assert told()[-1] == ("a password changed", user.id)


def test_a_password_that_was_set_by_mail_is_written_down_and_so_are_wrong_codes(
    app: Flask, session: Session, client: FlaskClient, user: User, kept_mail: KeptMail, told: Told
) -> None:
    client.post("/password/forgotten", data={"email": user.email})
    code = code_in(deliver(app, kept_mail))
    client.post("/password/reset", data={"code": "000000", "password": NEW})
    assert told()[-1] == ("a wrong code of a mail", user.id)
    assert trail(session, user) == []
    client.post("/password/reset", data={"code": code, "password": NEW})
    assert told()[-1] == ("a password changed", user.id)
    assert [entry.action for entry in trail(session, user)] == ["user.reset_password"]


def test_wrong_codes_of_mails_to_nobody_and_at_sign_up_are_written_down(client: FlaskClient, told: Told) -> None:
    client.post("/password/forgotten", data={"email": "nobody@example.com"})
    client.post("/password/reset", data={"code": "000000", "password": NEW})
    client.post("/signup", data={"email": "new@example.com", "password": NEW})
    client.post("/signup/verify", data={"code": "000000"})
    assert told() == [("a wrong code of a mail", None)] * 2


def test_another_address_is_written_down_and_neither_address_is(
    app: Flask, session: Session, signed_in_client: FlaskClient, user: User, kept_mail: KeptMail, told: Told
) -> None:
    before = user.email
    signed_in_client.post(f"{PAGE}/email", data={"email": "x@example.com"})
    signed_in_client.post(f"{PAGE}/email/code", data={"code": "000000"})
    assert told()[-1] == ("a wrong code of a mail", user.id)
    change_address(app, signed_in_client, kept_mail)
    assert told()[-1] == ("an address changed", user.id)
    (entry,) = trail(session, user)
    assert (entry.action, entry.what) == ("user.change_email", "e-mail address")
    kept = str(session.execute(text("SELECT * FROM audit_log")).all())
    assert before not in kept
    assert ELSEWHERE not in kept


def test_a_second_factor_on_renewed_and_off_is_written_down_and_so_is_what_was_wrong(
    session: Session, client: FlaskClient, user: User, told: Told
) -> None:
    secret = factories.with_second_factor(session, user, signing_keys())
    client.post("/login", data={"email": user.email, "password": factories.PASSWORD})
    client.post("/login/code", data={"code": pyotp.TOTP(secret).at(now())})
    off = f"{PAGE}/second-factor/off"
    client.post(off, data={"off_password": "a wrong password", "off_code": "000000"})
    client.post(off, data={"off_password": factories.PASSWORD, "off_code": "000000"})
    assert told()[-2:] == [("a wrong password", user.id), ("a wrong second factor", user.id)]
    later = pyotp.TOTP(secret).at(int(now().timestamp()) + 30)
    page = client.post(f"{PAGE}/recovery-codes", data={"renew_password": factories.PASSWORD, "renew_code": later}).text
    paper = page.split("<li><code>")[1].split("</code>")[0]
    assert client.post(off, data={"off_password": factories.PASSWORD, "off_code": paper}).status_code == 303
    assert told()[-2:] == [("a second factor changed", user.id)] * 2
    assert [(entry.action, entry.what) for entry in trail(session, user)] == [
        ("user.turn_on_second_factor", "second factor"),
        ("user.renew_recovery_codes", "recovery codes"),
        ("user.turn_off_second_factor", "second factor"),
    ]


def test_what_was_done_reads_as_words_on_the_pages_of_the_staff(
    session: Session, admin_client: FlaskClient, user: User
) -> None:
    password_changes.change(
        session,
        user_id=user.id,
        old_hash=user.password_hash,
        new_hash="x",
        device_id=None,
        address="192.0.2.9",
        now=now(),
    )
    session.commit()
    for path in ("/admin/audit", f"/admin/users/{user.id}"):
        page = admin_client.get(path).text
        assert "Changed their password" in page
        assert "192.0.2.9" in page


def set_email(app: Flask, *words: str) -> tuple[int, str]:
    done = app.test_cli_runner().invoke(args=["user", "set-email", *words])
    return done.exit_code, done.output


def test_the_operator_gives_an_account_its_address_back(
    app: Flask, session: Session, signed_in_client: FlaskClient, user: User, kept_mail: KeptMail, operator: str
) -> None:
    own = user.email
    change_address(app, signed_in_client, kept_mail)
    deliver(app, kept_mail)
    status, output = set_email(app, ELSEWHERE, f" {own.upper()} ", "--reason", "they showed us an invoice")
    assert (status, own in output) == (0, True), output
    # The thief is out, and a letter goes to both: only one of the two can do something by themselves.
    assert signed_in_client.get("/gallery").status_code == 303
    letters = {letter.recipient: letter for letter in deliver(app, kept_mail)}
    assert set(letters) == {own, ELSEWHERE}
    assert {letter.subject for letter in letters.values()} == {"Your account has another e-mail address"}
    assert "/password/forgotten" in letters[own].text
    assert f"write to {operator} at once" in letters[ELSEWHERE].text
    entry = trail(session, user)[-1]
    assert (entry.action, entry.actor, entry.reason) == ("user.set_email", None, "they showed us an invoice")
    kept = str(session.execute(select(AuditEntry.target, AuditEntry.fields)).all())
    assert own not in kept
    assert ELSEWHERE not in kept
    # And then the owner sets a password.
    owner = app.test_client()
    owner.post("/password/forgotten", data={"email": own})
    sent = {"code": code_in(deliver(app, kept_mail)), "password": NEW}
    assert owner.post("/password/reset", data=sent).location == "/login"


@pytest.mark.parametrize(
    ("new", "complaint"),
    [
        ("no address", "does not look like an e-mail address"),
        ("x@mailinator.com", "Mailboxes of this service are thrown away"),
        ("OWN", "their address already"),
        ("taken@example.com", "exists already"),
    ],
)
def test_the_operator_is_refused_what_a_person_would_be(
    app: Flask, session: Session, user: User, kept_mail: KeptMail, new: str, complaint: str
) -> None:
    factories.person(session, email="taken@example.com")
    before = user.email
    status, output = set_email(app, before, before if new == "OWN" else new, "--reason", "x")
    assert (status, complaint in output) == (1, True), output
    session.expire_all()
    assert user.email == before
    assert trail(session, user) == []
    assert deliver(app, kept_mail) == []


def test_without_a_reason_or_an_account_no_address_is_set(app: Flask, user: User) -> None:
    assert set_email(app, user.email, "new@example.com")[0] == 2
    assert set_email(app, "nobody@example.com", "new@example.com", "--reason", "x")[0] == 1


def test_a_code_for_a_password_that_went_to_the_other_address_is_worth_nothing(
    app: Flask, session: Session, client: FlaskClient, user: User, kept_mail: KeptMail
) -> None:
    client.post("/password/forgotten", data={"email": user.email})
    code = code_in(deliver(app, kept_mail))
    email_changes.set_email(
        session, user_id=user.id, email="own@example.com", actor_id=None, reason="theirs", now=now()
    )
    session.commit()
    assert client.post("/password/reset", data={"code": code, "password": NEW}).status_code == 422


def test_who_lost_their_address_reads_whom_to_write_to(
    app: Flask, signed_in_client: FlaskClient, user: User, kept_mail: KeptMail, operator: str
) -> None:
    before = user.email
    change_address(app, signed_in_client, kept_mail)
    (letter,) = deliver(app, kept_mail)
    assert letter.recipient == before
    for body in (letter.text, letter.html):
        assert f"write to {operator} at once" in body


def test_where_the_operator_has_set_no_address_none_is_promised(
    app: Flask, signed_in_client: FlaskClient, user: User, kept_mail: KeptMail
) -> None:
    change_address(app, signed_in_client, kept_mail)
    (letter,) = deliver(app, kept_mail)
    for body in (letter.text, letter.html):
        assert "write to" not in body
        assert "ask whoever runs this site" in body


def test_a_letter_that_goes_to_an_address_of_before_does_not_tell_to_set_a_password_there(
    app: Flask, signed_in_client: FlaskClient, user: User, kept_mail: KeptMail
) -> None:
    sent = {"old_password": factories.PASSWORD, "password": NEW}
    signed_in_client.post(f"{PAGE}/password", data=sent)
    signed_in_client.post(f"{PAGE}/email", data={"email": ELSEWHERE})
    letters = deliver(app, kept_mail)
    assert "/password/forgotten" in letters[0].text
    signed_in_client.post(f"{PAGE}/password", data={"old_password": NEW, "password": "quiet comet harvest ledger"})
    signed_in_client.post(f"{PAGE}/email/code", data={"code": code_in(letters)})
    for letter in deliver(app, kept_mail):
        assert "/password/forgotten" not in letter.text


def suspended(session: Session, client: FlaskClient, user: User) -> str:
    accounts.set_status(session, user_id=user.id, status=UserStatus.SUSPENDED, actor_id=None, reason="x", now=now())
    session.commit()
    answer = client.post("/login", data={"email": user.email, "password": factories.PASSWORD})
    assert answer.status_code == 403
    return answer.text


def test_who_is_suspended_reads_whom_to_write_to(
    session: Session, client: FlaskClient, user: User, operator: str
) -> None:
    assert f"This account is suspended. Please write to {operator}." in suspended(session, client, user)


def test_who_is_suspended_is_promised_nobody_where_no_address_is_set(
    session: Session, client: FlaskClient, user: User
) -> None:
    page = suspended(session, client, user)
    assert "This account is suspended." in page
    assert "write to" not in page
