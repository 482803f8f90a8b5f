"""The moderators' queue: what stands in it, who decides, and what a decision does at once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from imagegarden.api.links import link_to
from imagegarden.clock import now as present
from imagegarden.domain import media_decisions, media_reports, shares
from imagegarden.models import (
    AuditEntry,
    FileRole,
    Media,
    MediaDecision,
    MediaReport,
    Moderation,
    Role,
    Safety,
    User,
    UserStatus,
)
from imagegarden.web.picture_forms import Form
from imagegarden.worker.mails import mail_decision
from tests import factories
from tests.fakes.mailer import KeptMail

HOSTILE = "<script>window.ran=1</script>\"'><img src=x onerror=alert(1)>"
SignIn = Callable[[User], FlaskClient]


@pytest.fixture
def store(app: Flask) -> Any:
    return app.extensions["adapters"].store


@pytest.fixture
def moderator(session: Session) -> User:
    return factories.person(session, email="mo@example.com", role=Role.MODERATOR)


@pytest.fixture
def desk(signed_in: SignIn, moderator: User) -> FlaskClient:
    """A moderator's browser."""
    return signed_in(moderator)


@pytest.fixture
def shared(session: Session, user: User, store: Any) -> Media:
    """A shared picture."""
    made = factories.stored_picture(session, user, store)
    shares.share(session, user_id=user.id, uuid=made.uuid, shows_prompt=False, now=present())
    session.commit()
    return made


@pytest.fixture
def reported(session: Session, shared: Media) -> Media:
    """One that somebody reported."""
    report(session, shared)
    return shared


def report(session: Session, media: Media, reason: str = "hate", words: str = "it insults me") -> MediaReport:
    assert media.share_token is not None
    made = media_reports.add(
        session, token=media.share_token, reporter_id=None, reason=reason, words=words, now=present()
    )
    session.commit()
    return made


def decide(client: FlaskClient, session: Session, media: Media, act: str, reason: str, **more: str) -> Any:
    """Send a decision's form as the page holds it now."""
    decision = session.scalar(select(func.max(MediaDecision.id)).where(MediaDecision.media_id == media.id)) or 0
    seen = session.scalar(select(func.max(MediaReport.id)).where(MediaReport.media_id == media.id)) or 0
    sent = {"reason": reason, "words": "", "request_key": uuid4().hex, "seen": f"{decision}-{seen}", **more}
    answer = client.post(f"/admin/moderation/{media.uuid}/decisions/{act}", data=sent)
    session.expire_all()
    return answer


def test_a_card_says_what_it_is_whose_it_is_and_what_was_said(
    session: Session, user: User, desk: FlaskClient, reported: Media
) -> None:
    report(session, reported, "sexual", "")
    report(session, reported, "hate", "me too")
    page = desk.get("/admin/moderation").text
    for shown in ("it insults me", "me too", "Hate or harassment × 2", "Sexual content", "Garden engine", user.email):
        assert shown in page, shown
    assert f'href="/admin/users/{user.id}"' in page
    assert f'src="/admin/moderation/{reported.uuid}/thumb_s"' in page
    assert "No removal so far" in page
    assert 'class="veil"' in page


def test_the_prompt_is_private_unless_its_owner_shows_it_with_the_link(
    session: Session, desk: FlaskClient, reported: Media
) -> None:
    assert "a heron at dawn" not in desk.get("/admin/moderation").text
    reported.shows_prompt = True
    session.commit()
    assert "a heron at dawn" in desk.get("/admin/moderation").text


def test_what_a_safety_check_marked_waits_though_nobody_reported_it(
    session: Session, user: User, store: Any, desk: FlaskClient
) -> None:
    flagged = factories.stored_picture(session, user, store, safety=Safety.FLAGGED, queued_at=present())
    assert "Flagged by the safety check" in desk.get("/admin/moderation").text
    assert decide(desk, session, flagged, "approve", "mistake").status_code == 303
    assert not session.get_one(Media, flagged.id).is_doubtful
    assert str(flagged.uuid) not in desk.get("/admin/moderation").text
    assert str(flagged.uuid) in desk.get("/admin/moderation?show=approved").text


