"""Pages about jobs, the queue and models."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from imagegarden.admin import jobs as pages
from imagegarden.admin.queue import wait_words
from imagegarden.domain import jobs, model_health, model_switch, queue_samples
from imagegarden.domain.jobs import Group, Wanted
from imagegarden.models import (
    AuditEntry,
    CreditEntry,
    Generation,
    GenerationKind,
    GenerationStatus,
    ModelPrice,
    QueueSample,
    Role,
    User,
    Via,
)
from tests import factories, turns

WHY = {"reason": "a test", "request_key": "one"}
MANY = 20_000


def shown(client: FlaskClient, query: str = "") -> list[str]:
    """The short ids of a page of the list, in order."""
    answer = client.get(f"/admin/jobs{query}")
    assert answer.status_code == 200
    return re.findall(r"<code>([0-9a-f]{8})</code>", answer.text)


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def delivered(session: Session, user: User) -> Generation:
    job = factories.generation(user)
    factories.MediaFactory(generation_id=job.id, user_id=user.id)
    turns.end(session, job, factories.now(), GenerationStatus.SUCCEEDED, error_code=None)
    session.commit()
    return job


def test_the_list_says_how_each_fares_and_never_what_was_asked_for(
    session: Session, user: User, admin_client: FlaskClient
) -> None:
    job = factories.generation(user, prompt="nobody's business")
    turns.begin(session, job, factories.now(), job_id="pred-42")
    turns.end(session, job, factories.now())
    session.commit()
    for path in ("/admin/jobs", f"/admin/jobs/{job.uuid}"):
        page = admin_client.get(path).text
        assert "business" not in page
        for words in (user.email, "Failed", "pred-42", "The model failed at this."):
            assert words in page, (path, words)
    assert f'href="/admin/users/{user.id}"' in page


def test_the_list_pages_by_key_and_keeps_what_was_asked(
    session: Session, user: User, admin_client: FlaskClient, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    monkeypatch.setattr(pages, "PAGE", 2)
    made = [str(factories.generation(user, at=now - n * timedelta(minutes=1), count=1).uuid)[:8] for n in range(5)]
    seen, query = [], "?state=unfinished"
    while query:
        seen.append(shown(admin_client, query))
        older = re.search(r'load-more" href="/admin/jobs([^"]+)"', admin_client.get(f"/admin/jobs{query}").text)
        query = older[1].replace("&amp;", "&") if older else ""
        assert not query or "state=unfinished" in query
    assert seen == [made[:2], made[2:4], made[4:]]


@pytest.mark.parametrize(
    "query", ["?state=sideways", "?kind=x&model=y&error=z", "?after=!!!", "?q=%00", "?person=%00&q=" + "x" * 3000]
)
def test_nonsense_in_the_address_is_no_fault(admin_client: FlaskClient, user: User, query: str) -> None:
    factories.generation(user)
    assert admin_client.get(f"/admin/jobs{query}").status_code == 200


def test_however_many_there_are_a_page_takes_as_many_queries_and_two_for_jobs(
    session: Session, user: User, admin_client: FlaskClient, count_queries: Callable[[], Any]
) -> None:
    factories.give(session, user, 100)
    counts, of_jobs = [], []
    for more in (1, 20):
        for _ in range(more):
            factories.generation(user, count=1)
        with count_queries() as seen:
            admin_client.get("/admin/jobs")
        counts.append(len(seen))
        of_jobs.append(sum("procrastinate_jobs" in statement for statement in seen))
    assert counts[0] == counts[1]
    assert of_jobs == [2, 2]


def test_stuck_jobs_are_told_of_and_listed(
    session: Session, user: User, admin_client: FlaskClient, now: datetime
) -> None:
    assert "Nothing is stuck" in admin_client.get("/admin/jobs?state=stuck").text
    job = factories.generation(user, at=now - timedelta(hours=1))
    assert "1 job is stuck." in plain(admin_client.get("/admin/jobs").text)
    page = plain(admin_client.get("/admin/jobs?state=stuck").text)
    assert str(job.uuid)[:8] in page
    assert "The clock wakes such jobs by itself" in page
    assert "due, and no step was made" in page


def test_a_jobs_page_tells_its_times_attempts_credits_and_media(
    session: Session, user: User, admin_client: FlaskClient, now: datetime
) -> None:
    job = factories.generation(user, at=now)
    turns.begin(session, job, now, job_id="pred-42")
    media = factories.MediaFactory(generation_id=job.id, user_id=user.id)
    turns.end(session, job, now, GenerationStatus.SUCCEEDED, error_code=None)
    session.commit()
    page = plain(admin_client.get(f"/admin/jobs/{job.uuid}").text)
    for words in (
        "Asked for, by the pages",
        "Attempt 1: garden asked",
        "Attempt 1: taken as pred-42",
        "Attempt 1: over",
        "Set aside −1",
        "Charged −1",
        str(media.uuid),
        "It has ended: no worker takes it any more.",
    ):
        assert words in page, words


def test_the_lease_is_told_in_words(session: Session, user: User, admin_client: FlaskClient, now: datetime) -> None:
    job = factories.generation(user, at=now)

    def lease() -> str:
        session.commit()
        return admin_client.get(f"/admin/jobs/{job.uuid}").text

    assert "No worker is at it just now." in lease()
    job.lease_until = now + timedelta(minutes=5)
    assert "A worker is at it" in lease()
    job.lease_until = now - timedelta(minutes=5)
    assert "was not heard of since" in lease()


def test_what_does_not_fit_the_state_is_not_offered(
    session: Session, user: User, admin_client: FlaskClient, now: datetime
) -> None:
    queued, failed, done = factories.generation(user), factories.generation(user), delivered(session, user)
    turns.end(session, failed, now)
    session.commit()
    offered = {
        job.uuid: set(re.findall(r'<details class="act" id="(\w+)"', admin_client.get(f"/admin/jobs/{job.uuid}").text))
        for job in (queued, failed, done)
    }
    assert list(offered.values()) == [{"wake", "cancel"}, {"again"}, {"refund"}]


@pytest.mark.parametrize("act", ["cancel", "wake", "run-again", "refund"])
def test_what_does_not_fit_any_more_is_refused_in_words_and_keeps_the_reason(
    session: Session, user: User, admin_client: FlaskClient, act: str
) -> None:
    job = delivered(session, user)
    if act == "refund":
        assert admin_client.post(f"/admin/jobs/{job.uuid}/refund", data=WHY).status_code == 303
    answer = admin_client.post(f"/admin/jobs/{job.uuid}/{act}", data={"reason": "my <reason>", "request_key": "two"})
    assert answer.status_code == 409
    assert "my &lt;reason&gt;" in answer.text
    assert re.search(r'role="alert">(It has succeeded|Only what failed|Its credits were given back)', answer.text)


def test_an_act_is_said_and_a_second_click_is_the_same_act(
    session: Session, user: User, admin_client: FlaskClient
) -> None:
    job = delivered(session, user)
    for _ in range(2):
        answer = admin_client.post(f"/admin/jobs/{job.uuid}/refund", data=WHY)
        assert (answer.status_code, answer.location) == (303, f"/admin/jobs/{job.uuid}")
    page = plain(admin_client.get(answer.location).text)
    assert "1 credit given back." in page
    assert "Refunded a job" in page
    assert session.scalar(select(func.count(AuditEntry.id)).where(AuditEntry.action == "job.refund")) == 1
    given = select(func.count()).where(CreditEntry.reference == job.hold_reference, CreditEntry.kind == "grant")
    assert session.scalar(given) == 1


def test_its_owner_reads_that_it_was_refunded(
    session: Session, user: User, admin_client: FlaskClient, signed_in_client: FlaskClient
) -> None:
    job = delivered(session, user)
    admin_client.post(f"/admin/jobs/{job.uuid}/refund", data=WHY)
    assert "Refunded" in signed_in_client.get("/credits").text
    assert "a test" not in signed_in_client.get("/credits").text
    assert "1 credit, refunded" in plain(signed_in_client.get("/create").text)


def test_a_failed_one_and_the_one_that_runs_it_again_lead_to_one_another(
    session: Session, user: User, admin_client: FlaskClient, now: datetime
) -> None:
    job = factories.generation(user, at=now)
    turns.end(session, job, now)
    session.commit()
    assert admin_client.post(f"/admin/jobs/{job.uuid}/run-again", data=WHY).status_code == 303
    made = session.scalars(select(Generation).where(Generation.again_of == job.id)).one()
    assert f'href="/admin/jobs/{made.uuid}"' in admin_client.get(f"/admin/jobs/{job.uuid}").text
    assert f'href="/admin/jobs/{job.uuid}"' in admin_client.get(f"/admin/jobs/{made.uuid}").text
    assert factories.balance(session, user.id).available == 5


def test_what_ran_at_our_cost_is_not_refunded_and_its_owner_reads_that_nothing_was_charged(
    session: Session, user: User, admin_client: FlaskClient, signed_in_client: FlaskClient, now: datetime
) -> None:
    job = factories.generation(user, count=4, at=now)
    turns.end(session, job, now)
    session.commit()
    admin_client.post(f"/admin/jobs/{job.uuid}/run-again", data=WHY)
    made = session.scalars(select(Generation).where(Generation.again_of == job.id)).one()
    factories.MediaFactory(generation_id=made.id, user_id=user.id)
    turns.end(session, made, now, GenerationStatus.SUCCEEDED, error_code=None)
    session.commit()
    assert 'id="refund"' not in admin_client.get(f"/admin/jobs/{made.uuid}").text
    answer = admin_client.post(f"/admin/jobs/{made.uuid}/refund", data=WHY | {"request_key": "two"})
    assert (answer.status_code, "its owner paid nothing" in answer.text) == (409, True)
    assert "Taken back: it was at our cost" in signed_in_client.get("/credits").text
    assert plain(signed_in_client.get("/create").text).count("Not charged") == 2


def test_support_does_nothing_to_jobs_of_the_staff(
    session: Session, signed_in: Callable[[User], FlaskClient], admin: User
) -> None:
    support = factories.person(session, role=Role.SUPPORT)
    client = signed_in(support)
    for owner in (admin, support):
        job = factories.generation(owner)
        assert 'class="act"' not in client.get(f"/admin/jobs/{job.uuid}").text
        assert client.post(f"/admin/jobs/{job.uuid}/cancel", data=WHY).status_code == 403
    theirs = factories.generation(factories.person(session))
    assert client.post(f"/admin/jobs/{theirs.uuid}/cancel", data=WHY | {"request_key": "two"}).status_code == 303


def test_a_job_that_does_not_exist_is_not_found(admin_client: FlaskClient) -> None:
    assert admin_client.get(f"/admin/jobs/{uuid4()}").status_code == 404
    assert admin_client.get("/admin/jobs/x").status_code == 404
    for act in ("cancel", "wake", "run-again", "refund"):
        assert admin_client.post(f"/admin/jobs/{uuid4()}/{act}", data=WHY).status_code == 404


def test_models_are_listed_with_their_health_those_in_trouble_first(
    session: Session, admin_client: FlaskClient, now: datetime
) -> None:
    model_switch.stop(session, model="sdxl", actor_id=None, reason="x", now=now)
    for n in range(5):
        at = now + timedelta(seconds=n)
        model_health.record_failure(session, model="flux-dev", error_code="timed_out", begun_at=at, now=at)
    session.commit()
    page = plain(admin_client.get("/admin/jobs/models").text)
    rows = [page.index(words) for words in (" sdxl Stopped 0", " flux-dev Resting until", " garden Runs 0")]
    assert rows == sorted(rows)
    assert "This took too long, so we stopped it." in page
    assert "by the catalogue" in page


def test_a_model_is_stopped_and_started_and_people_see_it(
    session: Session, user: User, admin_client: FlaskClient, signed_in_client: FlaskClient
) -> None:
    assert admin_client.post("/admin/jobs/models/garden/stop", data=WHY).status_code == 303
    assert "Resting" in signed_in_client.get("/create").text
    again = admin_client.post("/admin/jobs/models/garden/stop", data=WHY | {"request_key": "two"})
    assert (again.status_code, "It is stopped already." in again.text) == (409, True)
    assert admin_client.post("/admin/jobs/models/garden/start", data=WHY | {"request_key": "3"}).status_code == 303
    assert "Resting" not in signed_in_client.get("/create").text
    assert admin_client.post("/admin/jobs/models/nobody/stop", data=WHY).status_code == 404


def test_the_queue_is_told_as_it_is_and_as_it_was(
    session: Session, user: User, admin_client: FlaskClient, now: datetime
) -> None:
    assert "Nothing was noted in this time" in admin_client.get("/admin/jobs/queue").text
    factories.generation(user, at=now - timedelta(minutes=1))
    # Both notes may fall into one stretch, which tells the most of them.
    session.add(QueueSample(at=now - timedelta(minutes=5), waiting=1234, under_way=5, longest_wait_seconds=655))
    queue_samples.take(session, now=now)
    session.commit()
    for span in ("hour", "day", "week", "sideways"):
        page = admin_client.get(f"/admin/jobs/queue?span={span}").text
        assert "Waiting 1,234, Under way 5" in page
        assert "10 min 55 s" in page
        assert "not known" in page
    assert "Waiting 1 Under way 0 Longest wait 1 min" in plain(page)


def test_the_present_is_asked_for_alone(admin_client: FlaskClient, count_queries: Callable[[], Any]) -> None:
    part = admin_client.get("/admin/jobs/queue", headers={"HX-Request": "true"}).text
    assert part.startswith("<dl")
    assert "<html" not in part


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59.4, "59 s"), (59.6, "1 min"), (125, "2 min 5 s"), (3600, "1 h"), (3_780, "1 h 3 min")],
)
def test_a_wait_is_written_as_people_say_it(seconds: float, words: str) -> None:
    assert wait_words(seconds) == words


MANY_PEOPLE = text(
    "INSERT INTO users (email, username, password_hash, role, status, session_version, created_at) "
    "SELECT 'p' || n || '@example.com', 'p', '!', 'member', 'active', 1, now() FROM generate_series(1, 1000) n "
    "RETURNING id"
)


@pytest.fixture
def many(session: Session, now: datetime) -> None:
    """A table of many jobs, few of which are of each rare kind."""
    people = session.scalars(MANY_PEOPLE).all()
    price = session.scalars(select(ModelPrice.id).limit(1)).one()
    rows = []
    for n in range(MANY):
        is_rare = n % 4000 == 17
        status = GenerationStatus.FAILED if n % 500 == 3 else GenerationStatus.SUCCEEDED
        at = now - timedelta(minutes=n)
        rows.append(
            {
                "uuid": uuid4(),
                "user_id": people[n % len(people)],
                "kind": GenerationKind.VIDEO if is_rare else GenerationKind.IMAGE,
                "prompt": "",
                "style": "none",
                "color": "none",
                "model": "wan-2.2-fast" if is_rare else "garden",
                "params": {},
                "price_id": price,
                "price": 0,
                "charged": 0,
                "status": status,
                "error_code": "timed_out" if n % 4000 == 3 else None,
                "request_key": str(n),
                "request_hash": "",
                "via": Via.WEB,
                "created_at": at,
                "finished_at": at,
            }
        )
    session.execute(insert(Generation), rows)
    session.execute(text("ANALYZE generations, users"))


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (Wanted(), "ix_generations_created_at"),
        (Wanted(group=Group.FAILED), "ix_generations_ended_badly"),
        (Wanted(group=Group.UNFINISHED), "ix_generations_unfinished"),
        (Wanted(group=Group.STUCK), "ix_generations_unfinished"),
        (Wanted(model="wan-2.2-fast"), "ix_generations_model_created_at_id"),
        (Wanted(kind=GenerationKind.VIDEO), "ix_generations_kind_created_at_id"),
        (Wanted(error_code="timed_out"), "ix_generations_error_code_created_at_id"),
        (Wanted(name="pred-42"), "generations_pkey|pk_generations"),
        (Wanted(name=str(uuid4())), "uq_generations_uuid"),
        (Wanted(name="0123abcd"), "uq_generations_uuid"),
        (Wanted(person="somebody@example.com"), "(ix|uq)_generations_user_id"),
    ],
)
def test_no_search_reads_the_whole_table(
    session: Session, many: None, now: datetime, wanted: Wanted, index: str
) -> None:
    query = (
        select(Generation.id)
        .where(*jobs.conditions(wanted, now))
        .order_by(Generation.created_at.desc(), Generation.id.desc())
        .limit(51)
    )
    statement = query.compile(session.connection(), compile_kwargs={"render_postcompile": True})
    explained = session.connection().exec_driver_sql(f"EXPLAIN {statement}", statement.construct_params())
    plan = "\n".join(row[0] for row in explained)
    assert "Seq Scan on generations" not in plan, plan
    assert re.search(index, plan), plan
