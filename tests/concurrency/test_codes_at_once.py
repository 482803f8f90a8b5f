"""Codes that are guessed from many sides at the same moment."""

from collections import Counter

import pyotp
from flask import Flask
from sqlalchemy import select

from imagegarden.clock import now
from imagegarden.current import signing_keys
from imagegarden.db import db, transaction
from imagegarden.domain import codes, password_changes, recovery_codes, second_factor
from imagegarden.domain.errors import TooManyCodes, TooManyTries
from imagegarden.models import OneTimeCode
from tests import factories
from tests.processes import at_once


def test_of_fifty_guesses_at_once_at_a_mailed_code_five_are_looked_at(own_app: Flask) -> None:
    with own_app.app_context():
        keys = signing_keys()
        person = factories.person(db.session())
        with transaction() as session:
            token = password_changes.request_reset(session, email=person.email, now=now())
        with transaction() as session:
            code_id = session.scalars(select(OneTimeCode.id)).one()
            assert codes.arm(session, code_id=code_id, code="123456", key=keys[0], now=now())

    def guess(n: int) -> str:
        with own_app.app_context(), transaction() as session:
            verdict = password_changes.reset(
                session, token=token, code=f"{200000 + n}", new_hash="x", keys=keys, now=now()
            )
            return "right" if verdict.user else f"{verdict.tries_left} left"

    seen = Counter(at_once(50, guess))
    assert {name: count for name, count in seen.items() if name != "0 left"} == dict.fromkeys(
        ("1 left", "2 left", "3 left", "4 left"), 1
    )
    with own_app.app_context():
        assert db.session.scalars(select(OneTimeCode.tries)).one() == 5
        with transaction() as session:
            late = password_changes.reset(session, token=token, code="123456", new_hash="x", keys=keys, now=now())
        assert late.user is None


def test_of_fifty_guesses_at_once_at_the_app_five_are_looked_at(own_app: Flask) -> None:
    with own_app.app_context():
        keys = signing_keys()
        person = factories.person(db.session())
        secret = factories.with_second_factor(db.session(), person, keys)

    def guess(n: int) -> str:
        with own_app.app_context():
            try:
                with transaction() as session:
                    verdict = second_factor.check(session, user_id=person.id, code="000000", keys=keys, now=now())
                    return "right" if verdict.is_right else "wrong"
            except TooManyTries:
                return "not looked at"

    assert Counter(at_once(50, guess)) == {"wrong": 5, "not looked at": 45}
    with own_app.app_context():
        try:
            with transaction() as session:
                second_factor.check(session, user_id=person.id, code=pyotp.TOTP(secret).at(now()), keys=keys, now=now())
            raise AssertionError("the right code was looked at")
        except TooManyTries:
            pass


def test_one_code_sent_from_many_sides_lets_one_in(own_app: Flask) -> None:
    with own_app.app_context():
        keys = signing_keys()
        person = factories.person(db.session())
        secret = factories.with_second_factor(db.session(), person, keys)
        with transaction() as session:
            paper, *_ = recovery_codes.renew(session, user_id=person.id, now=now())
    moment = now()
    for code in (pyotp.TOTP(secret).at(moment), paper):

        def bring(_: int, code: str = code) -> str:
            with own_app.app_context():
                try:
                    with transaction() as session:
                        verdict = second_factor.check(session, user_id=person.id, code=code, keys=keys, now=moment)
                        return "in" if verdict.is_right else "out"
                except TooManyTries:
                    return "out"

        # Each of the others is a wrong try, so they stay below what makes everybody wait.
        assert Counter(at_once(4, bring)) == {"in": 1, "out": 3}


def test_two_right_codes_at_once_wait_for_none_of_each_other(own_app: Flask) -> None:
    with own_app.app_context():
        keys = signing_keys()
        person = factories.person(db.session())
        tokens = []
        for _ in range(5):
            with transaction() as session:
                tokens.append(password_changes.request_reset(session, email=person.email, now=now()))
        with transaction() as session:
            for code_id in session.scalars(select(OneTimeCode.id)).all():
                assert codes.arm(session, code_id=code_id, code="123456", key=keys[0], now=now())

    def bring(n: int) -> bool:
        with own_app.app_context(), transaction() as session:
            verdict = password_changes.reset(
                session, token=tokens[n], code="123456", new_hash=f"hash {n}", keys=keys, now=now()
            )
            return verdict.user is not None

    assert any(at_once(5, bring))
    with own_app.app_context():
        assert not db.session.scalars(select(OneTimeCode.id).where(OneTimeCode.used_at.is_(None))).all()


def test_of_thirty_at_once_who_have_one_address_sent_a_code_five_do(own_app: Flask) -> None:
    def ask(_: int) -> bool:
        with own_app.app_context():
            try:
                with transaction() as session:
                    password_changes.request_reset(session, email="ada@example.com", now=now())
            except TooManyCodes:
                return False
            return True

    assert sum(at_once(30, ask)) == 5
    with own_app.app_context():
        assert len(db.session.scalars(select(OneTimeCode.id)).all()) == 5