def test_an_empty_queue_teaches(desk: FlaskClient) -> None:
    assert "Nothing waits" in desk.get("/admin/moderation").text
    assert "Nothing is removed" in desk.get("/admin/moderation?show=removed").text
    assert "Nothing was approved yet" in desk.get("/admin/moderation?show=approved").text


def test_the_queue_takes_the_same_queries_for_one_and_for_a_page_and_is_paged_by_key(
    session: Session, user: User, desk: FlaskClient, moderator: User, count_queries: Callable[[], Any]
) -> None:
    generation = factories.generation(user)

    def add(count: int) -> None:
        for _ in range(count):
            media = factories.MediaFactory(
                user_id=user.id, generation_id=generation.id, share_token=uuid4().hex, shared_at=present()
            )
            session.commit()
            report(session, media)

    def queries(path: str) -> tuple[int, str]:
        with count_queries() as seen:
            answer = desk.get(path)
        return len(seen), answer.text

    add(1)
    few, _ = queries("/admin/moderation")
    add(29)
    many, page = queries("/admin/moderation")
    older = page.partition("after=")[2].partition('"')[0]
    later, rest = queries(f"/admin/moderation?after={older}")
    assert few == many == later
    assert (page.count("data-card"), rest.count("data-card")) == (24, 6)


def test_reports_hide_nothing_by_themselves(session: Session, client: FlaskClient, shared: Media) -> None:
    for reason in ("hate", "sexual", "illegal"):
        report(session, shared, reason)
    assert client.get(f"/s/{shared.share_token}").status_code == 200
    assert client.get(f"/s/{shared.share_token}/original").status_code == 200


def test_a_removed_picture_is_gone_everywhere_in_the_next_request(
    app: Flask,
    session: Session,
    user: User,
    desk: FlaskClient,
    client: FlaskClient,
    signed_in_client: FlaskClient,
    reported: Media,
) -> None:
    with app.test_request_context():
        linked = "/shown/" + link_to(reported.uuid, Form()).rpartition("/")[2]
    key = {"Authorization": f"Bearer {factories.api_key(session, user).secret}"}
    theirs = f"/s/{reported.share_token}"
    files = [f"/media/{reported.uuid}/{role}" for role in FileRole]
    mine = [f"/api/v1/media/{reported.uuid}", f"/api/v1/media/{reported.uuid}/content"]
    assert {client.get(path).status_code for path in (theirs, f"{theirs}/original", linked)} == {200}
    assert {signed_in_client.get(path).status_code for path in files} == {200}
    assert {client.get(path, headers=key).status_code for path in mine} == {200}

    assert decide(desk, session, reported, "remove", "hate").status_code == 303

    assert {client.get(path).status_code for path in (theirs, f"{theirs}/original", f"{theirs}/report", linked)} == {
        404
    }
    assert {signed_in_client.get(path).status_code for path in files} == {404}
    assert {client.get(path, headers=key).status_code for path in mine} == {404}
    assert str(reported.uuid) not in client.get("/api/v1/media", headers=key).text
    for tool in ("upscale", "inpaint", "vary"):
        assert signed_in_client.get(f"/edit/{reported.uuid}/{tool}").status_code == 404
    for act in ("share", "unshare"):
        assert signed_in_client.post(f"/i/{reported.uuid}/{act}").status_code == 404
    assert str(reported.uuid) not in signed_in_client.get("/edit").text
    wish = {"kind": "image", "prompt": "more of it", "image": str(reported.uuid)}
    assert client.post("/api/v1/generations", json=wish, headers=key).status_code == 422
    # What it was is known, and can be opened, by those who decide.
    assert desk.get(f"/admin/moderation/{reported.uuid}/original").status_code == 200


def test_the_owner_keeps_a_place_with_the_reason_and_can_only_delete_it(
    session: Session, desk: FlaskClient, signed_in_client: FlaskClient, reported: Media
) -> None:
    decide(desk, session, reported, "remove", "hate", words=HOSTILE)
    for path in ("/gallery", f"/i/{reported.uuid}"):
        page = signed_in_client.get(path).text
        assert "emoved by a moderator" in page
        assert "Hate or harassment" in page
        assert "<script>window" not in page
        assert f"/media/{reported.uuid}/" not in page
    page = signed_in_client.get(f"/i/{reported.uuid}").text
    assert f'action="/i/{reported.uuid}/delete"' in page
    assert "Download" not in page
    assert signed_in_client.post(f"/i/{reported.uuid}/delete").status_code == 303
    assert str(reported.uuid) not in signed_in_client.get("/gallery").text


