"""Somebody with everything leaves, and nothing that says who they were is left anywhere."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from imagegarden.current import adapters
from imagegarden.domain import (
    accounts,
    audit,
    codes,
    departures,
    email_changes,
    exports,
    idempotency,
    leavings,
    ledger,
    password_changes,
    sign_ups,
)
from imagegarden.domain.departures import GRACE
from imagegarden.models import (
    ApiUsage,
    Attempt,
    AttemptState,
    Board,
    BrowserTries,
    DecisionAction,
    DecisionReason,
    Departure,
    Generation,
    Invitation,
    Media,
    MediaDecision,
    MediaReport,
    ModerationDecision,
    ModerationRule,
    NetworkBlock,
    OneTimeCode,
    Outcome,
    Payment,
    Preset,
    RecoveryCode,
    ReportReason,
    Role,
    RuleAction,
    RuleKind,
    SecondFactor,
    User,
    UserStatus,
    Welcome,
)
from imagegarden.queue import defer
from imagegarden.web.passwords import hash_password
from imagegarden.worker.account_jobs import forget_old_codes
from imagegarden.worker.exporting import make_export
from imagegarden.worker.leaving import finish_departures, forget_person, sweep_person
from imagegarden.worker.mails import mail_leaving
from tests import everything, factories, money
from tests.fakes.mailer import KeptMail

EMAIL = "zaunkoenig.quelle@garden.example"
# Each stands for one kind of words that a person leaves behind, and stands nowhere else.
WORDS = {
    "address": EMAIL,
    "name": "Zaunkönigin Quelle",
    "prompt": "prompt-kelpforest",
    "what was to be avoided": "avoided-brambles",
    "notice": "notice-thornbush",
    "better words": "words-sycamore",
    "words at the provider": "provider-laburnum",
    "file name": "file-hydrangea",
    "board": "board-foxglove",
    "preset": "preset-marigold",
    "preset's prompt": "preset-chicory",
    "key's name": "key-buttercup",
    "answer to a named request": "answer-snowdrop",
    "words of a report": "report-celandine",
    "device": "device-cowslip",
    "address of a device": "203.0.113.77",
    "network": "203.0.113.0/24",
    "address that was wanted": "quelle.zwei@garden.example",
    "address of before": "quelle.null@garden.example",
    "password of an unfinished sign-up": "scrypt-periwinkle",
    "secret of an app": "app-larkspur",
    "code on paper": "paper-cornflower",
    "words in a job": "job-meadowsweet",
    "content": "content-saxifrage",
}
# What stays, and why: the books, under the gateway's name for a payment, which tells the gateway alone who it was.
KEPT = {"payment": {"payments.vendor_id"}}


@pytest.fixture
def leaver(session: Session, now: datetime) -> User:
    """Somebody with a row in every table that names people."""
    user = factories.person(session, email=EMAIL, sign_up_credits=100)
    # Of their own: all others share one.
    user.username, user.password_hash = WORDS["name"], hash_password(factories.PASSWORD)
    session.commit()
    at = now - GRACE - timedelta(hours=1)
    make_pictures(session, user, at)
    make_words(session, user, at)
    make_acts(session, user, at)
    session.commit()
    return user


def make_pictures(session: Session, user: User, at: datetime) -> None:
    content = WORDS["content"].encode() * 30
    made = factories.stored_picture(
        session, user, adapters().store, prompt=WORDS["prompt"], content=content, share_token="x" * 32, shared_at=at
    )
    generation = session.get_one(Generation, made.generation_id)
    generation.params = {**generation.params, "negative_prompt": WORDS["what was to be avoided"]}
    generation.notice, generation.result_text = WORDS["notice"], WORDS["better words"]
    session.add(
        Attempt(
            generation_id=generation.id, provider="replicate", state=AttemptState.ENDED, report_token="x",
            outputs=[WORDS["words at the provider"]], uploads={"image": WORDS["words at the provider"]}, created_at=at,
            ended_at=at,
        )
    )  # fmt: skip
    board = Board(user_id=user.id, name=WORDS["board"], created_at=at)
    session.add(board)
    session.flush()
    made.board_id, made.starred, user.face_media_id = board.id, True, made.id
    session.commit()
    uploaded = factories.upload(user, title=WORDS["file name"])
    factories.mask(user, uploaded)


def make_words(session: Session, user: User, at: datetime) -> None:
    session.add(
        Preset(
            uuid=uuid4(), user_id=user.id, name=WORDS["preset"], values={"prompt": WORDS["preset's prompt"]},
            created_at=at,
        )
    )  # fmt: skip
    key = factories.api_key(session, user, name=WORDS["key's name"]).key
    session.add(
        ApiUsage(
            api_key_id=key.id, user_id=user.id, usage_date=at.date(), endpoint="v1.list", outcome=Outcome.OK, count=1
        )
    )
    claim = idempotency.claim(session, user_id=user.id, key="x", fingerprint="x", now=at)
    assert isinstance(claim, idempotency.Claim)
    idempotency.keep(session, claim=claim, answer=idempotency.Answer(200, None, WORDS["answer to a named request"]))
    stranger = factories.person(session)
    theirs = factories.MediaFactory(user_id=stranger.id, generation_id=factories.generation(stranger).id)
    session.add(
        MediaReport(
            media_id=theirs.id, reporter_id=user.id, reason=ReportReason.OTHER, words=WORDS["words of a report"],
            created_at=at,
        )
    )  # fmt: skip
    factories.device(session, user, name=WORDS["device"], address=WORDS["address of a device"], at=at)
    session.add(
        Welcome(mailbox_seal="x", user_id=user.id, network=WORDS["network"], amount=5, created_at=at, due_at=at)
    )
    make_codes(session, user, at)
    defer(session, "mail_something", address=EMAIL.upper())
    defer(session, "mail_notice", user_id=user.id, notice=WORDS["words in a job"])


def make_codes(session: Session, user: User, at: datetime) -> None:
    """Codes for the address that they had before, from before they changed it and from after; and for others."""
    password = WORDS["password of an unfinished sign-up"]
    user.email = WORDS["address of before"]
    sign_ups.request(session, email=user.email, password_hash=password, now=at)
    token = email_changes.request(session, user_id=user.id, email=EMAIL, now=at)
    newest = session.scalars(select(OneTimeCode.id).order_by(OneTimeCode.id.desc())).first()
    assert newest is not None
    codes.arm(session, code_id=newest, code="123456", key=b"key", now=at)
    changed = email_changes.complete(
        session, user_id=user.id, token=token, code="123456", keys=[b"key"], device_id=None, now=at
    )
    assert changed.user is user
    password_changes.request_reset(session, email=WORDS["address of before"], now=at)
    wanted = email_changes.request(session, user_id=user.id, email=WORDS["address that was wanted"], now=at)
    codes.resend(session, token=wanted, now=at + codes.RESEND_AFTER)
    sign_ups.request(session, email=EMAIL, password_hash=password, now=at)


def make_acts(session: Session, user: User, at: datetime) -> None:
    """What they bought, and what they did as one of the staff."""
    factories.payment(session, user)
    money.subscribe(session, user, at)
    audit.record(
        session, actor_id=user.id, action="credits.adjust", subject_id=user.id, now=at,
        address=WORDS["address of a device"],
    )  # fmt: skip
    session.add(Invitation(token_hash="x", note="x", places=1, made_by=user.id, created_at=at, expires_at=at))
    session.add(NetworkBlock(network="198.51.100.0/24", made_by=user.id, created_at=at, expires_at=at))
    media_id = session.scalars(select(Media.id).where(Media.user_id == user.id)).first()
    rule = ModerationRule(action=RuleAction.WARN, kind=RuleKind.WORD, pattern="x", reason="x", created_at=at)
    session.add(rule)
    session.flush()
    session.add(ModerationDecision(rule_id=rule.id, user_id=user.id, action=RuleAction.WARN, created_at=at))
    session.add(
        MediaDecision(
            media_id=media_id, owner_id=user.id, moderator_id=user.id, action=DecisionAction.APPROVE,
            reason=DecisionReason.HARMLESS, request_key="x", created_at=at, told_at=at,
        )
    )  # fmt: skip


def prepare(app: Flask, session: Session, user: User, signed_in: Callable[[User], FlaskClient]) -> dict[str, int]:
    """An export, a session and tries to log in; the sizes of all files in the store."""
    browser = signed_in(user)
    assert browser.get("/profile").status_code == 200
    factor = SecondFactor(
        user_id=user.id,
        sealed_secret=WORDS["secret of an app"],
        sealed_with="x",
        last_step=0,
        created_at=factories.now(),
    )
    session.add(factor)
    session.flush()
    session.add(BrowserTries(user_id=user.id, browser="a browser"))
    recovery = RecoveryCode(user_id=user.id, code_hash=WORDS["code on paper"], created_at=factories.now())
    session.add(recovery)
    session.commit()
    stranger = app.test_client()
    stranger.post("/login", data={"email": user.email, "password": "wrong"})
    stranger.post("/signup", data={"email": user.email, "password": "a long enough password"})
    asked = exports.ask(session, user_id=user.id, now=factories.now())
    session.commit()
    make_export(asked.id)
    session.expire_all()
    sizes = dict(session.execute(text("SELECT key, bytes FROM media_files")).all())  # type: ignore[arg-type]
    made = session.get_one(type(asked), asked.id)
    sizes[made.key] = made.bytes or 0
    session.commit()
    return sizes


def look(app: Flask, session: Session, words: dict[str, str], sizes: dict[str, int]) -> set[tuple[str, str]]:
    """Where each kind of words is found."""
    found = everything.found_in_tables(session, words.values())
    session.commit()
    found |= everything.found_in_store(adapters().store, sizes, words.values())
    found |= everything.found_in_redis(app.extensions["redis"], words.values())
    names = {word: name for name, word in words.items()}
    return {(names[word], place) for word, place in found}


def words_of(session: Session, user: User) -> dict[str, str]:
    """All that is looked for: what was written, and what was drawn for them."""
    prefix, digest = session.execute(
        text("SELECT prefix, sha256 FROM api_keys WHERE user_id = :id"), {"id": user.id}
    ).one()
    token = session.scalar(select(Media.share_token).where(Media.user_id == user.id, Media.share_token.is_not(None)))
    payment = session.scalars(select(Payment.vendor_id).where(Payment.user_id == user.id)).first()
    assert token is not None
    assert payment is not None
    return {
        **WORDS, "key's beginning": prefix, "key's hash": digest, "link": token, "payment": payment,
        "password": user.password_hash,
    }  # fmt: skip


def test_nothing_of_somebody_who_had_everything_is_found_anywhere(
    app: Flask, session: Session, leaver: User, signed_in: Callable[[User], FlaskClient], kept_mail: KeptMail
) -> None:
    words, sizes = words_of(session, leaver), prepare(app, session, leaver, signed_in)
    user_id, now = leaver.id, factories.now()
    departures.ask(session, user_id=user_id, now=now - GRACE - timedelta(minutes=1))
    session.commit()

    # The search is worth something: it finds every kind, and the person has a row wherever people are named.
    before = look(app, session, words, sizes)
    assert {name for name, _ in before} == set(words)
    assert {("address", "Redis"), ("address", "procrastinate_jobs.args"), ("content", "the store")} <= before
    for table, column in everything.places_of_people(session):
        named = session.scalar(text(f'SELECT count(*) FROM "{table}" WHERE "{column}" = :id'), {"id": user_id})
        assert named, f"somebody with everything needs a row that {table}.{column} names"
    session.commit()

    finish_departures()
    forget_person(user_id)
    sweep_person(user_id)
    forget_old_codes(app)
    session.expire_all()

    after = look(app, session, words, sizes)
    assert {one for one in after if one[1] not in KEPT.get(one[0], ())} == set()
    session.commit()
    assert list(adapters().store.list_under(f"users/{user_id}")) == []
    assert session.scalars(select(Media.id).where(Media.user_id == user_id)).all() == []
    user = session.get_one(User, user_id)
    assert (user.status, user.email, user.username) == (
        UserStatus.DELETED,
        f"deleted-{user_id}@deleted.invalid",
        "Deleted",
    )
    assert session.scalars(select(Payment.id).where(Payment.user_id == user_id)).all()
    assert session.get(Departure, user_id) is None
    assert ledger.check(session) == []
    assert not any(EMAIL in letter.recipient for letter in kept_mail.letters)


def test_what_the_staff_deletes_goes_at_once_too(
    app: Flask, session: Session, leaver: User, signed_in: Callable[[User], FlaskClient]
) -> None:
    words, sizes = words_of(session, leaver), prepare(app, session, leaver, signed_in)
    accounts.delete(session, user_id=leaver.id, actor_id=None, reason="x", now=factories.now())
    session.commit()
    forget_person(leaver.id)
    forget_old_codes(app)
    session.expire_all()
    after = look(app, session, words, sizes)
    assert {one for one in after if one[1] not in KEPT.get(one[0], ())} == set()


def test_nobody_elses_traces_go(
    app: Flask, session: Session, leaver: User, signed_in: Callable[[User], FlaskClient]
) -> None:
    other = factories.person(session)
    picture = factories.upload(other)
    browser = signed_in(other)
    prepare(app, session, leaver, signed_in)
    accounts.delete(session, user_id=leaver.id, actor_id=None, reason="x", now=factories.now())
    session.commit()
    for _ in range(2):
        forget_person(leaver.id)
    assert browser.get(f"/media/{picture.uuid}/original").status_code == 200
    other_id = other.id
    session.commit()
    assert len(list(adapters().store.list_under(f"users/{other_id}"))) == 2


def test_files_that_arrive_late_are_swept_a_day_later(app: Flask, session: Session, user: User) -> None:
    accounts.delete(session, user_id=user.id, actor_id=None, reason="x", now=factories.now())
    session.commit()
    forget_person(user.id)
    adapters().store.put(f"users/{user.id}/late/file", b"late", mime="image/png")
    sweeps = text("SELECT scheduled_at FROM procrastinate_jobs WHERE task_name = :task")
    (at,) = session.scalars(sweeps, {"task": leavings.SWEEP_TASK}).all()
    session.commit()
    assert at > factories.now() + timedelta(hours=23)
    sweep_person(user.id)
    assert list(adapters().store.list_under(f"users/{user.id}")) == []


def test_nobodys_files_are_swept_who_is_still_here(app: Flask, session: Session, user: User) -> None:
    picture = factories.upload(user)
    sweep_person(user.id)
    session.expire_all()
    assert session.get(Media, picture.id) is not None
    user_id = user.id
    session.commit()
    assert len(list(adapters().store.list_under(f"users/{user_id}"))) == 2


def test_the_clock_has_it_done_where_the_job_was_lost(app: Flask, session: Session, user: User) -> None:
    accounts.delete(session, user_id=user.id, actor_id=None, reason="x", now=factories.now())
    session.execute(text("DELETE FROM procrastinate_jobs"))
    session.commit()
    for _ in range(2):
        finish_departures()
    waiting = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = :task")
    assert session.scalar(waiting, {"task": leavings.FORGET_TASK}) == 1


def test_the_clock_deletes_those_whose_time_has_come_and_no_one_else(
    app: Flask, session: Session, now: datetime
) -> None:
    gone, waiting = (factories.person(session) for _ in range(2))
    factories.person(session, role=Role.ADMIN)
    departures.ask(session, user_id=gone.id, now=now - GRACE)
    departures.ask(session, user_id=waiting.id, now=now - GRACE + timedelta(hours=1))
    session.commit()
    for _ in range(2):
        finish_departures()
    session.expire_all()
    assert (gone.status, waiting.status) == (UserStatus.DELETED, UserStatus.ACTIVE)


def test_a_letter_says_when_and_only_while_it_is_true(session: Session, user: User, kept_mail: KeptMail) -> None:
    departures.ask(session, user_id=user.id, now=factories.now())
    session.commit()
    mail_leaving(user.id)
    departures.stay(session, user_id=user.id, now=factories.now())
    session.commit()
    mail_leaving(user.id)
    (letter,) = kept_mail.letters
    assert f"{factories.now() + GRACE:%-d %b %Y}" in letter.text
    assert "Keep my account" in letter.text
