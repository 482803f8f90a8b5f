"""Many requests at the same moment."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from config import Settings
from imagegarden.clock import now
from imagegarden.db import db, transaction
from imagegarden.domain import codes, credits, generations, invitations, ledger, sign_ups, specs
from imagegarden.domain.errors import InsufficientCredits, RateLimited, SignUpsClosed
from imagegarden.domain.plans import Allowance, Tier
from imagegarden.domain.switches import SignUps
from imagegarden.models import Generation, OneTimeCode, User, Via
from tests import factories
from tests.processes import ROOT, Browser, at_once, environment, web


def person(app: Flask, **choices: int) -> User:
    with app.app_context():
        return factories.person(db.session(), **choices)  # type: ignore[arg-type]


def spend_all_at_once(own_app: Flask, url: str) -> None:
    """50 requests over real HTTP on 5 credits: exactly 5 come through."""
    user = person(own_app)
    first = Browser(url)
    first.log_in(user.email)

    def submit(n: int) -> tuple[int, str]:
        answer = first.post("/create", prompt=f"a pond {n}", count="2", request_key=uuid4().hex)
        return answer.status_code, answer.text

    answers = at_once(50, submit, threads=50)
    accepted = [status for status, _ in answers if status == 303]
    refused = [text for status, text in answers if status == 402]
    assert (len(accepted), len(refused)) == (5, 45)
    assert all("This costs 1 credit and you have 0." in text for text in refused)
    with own_app.app_context():
        session = db.session()
        assert session.scalar(select(func.count(Generation.id)).where(Generation.user_id == user.id)) == 5
        assert factories.balance(session, user.id) == credits.Balance(available=0, held=5)
        assert ledger.check(session) == []


def test_fifty_submits_at_once_on_five_credits_are_five_generations(
    own_app: Flask, own_settings: Settings, tmp_path: Path
) -> None:
    with web(environment(own_settings), tmp_path / "web.log") as url:
        spend_all_at_once(own_app, url)


@pytest.mark.full
@pytest.mark.timeout(1200)
def test_five_hundred_submits_from_eight_processes_on_five_credits_are_five_in_twenty_of_twenty_runs(
    own_app: Flask, own_settings: Settings, tmp_path: Path
) -> None:
    with web(environment(own_settings), tmp_path / "web.log") as url:
        for _ in range(20):
            spend_in_a_crowd(own_app, url)


def spend_in_a_crowd(own_app: Flask, url: str) -> None:
    """500 requests of 8 processes, let go at the same moment."""
    user = person(own_app)
    shares = [63, 63, 63, 63, 62, 62, 62, 62]
    command = (sys.executable, "-m", "tests.concurrency.crowd", url, user.email)
    crowd = [
        subprocess.Popen([*command, str(share)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        for share in shares
    ]
    for member in crowd:
        assert member.stdout is not None
        assert member.stdout.readline() == "ready\n"
    for member in crowd:
        assert member.stdin is not None
        member.stdin.write("go\n")
        member.stdin.flush()
    seen: Counter[str] = Counter()
    for member in crowd:
        seen.update(json.loads(member.communicate(timeout=120)[0]))
    assert seen == {"303": 5, "402": 495}
    with own_app.app_context():
        session = db.session()
        assert session.scalar(select(func.count(Generation.id)).where(Generation.user_id == user.id)) == 5
        assert factories.balance(session, user.id) == credits.Balance(available=0, held=5)
        assert ledger.check(session) == []


def test_one_request_sent_twenty_times_at_once_is_one_generation(
    own_app: Flask, own_settings: Settings, tmp_path: Path
) -> None:
    user = person(own_app)
    with web(environment(own_settings), tmp_path / "web.log") as url:
        browser = Browser(url)
        browser.log_in(user.email)
        statuses = at_once(
            20, lambda _: browser.post("/create", prompt="a pond", request_key="once").status_code, threads=20
        )
    assert set(statuses) == {303}
    with own_app.app_context():
        assert db.session.scalar(select(func.count(Generation.id))) == 1
        assert factories.balance(db.session(), user.id).held == 1


def test_the_hourly_limit_is_exact_when_all_come_at_once(own_app: Flask) -> None:
    user = person(own_app, sign_up_credits=50)

    def submit(n: int) -> bool:
        with own_app.app_context():
            try:
                generations.submit(
                    db.session(),
                    user_id=user.id,
                    spec=specs.parse(models=factories.MODELS, prompt="a pond"),
                    request_key=str(n),
                    via=Via.WEB,
                    allowances={tier: Allowance(per_hour=10, at_once=10) for tier in Tier},
                    now=now(),
                )
                db.session.commit()
            except (RateLimited, InsufficientCredits):
                return False
            return True

    assert sum(at_once(30, submit, threads=12)) == 10


def test_of_fifty_guesses_at_once_at_most_five_are_looked_at(own_app: Flask) -> None:
    with own_app.app_context():
        session = db.session()
        token = sign_ups.request(session, email="new@example.com", password_hash="hash", now=now())
        code_id = session.scalars(select(OneTimeCode.id)).one()
        codes.arm(session, code_id=code_id, code="555555", key=b"key", now=now())
        session.commit()

    def guess(n: int) -> int:
        with own_app.app_context():
            verdict = sign_ups.complete(
                db.session(), token=token, code=str(100000 + n), keys=[b"key"], sign_up_credits=5, now=now()
            )
            db.session.commit()
            return verdict.tries_left

    left = at_once(50, guess, threads=12)
    assert sorted(left, reverse=True)[:5] == [4, 3, 2, 1, 0]
    with own_app.app_context():
        assert db.session.scalars(select(OneTimeCode.tries)).one() == 5


def test_ten_right_codes_at_once_make_one_account(own_app: Flask) -> None:
    with own_app.app_context():
        session = db.session()
        token = sign_ups.request(session, email="new@example.com", password_hash="hash", now=now())
        code_id = session.scalars(select(OneTimeCode.id)).one()
        codes.arm(session, code_id=code_id, code="555555", key=b"key", now=now())
        session.commit()

    def complete(_: int) -> bool:
        with own_app.app_context():
            verdict = sign_ups.complete(
                db.session(), token=token, code="555555", keys=[b"key"], sign_up_credits=5, now=now()
            )
            db.session.commit()
            return verdict.user is not None

    assert sum(at_once(10, complete, threads=10)) == 1


def test_as_many_come_by_an_invitation_as_it_has_places(own_app: Flask) -> None:
    with own_app.app_context(), transaction() as session:
        _, invitation = invitations.make(session, note="x", places=3, days=1, actor_id=None, reason="x", now=now())

    def come(_: int) -> bool:
        with own_app.app_context():
            try:
                with transaction() as session:
                    invitations.take_place(session, sign_ups=SignUps.INVITE, invitation=invitation, now=now())
            except SignUpsClosed:
                return False
            return True

    assert sum(at_once(20, come, threads=10)) == 3
