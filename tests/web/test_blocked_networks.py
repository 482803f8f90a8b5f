"""From a blocked network nobody comes in but the staff that is there already; vendors and operators are answered."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from imagegarden.domain import audit, network_blocks
from imagegarden.domain.errors import Conflict, InvalidRequest, NotFound
from imagegarden.models import NetworkBlock, User
from tests import factories

THERE = {"REMOTE_ADDR": "203.0.113.9"}
ELSEWHERE = {"REMOTE_ADDR": "203.0.114.9"}


def block(session: Session, now: datetime, network: str = "203.0.113.0/24", hours: int = 24) -> NetworkBlock:
    made = network_blocks.block(
        session, network=network, hours=hours, actor_id=None, reason="a test", address="127.0.0.1", now=now
    )
    session.commit()
    return made


@pytest.mark.parametrize("path", ["/", "/login", "/signup", "/create", "/docs/api"])
def test_people_from_there_read_that_they_cannot_come_in(
    session: Session, client: FlaskClient, now: datetime, path: str
) -> None:
    block(session, now)
    answer = client.get(path, environ_base=THERE)
    assert answer.status_code == 403
    assert "Nobody can come in from your network at present" in answer.text
    assert client.get(path, environ_base=ELSEWHERE).status_code in (200, 303)


def test_an_address_of_ipv4_is_known_as_ipv6_writes_it(session: Session, client: FlaskClient, now: datetime) -> None:
    block(session, now)
    assert client.get("/", environ_base={"REMOTE_ADDR": "::ffff:203.0.113.9"}).status_code == 403


def test_who_is_signed_in_is_kept_out_from_the_next_request_on(
    session: Session, signed_in_client: FlaskClient, now: datetime
) -> None:
    assert signed_in_client.get("/create", environ_base=THERE).status_code == 200
    block(session, now)
    assert signed_in_client.get("/create", environ_base=THERE).status_code == 403
    assert signed_in_client.get("/create", environ_base=ELSEWHERE).status_code == 200


def test_nobody_logs_in_from_there_with_the_right_password(
    session: Session, client: FlaskClient, user: User, now: datetime
) -> None:
    block(session, now)
    sent = {"email": user.email, "password": factories.PASSWORD}
    assert client.post("/login", data=sent, environ_base=THERE).status_code == 403


def test_programs_get_a_code_at_both_doors(session: Session, user: User, client: FlaskClient, now: datetime) -> None:
    headers = {"Authorization": f"Bearer {factories.api_key(session, user).secret}"}
    block(session, now)
    answer = client.get("/api/v1/models", headers=headers, environ_base=THERE)
    assert (answer.status_code, answer.json["code"]) == (403, "network_blocked")  # type: ignore[index]
    assert client.get("/v1/models", headers=headers, environ_base=THERE).status_code == 403


def test_the_staff_that_is_in_stays_in(session: Session, admin_client: FlaskClient, now: datetime) -> None:
    block(session, now)
    assert admin_client.get("/admin/switches", environ_base=THERE).status_code == 200


def test_vendors_and_operators_are_answered(session: Session, client: FlaskClient, now: datetime) -> None:
    block(session, now)
    assert client.get("/healthz", environ_base=THERE).status_code == 200
    assert client.post("/webhooks/razorpay", environ_base=THERE).status_code != 403


def test_it_ends_by_itself_and_by_hand(session: Session, client: FlaskClient, now: datetime) -> None:
    block(session, now - timedelta(hours=3), hours=2)
    assert client.get("/", environ_base=THERE).status_code == 200
    made = block(session, now)
    assert client.get("/", environ_base=THERE).status_code == 403
    network_blocks.end(session, block_id=made.id, actor_id=None, reason="a test", now=now)
    session.commit()
    assert client.get("/", environ_base=THERE).status_code == 200
    with pytest.raises(NotFound):
        network_blocks.end(session, block_id=made.id, actor_id=None, reason="a test", now=now)


@pytest.mark.parametrize("network", ["2001:db8:1::/48", "2001:db8:1:2::9"])
def test_addresses_of_ipv6_are_blocked_too(session: Session, client: FlaskClient, now: datetime, network: str) -> None:
    block(session, now, network)
    assert client.get("/", environ_base={"REMOTE_ADDR": "2001:db8:1:2::9"}).status_code == 403


def test_a_network_of_ipv4_may_be_written_as_ipv6_writes_it(
    session: Session, client: FlaskClient, now: datetime
) -> None:
    assert block(session, now, "::ffff:203.0.113.0/120").network == "203.0.113.0/24"
    assert client.get("/", environ_base=THERE).status_code == 403


@pytest.mark.parametrize(
    ("network", "hours", "field", "complaint"),
    [
        ("nonsense", 1, "network", "Write an address"),
        ("", 1, "network", "Write an address"),
        ("0.0.0.0/0", 1, "network", "too wide"),
        ("10.0.0.0/15", 1, "network", "too wide"),
        ("2001::/16", 1, "network", "too wide"),
        ("127.0.0.0/24", 1, "network", "You come from there yourself"),
        ("203.0.113.0/24", 0, "hours", "From 1 to"),
        ("203.0.113.0/24", 100_000, "hours", "From 1 to"),
    ],
)
def test_what_is_no_network_or_too_much_is_refused(
    session: Session, now: datetime, network: str, hours: int, field: str, complaint: str
) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        block(session, now, network, hours)
    assert complaint in refusal.value.fields[field]


def test_a_network_is_blocked_once_at_a_time(session: Session, now: datetime) -> None:
    block(session, now, "203.0.113.77/24")
    with pytest.raises(Conflict):
        block(session, now)


def test_an_administrator_blocks_and_unblocks_with_a_reason(
    session: Session, admin_client: FlaskClient, client: FlaskClient
) -> None:
    sent = {"network": "203.0.113.0/24", "hours": "24", "reason": "a flood", "request_key": "one"}
    for _ in range(2):
        assert admin_client.post("/admin/networks", data=sent).status_code == 303
    page = admin_client.get("/admin/switches").text
    assert page.count("<strong>203.0.113.0/24</strong>") == 1
    assert client.get("/", environ_base=THERE).status_code == 403
    (path,) = set(re.findall(r"/admin/networks/\d+/unblock", page))
    assert admin_client.post(path, data={"reason": "over", "request_key": "two"}).status_code == 303
    assert client.get("/", environ_base=THERE).status_code == 200
    done = [entry.action for entry in audit.list_entries(session, limit=9) if entry.action.startswith("network.")]
    assert done == ["network.unblock", "network.block"]


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(admin_client: FlaskClient) -> None:
    sent = {"network": "all of them", "hours": "x", "reason": "a flood", "request_key": "one"}
    answer = admin_client.post("/admin/networks", data=sent)
    assert answer.status_code == 422
    assert 'value="all of them"' in answer.text
    assert 'value="x"' in answer.text
    assert "Write an address or a network" in answer.text
    assert "Say a whole number" in answer.text


def test_an_operator_does_it_by_a_command(app: Flask, session: Session) -> None:
    run: Callable[..., object] = app.test_cli_runner().invoke
    blocked = run(args=["network", "block", "203.0.113.0/24", "--hours", "2", "--reason", "a flood"])
    assert "Nobody comes from 203.0.113.0/24" in blocked.output  # type: ignore[attr-defined]
    assert "203.0.113.0/24 until" in run(args=["network", "list"]).output  # type: ignore[attr-defined]
    done = run(args=["network", "unblock", "203.0.113.0/24", "--reason", "over"])
    assert "People come from 203.0.113.0/24 again." in done.output  # type: ignore[attr-defined]
    assert run(args=["network", "unblock", "203.0.113.0/24", "--reason", "over"]).exit_code != 0  # type: ignore[attr-defined]
