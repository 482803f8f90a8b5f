"""Mail jobs."""

import re

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from imagegarden.current import signing_keys
from imagegarden.domain import sign_ups, statements
from imagegarden.mail import MailError
from imagegarden.models import OneTimeCode, PlanKey, Subscription, SubscriptionState, User
from imagegarden.worker.mails import mail_code, mail_notice
from tests import factories
from tests.fakes.mailer import KeptMail


def ask(session: Session, email: str) -> tuple[str, int]:
    token = sign_ups.request(session, email=email, password_hash="hash", now=factories.now())
    session.commit()
    return token, session.scalars(select(OneTimeCode.id)).one()


def test_the_mail_brings_the_code_that_works(app: Flask, session: Session, kept_mail: KeptMail) -> None:
    token, code_id = ask(session, "new@example.com")
    mail_code(code_id)
    letter = kept_mail.letters[0]
    codes = re.findall(r"\b\d{6}\b", letter.text)
    assert letter.recipient == "new@example.com"
    assert len(codes) == 1
    assert codes[0] in letter.html
    verdict = sign_ups.complete(
        session, token=token, code=codes[0], keys=signing_keys(), sign_up_credits=5, now=factories.now()
    )
    assert verdict.user is not None


def test_a_known_address_gets_word_and_no_code(session: Session, user: User, kept_mail: KeptMail) -> None:
    _, code_id = ask(session, user.email)
    mail_code(code_id)
    letter = kept_mail.letters[0]
    assert "already have" in letter.subject
    assert not re.search(r"\b\d{6}\b", letter.text + letter.html)
    assert session.get_one(OneTimeCode, code_id, populate_existing=True).code_hmac is None


def test_a_mail_goes_out_once(session: Session, kept_mail: KeptMail) -> None:
    _, code_id = ask(session, "new@example.com")
    mail_code(code_id)
    mail_code(code_id)
    assert len(kept_mail.letters) == 1


def test_a_mail_that_could_not_be_sent_is_sent_later(session: Session, kept_mail: KeptMail) -> None:
    _, code_id = ask(session, "new@example.com")
    kept_mail.failures_left = 1
    with pytest.raises(MailError):
        mail_code(code_id)
    mail_code(code_id)
    assert len(kept_mail.letters) == 1


def test_word_of_the_end_says_when_and_what_more_costs(session: Session, user: User, kept_mail: KeptMail) -> None:
    factories.make_premium(session, user, days=2)
    until = statements.standing(session, user_id=user.id, now=factories.now()).paid_until
    assert until is not None
    mail_notice("premium_ends", user.id)
    letter = kept_mail.letters[0]
    assert letter.recipient == user.email
    for body in (letter.text, letter.html):
        assert until.strftime("%-d %b %Y, %H:%M") in body
        # Nothing is sold here, so nothing is praised.
        assert "INR" not in body


@pytest.mark.parametrize(
    ("notice", "state", "words"),
    [
        ("renewal_failed", SubscriptionState.PENDING, "tried again by itself"),
        ("renewal_stopped", SubscriptionState.HALTED, "not tried any more"),
    ],
)
def test_word_of_a_renewal_that_failed_says_what_helps(
    session: Session, user: User, kept_mail: KeptMail, notice: str, state: SubscriptionState, words: str
) -> None:
    purchase = factories.purchase(session, user, PlanKey.SUBSCRIPTION)
    subscription = session.get_one(Subscription, purchase.id)
    subscription.state = state
    subscription.paid_until = factories.now()
    session.commit()
    mail_notice(notice, user.id)
    letter = kept_mail.letters[0]
    for body in (letter.text, letter.html):
        assert words in body
        assert "/billing" in body
    has_grace = state == SubscriptionState.PENDING
    assert ("Premium stays until" in letter.text) == has_grace
