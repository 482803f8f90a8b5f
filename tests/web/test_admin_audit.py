"""The audit log as administrators read it."""

import csv
import io
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from imagegarden.admin import audit_log
from imagegarden.domain import audit
from imagegarden.models import AuditAddress, AuditEntry, User
from imagegarden.worker.schedule import SCHEDULE, forget_audit_addresses
from tests import factories


def note(
    session: Session, actor: User | None, subject: User | None, action: str, now: datetime, **more: str | None
) -> None:
    audit.record(
        session,
        actor_id=actor.id if actor else None,
        subject_id=subject.id if subject else None,
        action=action,
        now=now,
        **more,
    )
    session.commit()


def reasons(client: FlaskClient, query: str = "") -> list[str]:
    answer = client.get(f"/admin/audit{query}")
    assert answer.status_code == 200
    return re.findall(r'data-label="Reason" class="act-reason">([^<]*)<', answer.text)


def test_the_newest_act_stands_first_with_who_why_and_from_where(
    session: Session, admin: User, user: User, admin_client: FlaskClient, now: datetime
) -> None:
    note(session, admin, user, "user.set_role", now, reason="she is kind", target="support", address="192.0.2.7")
    note(session, None, user, "user.set_status", now, reason="spam")
    page = admin_client.get("/admin/audit").text
    assert reasons(admin_client) == ["spam", "she is kind"]
    for words in ("Gave a role", "support", "192.0.2.7", "A command", admin.email, user.email):
        assert words in page
    assert f'href="/admin/users/{user.id}"' in page


def test_acts_are_narrowed_by_what_was_done_and_by_whom_or_to_whom(
    session: Session, admin: User, user: User, admin_client: FlaskClient, now: datetime
) -> None:
    other = factories.person(session)
    note(session, admin, user, "user.set_role", now, reason="one")
    note(session, other, admin, "user.set_status", now, reason="two")
    note(session, None, user, "user.set_status", now, reason="three")
    assert reasons(admin_client, "?action=user.set_status") == ["three", "two"]
    assert reasons(admin_client, f"?who={admin.email.upper()}") == ["two", "one"]
    assert reasons(admin_client, f"?who={user.email}&action=user.set_status") == ["three"]
    assert reasons(admin_client, "?who=nobody@example.com") == []
    assert reasons(admin_client, "?who=%00&action=%00") == ["three", "two", "one"]
    assert "Nothing was found" in admin_client.get("/admin/audit?action=nothing").text


def test_pages_follow_each_other(
    session: Session, admin: User, admin_client: FlaskClient, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_log, "PAGE", 2)
    for number in range(5):
        note(session, admin, None, "rule.add", now, reason=f"r{number}")
    seen, query = [], "?action=rule.add"
    for _ in range(3):
        seen += reasons(admin_client, query)
        more = re.search(
            r'class="button load-more" href="/admin/audit([^"]+)"', admin_client.get(f"/admin/audit{query}").text
        )
        query = more[1].replace("&amp;", "&") if more else ""
    assert seen == ["r4", "r3", "r2", "r1", "r0"]
    assert query == ""
    assert reasons(admin_client, "?before=nonsense") == ["r4", "r3"]


def test_every_act_that_is_written_down_is_said_in_words(app: Flask) -> None:
    nouns = "api_key|invitation|job|media|model|network|payment|purchase|rule|site|user"
    written = {
        action
        for path in Path(audit.__file__).parent.glob("*.py")
        for action in re.findall(rf'"((?:{nouns})\.[a-z_]+)"', path.read_text())
    }
    assert {"user.set_email", "user.turn_on_second_factor", "rule.add"} <= written
    with app.test_request_context():
        say = app.jinja_env.get_template("macros/admin.html").module.act_words  # type: ignore[attr-defined]
        assert [action for action in sorted(written) if say(action) == action] == []


def test_as_a_file_no_cell_is_a_formula(
    session: Session, admin: User, user: User, admin_client: FlaskClient, now: datetime
) -> None:
    note(session, admin, user, "user.adjust_credits", now, reason='=HYPERLINK("http://x")', target="+5", address="::1")
    note(session, admin, user, "user.set_role", now, reason="not this one")
    answer = admin_client.get("/admin/audit.csv?action=user.adjust_credits")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="audit.csv"'
    head, line = csv.reader(io.StringIO(answer.text))
    assert head == ["time", "action", "by", "to", "what", "reason", "address"]
    assert line[1:] == ["user.adjust_credits", admin.email, user.email, "'+5", '\'=HYPERLINK("http://x")', "::1"]


def test_where_acts_came_from_is_forgotten_after_90_days_and_twice_is_harmless(
    app: Flask, session: Session, admin: User, now: datetime
) -> None:
    note(session, admin, None, "rule.add", now - timedelta(days=91), reason="old", address="192.0.2.1")
    note(session, admin, None, "rule.add", now - timedelta(days=89), reason="new", address="192.0.2.2")
    for _ in range(2):
        forget_audit_addresses(app)
        assert session.scalars(select(AuditAddress.address)).all() == ["192.0.2.2"]
        assert session.scalar(select(func.count(AuditEntry.id)).where(AuditEntry.action == "rule.add")) == 2
    assert (3600, forget_audit_addresses) in SCHEDULE
