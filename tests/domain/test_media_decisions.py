"""The rules of decisions about pictures: what they change, what they leave, what ends with time."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from imagegarden.domain import accounts, media, media_decisions, media_reports, moderation_queue, orders, shares
from imagegarden.domain.decision_reasons import checked_why
from imagegarden.domain.errors import Conflict, InvalidRequest, NotFound, RequestKeyReused
from imagegarden.domain.media_decisions import Deciding, Seen
from imagegarden.domain.moderation_queue import Tab
from imagegarden.models import (
    Attempt,
    DecisionAction,
    FileRole,
    Media,
    MediaDecision,
    MediaReport,
    Moderation,
    ReportOutcome,
    Role,
    User,
    UserStatus,
)
from tests import factories

SEEN_ALL = 10**9


@pytest.fixture
def moderator(session: Session) -> User:
    return factories.person(session, role=Role.MODERATOR)


@pytest.fixture
def picture(session: Session, user: User, now: datetime) -> Media:
    """A shared picture that was reported."""
    generation = factories.generation(user)
    made: Media = factories.MediaFactory(user_id=user.id, generation_id=generation.id)
    factories.MediaFileFactory(media_id=made.id)
    shares.share(session, user_id=user.id, uuid=made.uuid, shows_prompt=False, now=now)
    session.flush()
    report(session, made, now)
    return made


def report(session: Session, picture: Media, now: datetime, reporter_id: int | None = None) -> MediaReport:
    assert picture.share_token
    return media_reports.add(
        session, token=picture.share_token, reporter_id=reporter_id, reason="hate", words="", now=now
    )


def by(
    session: Session, moderator: User, action: DecisionAction, reason: str, now: datetime, key: str | None = None
) -> Deciding:
    """A decision by somebody who has seen everything."""
    decision = session.scalar(select(func.max(MediaDecision.id))) or 0
    return Deciding(
        why=checked_why(action, reason, ""),
        seen=Seen(decision, SEEN_ALL),
        actor_id=moderator.id,
        address=None,
        request_key=key or uuid4().hex,
        now=now,
    )


def remove(session: Session, moderator: User, picture: Media, now: datetime) -> Media:
    return media_decisions.remove(
        session, uuid=picture.uuid, **by(session, moderator, DecisionAction.REMOVE, "hate", now)
    )


def test_a_decision_closes_the_reports_that_it_answers(
    session: Session, moderator: User, picture: Media, now: datetime
) -> None:
    media_decisions.approve(
        session, uuid=picture.uuid, **by(session, moderator, DecisionAction.APPROVE, "harmless", now)
    )
    assert picture.queued_at is None
    report(session, picture, now)
    assert picture.queued_at == now
    remove(session, moderator, picture, now)
    outcomes = session.scalars(select(MediaReport.outcome).order_by(MediaReport.id)).all()
    assert outcomes == [ReportOutcome.DISMISSED, ReportOutcome.UPHELD]


def test_a_decision_that_is_closed_lets_the_same_person_report_again(
    session: Session, user: User, moderator: User, picture: Media, now: datetime
) -> None:
    reporter = factories.person(session)
    first = report(session, picture, now, reporter.id)
    assert report(session, picture, now, reporter.id) is first
    media_decisions.approve(
        session, uuid=picture.uuid, **by(session, moderator, DecisionAction.APPROVE, "harmless", now)
    )
    assert report(session, picture, now, reporter.id) is not first


def test_what_is_removed_is_no_source_any_more_even_of_what_was_asked_for_before(
    session: Session, user: User, moderator: User, picture: Media, now: datetime
) -> None:
    wish = factories.generation(user)
    wish.parent_media_id = picture.id
    wish.params = {**wish.params, "image": str(picture.uuid)}
    attempt = Attempt(generation_id=wish.id, uuid=uuid4(), report_token="x", created_at=now, provider="garden")
    assert not orders.order_of(session, wish, attempt).lacks_source
    remove(session, moderator, picture, now)
    session.flush()
    assert orders.order_of(session, wish, attempt).lacks_source


def test_what_is_removed_is_kept_for_30_days_then_purged(
    session: Session, user: User, moderator: User, picture: Media, now: datetime
) -> None:
    remove(session, moderator, picture, now)
    session.flush()
    assert media.list_purgeable(session, now=now + timedelta(days=29)) == []
    later = now + timedelta(days=30)
    ((media_id, keys),) = media.list_purgeable(session, now=later)
    assert (media_id, len(keys)) == (picture.id, 1)
    media.purge(session, media_id=media_id, now=later)
    session.expire_all()
    assert session.scalar(select(func.count(MediaReport.id))) == 0
    # That it was removed stays known.
    assert session.scalars(select(MediaDecision.media_id)).all() == [None]


def test_what_was_restored_is_not_purged(session: Session, moderator: User, picture: Media, now: datetime) -> None:
    remove(session, moderator, picture, now)
    media_decisions.restore(
        session, uuid=picture.uuid, **by(session, moderator, DecisionAction.RESTORE, "mistake", now)
    )
    session.flush()
    media.purge(session, media_id=picture.id, now=now + timedelta(days=40))
    assert media.list_purgeable(session, now=now + timedelta(days=40)) == []
    assert media.get(session, user_id=picture.user_id, uuid=picture.uuid)


def test_what_is_removed_cannot_be_purged_sooner_by_throwing_it_away(
    session: Session, moderator: User, picture: Media, now: datetime
) -> None:
    remove(session, moderator, picture, now)
    media.trash(session, user_id=picture.user_id, uuid=picture.uuid, now=now + timedelta(days=1))
    session.flush()
    assert media.list_purgeable(session, now=now + timedelta(days=29)) == []
    media.restore(session, user_id=picture.user_id, uuid=picture.uuid, now=now + timedelta(days=2))
    session.flush()
    with pytest.raises(NotFound):
        media.get_file(session, user_id=picture.user_id, uuid=picture.uuid, role=FileRole.ORIGINAL)


def test_a_ban_of_who_is_suspended_already_is_refused(
    session: Session, user: User, moderator: User, picture: Media, now: datetime
) -> None:
    user.status = UserStatus.SUSPENDED
    session.flush()
    with pytest.raises(Conflict, match="suspended already"):
        media_decisions.ban(session, uuid=picture.uuid, **by(session, moderator, DecisionAction.BAN, "hate", now))
    assert picture.moderation == Moderation.UNDECIDED


def test_a_key_of_another_decision_is_refused(session: Session, moderator: User, picture: Media, now: datetime) -> None:
    media_decisions.remove(
        session, uuid=picture.uuid, **by(session, moderator, DecisionAction.REMOVE, "hate", now, "one")
    )
    with pytest.raises(RequestKeyReused):
        media_decisions.restore(
            session, uuid=picture.uuid, **by(session, moderator, DecisionAction.RESTORE, "mistake", now, "one")
        )


@pytest.mark.parametrize(
    ("reason", "words", "text_"),
    [("hate", "", "Hate or harassment"), ("hate", " it is ", "Hate or harassment: it is"), ("other", "so", "so")],
)
def test_a_reason_reads_as_its_code_and_its_words(reason: str, words: str, text_: str) -> None:
    assert checked_why(DecisionAction.REMOVE, reason, words).text == text_


@pytest.mark.parametrize(
    ("reason", "words", "field"),
    [("", "", "reason"), ("appeal", "", "reason"), ("other", "", "words"), ("hate", "x" * 401, "words")],
)
def test_a_reason_that_does_not_fit_is_refused(reason: str, words: str, field: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        checked_why(DecisionAction.REMOVE, reason, words)
    assert list(refused.value.fields) == [field]


def test_an_account_that_ends_leaves_the_queue_and_its_name_under_its_reports(
    session: Session, user: User, picture: Media, now: datetime
) -> None:
    reporter = factories.person(session)
    made = report(session, picture, now, reporter.id)
    accounts.delete(session, user_id=reporter.id, actor_id=None, reason="x", now=now)
    session.refresh(made)
    assert made.reporter_id is None
    assert len(moderation_queue.list_cards(session, tab=Tab.WAITING, limit=9)) == 1
    accounts.delete(session, user_id=user.id, actor_id=None, reason="x", now=now)
    assert moderation_queue.list_cards(session, tab=Tab.WAITING, limit=9) == []


def test_the_newest_report_is_first(session: Session, user: User, picture: Media, now: datetime) -> None:
    other = factories.MediaFactory(
        user_id=user.id, generation_id=picture.generation_id, share_token="another", shared_at=now
    )
    report(session, other, now + timedelta(seconds=1))
    assert [card.media.id for card in moderation_queue.list_cards(session, tab=Tab.WAITING, limit=9)] == [
        other.id,
        picture.id,
    ]
    report(session, picture, now + timedelta(seconds=2))
    first, second = moderation_queue.list_cards(session, tab=Tab.WAITING, limit=9)
    assert first.media.id == picture.id
    (rest,) = moderation_queue.list_cards(session, tab=Tab.WAITING, limit=9, after=first.place)
    assert rest.media.id == second.media.id


@pytest.mark.parametrize(
    ("condition", "index"),
    [
        ("queued_at IS NOT NULL ORDER BY queued_at DESC, id DESC", "ix_media_queued_at_id"),
        (
            "moderation = 'removed' AND decided_at IS NOT NULL ORDER BY decided_at DESC, id DESC",
            "ix_media_decided_at_id",
        ),
        ("share_token = 'x'", "uq_media_share_token"),
    ],
)
def test_the_lists_are_read_by_their_indexes(session: Session, picture: Media, condition: str, index: str) -> None:
    # Of a handful of rows any order is cheap: what is asked is whether the index can give it.
    for way in ("seqscan", "bitmapscan"):
        session.execute(text(f"SET LOCAL enable_{way} = off"))
    plan = session.scalars(text(f"EXPLAIN SELECT id FROM media WHERE {condition} LIMIT 25")).all()
    assert index in "\n".join(plan)
    assert "Sort" not in "\n".join(plan)
