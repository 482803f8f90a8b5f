"""Several moderators, owners and reporters at the same moment."""

from collections import Counter
from uuid import uuid4

from flask import Flask
from sqlalchemy import func, select

from imagegarden.clock import now
from imagegarden.db import db, transaction
from imagegarden.domain import accounts, media_decisions, media_reports, rules, shares
from imagegarden.domain.decision_reasons import checked_why
from imagegarden.domain.errors import Conflict, DomainError, NotFound
from imagegarden.domain.media_decisions import Deciding, Seen
from imagegarden.models import (
    AuditEntry,
    DecisionAction,
    Media,
    MediaDecision,
    MediaOrigin,
    MediaReport,
    ModerationRule,
    Role,
    User,
    UserStatus,
)
from tests import factories
from tests.processes import at_once

ACTS = {
    DecisionAction.APPROVE: (media_decisions.approve, "harmless"),
    DecisionAction.REMOVE: (media_decisions.remove, "hate"),
    DecisionAction.BAN: (media_decisions.ban, "illegal"),
}


def reported_pictures(app: Flask, count: int = 1) -> tuple[list[Media], list[int], int]:
    """Reported pictures of one person, two moderators, and their owner."""
    with app.app_context():
        session = db.session()
        factories.use(session)
        owner = factories.person(session)
        moderators = [factories.person(session, role=Role.MODERATOR).id for _ in range(2)]
        pictures = [factories.MediaFactory(user_id=owner.id, origin=MediaOrigin.UPLOAD) for _ in range(count)]
        for picture in pictures:
            shares.share(session, user_id=owner.id, uuid=picture.uuid, shows_prompt=False, now=now())
            session.flush()
            media_reports.add(
                session, token=picture.share_token or "", reporter_id=None, reason="hate", words="", now=now()
            )
        session.commit()
        return pictures, moderators, owner.id


def decide(app: Flask, picture: Media, actor_id: int, action: DecisionAction, key: str, seen: Seen) -> str:
    act, reason = ACTS[action]
    by = Deciding(
        why=checked_why(action, reason, ""), seen=seen, actor_id=actor_id, address=None, request_key=key, now=now()
    )
    with app.app_context():
        try:
            with transaction() as session:
                act(session, uuid=picture.uuid, **by)
        except Conflict:
            return "conflict"
        return "done"


def test_of_many_who_decide_at_once_one_decides(own_app: Flask) -> None:
    (picture,), moderators, owner_id = reported_pictures(own_app)
    kinds = list(ACTS)
    done = Counter(
        at_once(
            12,
            lambda n: decide(own_app, picture, moderators[n % 2], kinds[n % 3], uuid4().hex, Seen(0, 10**9)),
        )
    )
    assert done == {"done": 1, "conflict": 11}
    with own_app.app_context():
        session = db.session()
        (decision,) = session.scalars(select(MediaDecision)).all()
        acts = select(func.count(AuditEntry.id)).where(AuditEntry.subject_id == owner_id)
        assert session.scalar(acts) == 1
        is_banned = session.get_one(User, owner_id).status == UserStatus.SUSPENDED
        assert is_banned == (decision.action == DecisionAction.BAN)


def test_one_form_sent_from_many_sides_is_one_decision(own_app: Flask) -> None:
    (picture,), moderators, _ = reported_pictures(own_app)
    sent = at_once(8, lambda _: decide(own_app, picture, moderators[0], DecisionAction.REMOVE, "one", Seen(0, 10**9)))
    assert set(sent) == {"done"}
    with own_app.app_context():
        assert db.session().scalar(select(func.count(MediaDecision.id))) == 1


def test_one_owner_is_banned_once_though_several_pictures_are_reasons(own_app: Flask) -> None:
    pictures, moderators, owner_id = reported_pictures(own_app, 6)
    done = Counter(
        at_once(
            6,
            lambda n: decide(own_app, pictures[n], moderators[n % 2], DecisionAction.BAN, uuid4().hex, Seen(0, 10**9)),
        )
    )
    assert done == {"done": 1, "conflict": 5}
    with own_app.app_context():
        session = db.session()
        acts = select(func.count(AuditEntry.id)).where(AuditEntry.subject_id == owner_id)
        assert session.scalar(acts) == 1
        assert session.scalar(select(func.count(Media.id)).where(Media.moderation == "removed")) == 1


def test_bans_and_the_end_of_the_account_do_not_block_each_other(own_app: Flask) -> None:
    pictures, moderators, owner_id = reported_pictures(own_app, 6)

    def act(n: int) -> None:
        if n < 6:
            decide(own_app, pictures[n], moderators[0], DecisionAction.BAN, uuid4().hex, Seen(0, 10**9))
            return
        with own_app.app_context():
            try:
                with transaction() as session:
                    accounts.delete(session, user_id=owner_id, actor_id=None, reason="x", now=now())
            except Conflict:
                pass

    at_once(8, act)
    with own_app.app_context():
        assert db.session().get_one(User, owner_id).status == UserStatus.DELETED


def test_reports_and_a_removal_at_once_leave_no_open_report_behind(own_app: Flask) -> None:
    (picture,), moderators, _ = reported_pictures(own_app)

    def act(n: int) -> str:
        if n == 4:
            return decide(own_app, picture, moderators[0], DecisionAction.REMOVE, "one", Seen(0, 0))
        with own_app.app_context():
            try:
                with transaction() as session:
                    media_reports.add(
                        session, token=picture.share_token or "", reporter_id=None, reason="hate", words="", now=now()
                    )
            except NotFound:
                return "gone"
            return "reported"

    at_once(10, act)
    with own_app.app_context():
        session = db.session()
        assert session.scalar(select(func.count(MediaReport.id)).where(MediaReport.closed_at.is_(None))) == 0
        assert session.scalars(select(Media.queued_at)).one() is None


def test_one_persons_reports_at_once_are_one(own_app: Flask) -> None:
    (picture,), moderators, _ = reported_pictures(own_app)

    def report(_: int) -> None:
        with own_app.app_context(), transaction() as session:
            media_reports.add(
                session,
                token=picture.share_token or "",
                reporter_id=moderators[1],
                reason="hate",
                words="",
                now=now(),
            )

    at_once(8, report)
    with own_app.app_context():
        mine = select(func.count(MediaReport.id)).where(MediaReport.reporter_id == moderators[1])
        assert db.session().scalar(mine) == 1


def test_one_rule_form_sent_from_many_sides_is_one_rule(own_app: Flask) -> None:
    _, moderators, _ = reported_pictures(own_app)

    def add(_: int) -> bool:
        with own_app.app_context():
            rule = rules.drafted(action="block", kind="word", pattern="zebra", told="No.", now=now())
            try:
                with transaction() as session:
                    rules.add(
                        session,
                        rule=rule,
                        actor_id=moderators[0],
                        reason="x",
                        address=None,
                        request_key="one",
                        now=now(),
                    )
            except DomainError:
                return False
            return True

    assert all(at_once(8, add))
    with own_app.app_context():
        assert db.session().scalar(select(func.count(ModerationRule.id))) == 1