def told(session: Session, media: Media) -> None:
    """Send the mail about the last decision."""
    decision = session.scalar(select(func.max(MediaDecision.id)).where(MediaDecision.media_id == media.id))
    session.commit()
    assert decision is not None
    mail_decision(decision)


def test_the_owner_is_told_why_by_mail(
    session: Session, user: User, desk: FlaskClient, reported: Media, kept_mail: KeptMail
) -> None:
    decide(desk, session, reported, "remove", "privacy", words="A face <b>")
    told(session, reported)
    letter = kept_mail.letters[-1]
    assert letter.recipient == user.email
    assert "Somebody's privacy: A face <b>" in letter.text
    assert "privacy: A face &lt;b&gt;" in letter.html
    assert "mo@example.com" not in letter.text + letter.html
    decide(desk, session, reported, "restore", "appeal")
    told(session, reported)
    assert "is back" in kept_mail.letters[-1].subject
    assert "After an appeal" in kept_mail.letters[-1].text


def test_nobody_is_told_of_an_approval(session: Session, desk: FlaskClient, reported: Media) -> None:
    jobs = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'mail_decision'"
    decide(desk, session, reported, "approve", "harmless")
    assert session.connection().exec_driver_sql(jobs).scalar() == 0
    report(session, reported)
    decide(desk, session, reported, "remove", "hate")
    assert session.connection().exec_driver_sql(jobs).scalar() == 1


def test_a_removal_is_undone_with_its_link(
    session: Session, desk: FlaskClient, client: FlaskClient, signed_in_client: FlaskClient, reported: Media
) -> None:
    decide(desk, session, reported, "remove", "hate")
    assert "Its files go on" in desk.get("/admin/moderation?show=removed").text
    assert decide(desk, session, reported, "restore", "mistake").status_code == 303
    assert client.get(f"/s/{reported.share_token}").status_code == 200
    page = signed_in_client.get(f"/i/{reported.uuid}").text
    assert "A moderator has brought this back" in page
    assert "Removed by mistake" in page


def test_a_ban_removes_and_suspends_with_one_line_in_the_log(
    session: Session, user: User, desk: FlaskClient, client: FlaskClient, signed_in_client: FlaskClient, reported: Media
) -> None:
    other = factories.MediaFactory(
        user_id=user.id, generation_id=reported.generation_id, share_token="another", shared_at=present()
    )
    session.commit()
    before = session.scalar(select(func.max(AuditEntry.id))) or 0
    assert decide(desk, session, reported, "ban", "illegal").status_code == 303
    assert session.get_one(User, user.id).status == UserStatus.SUSPENDED
    assert session.get_one(Media, reported.id).is_removed
    (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.id > before)).all()
    assert (entry.action, entry.subject_id, entry.reason) == ("user.set_status", user.id, "Against the law")
    (decision,) = session.scalars(select(MediaDecision)).all()
    assert (decision.action, decision.media_id, decision.owner_id) == ("ban", reported.id, user.id)
    assert signed_in_client.get("/gallery").location.startswith("/login")
    assert client.get(f"/s/{other.share_token}").status_code == 404


def test_a_ban_of_the_staff_is_neither_offered_nor_done(
    session: Session, store: Any, desk: FlaskClient, user: User, reported: Media
) -> None:
    assert f"/admin/moderation/{reported.uuid}/decisions/ban" in desk.get("/admin/moderation").text
    user.role = Role.SUPPORT
    session.commit()
    assert f"/admin/moderation/{reported.uuid}/decisions/ban" not in desk.get("/admin/moderation").text
    assert "An administrator decides about the staff" in desk.get("/admin/moderation").text
    for action in ("ban", "remove", "approve"):
        assert decide(desk, session, reported, action, "other").status_code == 403, action
    assert not session.get_one(Media, reported.id).is_removed


def test_an_administrator_decides_about_the_staff_and_bans_nobody_of_it(
    session: Session, admin_client: FlaskClient, user: User, reported: Media
) -> None:
    user.role = Role.SUPPORT
    session.commit()
    answer = decide(admin_client, session, reported, "ban", "hate")
    assert answer.status_code == 409
    assert "belongs to the staff" in answer.text
    assert decide(admin_client, session, reported, "remove", "hate").status_code == 303


def test_nobody_but_an_administrator_decides_about_what_is_their_own(
    app: Flask, session: Session, signed_in: SignIn, store: Any
) -> None:
    for role, status in ((Role.MODERATOR, 403), (Role.ADMIN, 303)):
        somebody = factories.person(session, role=role)
        own = factories.stored_picture(session, somebody, store, queued_at=factories.now(), safety=Safety.FLAGGED)
        assert decide(signed_in(somebody), session, own, "approve", "harmless").status_code == status


def test_files_that_tell_the_prompt_are_not_the_moderators(
    session: Session, desk: FlaskClient, reported: Media
) -> None:
    assert desk.get(f"/admin/moderation/{reported.uuid}/svg").status_code == 404
    assert desk.get(f"/admin/moderation/{reported.uuid}/original").status_code == 200
    reported.carries_words = True
    session.commit()
    assert desk.get(f"/admin/moderation/{reported.uuid}/original").status_code == 404
    assert desk.get(f"/admin/moderation/{reported.uuid}/thumb_l").status_code == 200


def test_a_letter_without_a_job_is_queued_again_by_the_clock(
    app: Flask, session: Session, desk: FlaskClient, reported: Media
) -> None:
    decide(desk, session, reported, "remove", "hate")
    decision = session.scalars(select(MediaDecision)).one()
    assert media_decisions.tell_forgotten(session) == 0
    session.execute(text("DELETE FROM procrastinate_jobs"))
    assert media_decisions.tell_forgotten(session) == 1
    session.commit()
    mail_decision(decision.id)
    session.expire_all()
    assert decision.told_at is not None
    session.execute(text("DELETE FROM procrastinate_jobs"))
    assert media_decisions.tell_forgotten(session) == 0


def test_the_second_of_two_moderators_is_told_who_was_first(
    session: Session, signed_in: SignIn, desk: FlaskClient, reported: Media
) -> None:
    other = signed_in(factories.person(session, role=Role.MODERATOR))
    seen = f"0-{session.scalar(select(func.max(MediaReport.id)))}"
    assert decide(desk, session, reported, "remove", "hate", seen=seen).status_code == 303
    answer = decide(other, session, reported, "approve", "harmless", seen=seen)
    assert answer.status_code == 409
    assert "mo@example.com was there before you, and removed it." in answer.text
    assert session.get_one(Media, reported.id).moderation == Moderation.REMOVED
    assert session.scalar(select(func.count(MediaDecision.id))) == 1


def test_a_double_click_is_one_decision(session: Session, desk: FlaskClient, reported: Media) -> None:
    for act, reason in (("remove", "hate"), ("restore", "mistake")):
        seen = f"{session.scalar(select(func.max(MediaDecision.id))) or 0}-0"
        for _ in range(2):
            answer = decide(desk, session, reported, act, reason, request_key=f"one {act}", seen=seen)
            assert answer.status_code == 303
    report(session, reported)
    for _ in range(2):
        assert decide(desk, session, reported, "ban", "hate", request_key="one ban").status_code == 303
    assert session.scalar(select(func.count(MediaDecision.id))) == 3


def test_an_approval_does_not_dismiss_what_was_reported_meanwhile(
    session: Session, desk: FlaskClient, reported: Media
) -> None:
    seen = f"0-{session.scalar(select(func.max(MediaReport.id)))}"
    report(session, reported, "illegal", "look again")
    answer = decide(desk, session, reported, "approve", "harmless", seen=seen)
    assert answer.status_code == 409
    assert "Another report has come in" in answer.text
    assert "look again" in answer.text


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(
    session: Session, desk: FlaskClient, reported: Media
) -> None:
    answer = decide(desk, session, reported, "remove", "", words="typed <b>", show="waiting")
    assert answer.status_code == 422
    assert "Say why" in answer.text
    assert "typed &lt;b&gt;" in answer.text
    answer = decide(desk, session, reported, "remove", "other")
    assert "Say which: the owner reads it." in answer.text
    answer = decide(desk, session, reported, "remove", "harmless")
    assert "Choose a reason." in answer.text
    assert not session.get_one(Media, reported.id).is_removed


def test_after_a_decision_the_next_card_is_named(
    session: Session, user: User, store: Any, desk: FlaskClient, reported: Media
) -> None:
    other = factories.stored_picture(session, user, store, safety=Safety.FLAGGED, queued_at=present())
    page = desk.get("/admin/moderation").text
    card = page.partition(f'id="card-{other.uuid}"')[2].partition("</li>")[0]
    assert f'name="next" value="{reported.uuid}"' in card
    answer = decide(desk, session, other, "approve", "mistake", next=str(reported.uuid))
    assert answer.location.endswith(f"#card-{reported.uuid}")
    assert decide(desk, session, reported, "approve", "harmless", next="nonsense").location.endswith("show=waiting")


def test_hostile_words_of_a_report_are_escaped(session: Session, desk: FlaskClient, shared: Media) -> None:
    report(session, shared, "other", HOSTILE)
    shared.shows_prompt = True
    session.commit()
    page = desk.get("/admin/moderation").text
    assert "<script>window" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;window" in page


def test_the_staff_sees_no_file_that_was_never_in_the_queue(
    session: Session, desk: FlaskClient, shared: Media, signed_in: SignIn
) -> None:
    assert desk.get(f"/admin/moderation/{shared.uuid}/original").status_code == 404
    report(session, shared)
    answer = desk.get(f"/admin/moderation/{shared.uuid}/original")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert answer.data == factories.CONTENT
    for role in (Role.MEMBER, Role.SUPPORT):
        other = signed_in(factories.person(session, role=role))
        assert other.get(f"/admin/moderation/{shared.uuid}/original").status_code in (303, 403)


def test_nobody_decides_about_what_was_never_in_the_queue(session: Session, desk: FlaskClient, shared: Media) -> None:
    for act, reason in (("approve", "harmless"), ("remove", "hate"), ("ban", "hate"), ("restore", "appeal")):
        assert decide(desk, session, shared, act, reason).status_code == 404, act


def test_support_may_not_moderate(session: Session, signed_in: SignIn, reported: Media) -> None:
    client = signed_in(factories.person(session, role=Role.SUPPORT))
    assert client.get("/admin/moderation").status_code == 403
    assert "/admin/moderation" not in client.get("/admin/users").text
    for act in ("approve", "remove", "ban", "restore"):
        assert decide(client, session, reported, act, "hate").status_code == 403
    assert not session.get_one(Media, reported.id).is_removed


def test_what_its_owner_threw_away_does_not_wait(
    session: Session, desk: FlaskClient, signed_in_client: FlaskClient, reported: Media
) -> None:
    signed_in_client.post(f"/i/{reported.uuid}/delete")
    assert str(reported.uuid) not in desk.get("/admin/moderation").text
    assert desk.get(f"/admin/moderation/{reported.uuid}/original").status_code == 404
    signed_in_client.post(f"/i/{reported.uuid}/restore")
    assert str(reported.uuid) in desk.get("/admin/moderation").text


def test_earlier_removals_of_the_owner_are_counted(
    session: Session, user: User, store: Any, desk: FlaskClient, reported: Media
) -> None:
    decide(desk, session, reported, "remove", "hate")
    factories.stored_picture(session, user, store, safety=Safety.FLAGGED, queued_at=present())
    assert "1 removal so far" in desk.get("/admin/moderation").text


@pytest.mark.parametrize("days", [29, 30])
def test_what_is_removed_can_be_restored_for_30_days(
    session: Session, desk: FlaskClient, reported: Media, now: datetime, days: int
) -> None:
    decide(desk, session, reported, "remove", "hate")
    media = session.get_one(Media, reported.id)
    media.decided_at = now - timedelta(days=days, seconds=1)
    session.commit()
    answer = decide(desk, session, reported, "restore", "appeal")
    assert answer.status_code == (303 if days == 29 else 409)
