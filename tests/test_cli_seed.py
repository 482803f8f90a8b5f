"""The command that makes up people: plausible, consistent, and never in production."""

import re

from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from imagegarden.clock import now
from imagegarden.db import db
from imagegarden.domain import figures, ledger, plans
from imagegarden.models import (
    ApiKey,
    ApiUsage,
    Board,
    CreditAccount,
    DailyFigure,
    Generation,
    GenerationStatus,
    Media,
    MediaFile,
    Payment,
    Period,
    Role,
    User,
)
from imagegarden.storage import ObjectStore


def run(app: Flask, *args: str) -> Result:
    result: Result = app.test_cli_runner().invoke(args=["seed", *args], catch_exceptions=False)
    return result


def count_of(table: type) -> int:
    return db.session().scalar(select(func.count()).select_from(table)) or 0


def test_three_hundred_people_of_thirty_days_fit_together(own_app: Flask) -> None:
    done = run(own_app, "--users", "300", "--days", "30", "--media", "6")
    assert done.exit_code == 0, done.output
    with own_app.app_context():
        session, moment = db.session(), now()
        assert (count_of(User), count_of(CreditAccount)) == (300, 300)
        assert ledger.check(session) == []
        assert count_of(Generation) > 300
        assert min(count_of(table) for table in (ApiKey, ApiUsage, Payment, Period)) > 0
        statuses = dict(session.execute(select(Generation.status, func.count()).group_by(Generation.status)).all())
        assert set(statuses) == {GenerationStatus.SUCCEEDED, GenerationStatus.FAILED, GenerationStatus.CANCELED}
        assert statuses[GenerationStatus.SUCCEEDED] > statuses[GenerationStatus.FAILED]
        assert session.scalar(select(func.max(Generation.finished_at))) < moment
        born, asked = User.created_at, Generation.created_at
        assert not session.scalar(select(func.count()).select_from(Generation).join(User).where(asked < born))
        ids = session.scalars(select(Generation.id).order_by(Generation.created_at, Generation.id)).all()
        assert list(ids) == sorted(ids)
        paying = session.scalars(select(Period.user_id).where(Period.starts_at <= moment, Period.ends_at > moment))
        assert {plans.tier_of(session, user_id=user, now=moment) for user in paying} == {plans.Tier.PREMIUM}
        assert session.scalars(select(User.role).distinct()).all() == [Role.MEMBER]


def test_it_says_what_it_made_and_whoever_was_made_up_can_log_in(own_app: Flask) -> None:
    done = run(own_app, "--users", "40", "--days", "10", "--media", "5")
    assert re.search(r"^ +40 people$", done.output, re.MULTILINE), done.output
    assert re.search(r"^ +5 pictures$", done.output, re.MULTILINE), done.output
    said = re.search(r"password “(.+)”, such as (\S+)\.$", done.output.strip())
    assert said is not None, done.output
    client = own_app.test_client()
    own_app.config["WTF_CSRF_ENABLED"] = False
    answer = client.post("/login", data={"email": said[2], "password": said[1]})
    assert answer.status_code == 303, answer.text
    for path in ("/create", "/gallery", "/billing", "/credits", "/usage"):
        assert client.get(path).status_code in (200, 404), path


def test_each_picture_has_files_of_its_own(own_app: Flask) -> None:
    run(own_app, "--users", "40", "--days", "10", "--media", "5")
    with own_app.app_context():
        session = db.session()
        assert count_of(Media) == 5
        store: ObjectStore = own_app.extensions["adapters"].store
        owners: dict[str, int] = {}
        for file in session.scalars(select(MediaFile)):
            assert len(store.read_whole(file.key, size=file.bytes)) == file.bytes
            assert owners.setdefault(file.key, file.media_id) == file.media_id


def test_its_days_are_counted_also_those_that_were_counted_before(own_app: Flask) -> None:
    with own_app.app_context():
        yesterday = now().date().toordinal() - 1
        day = now().date().fromordinal(yesterday)
        figures.roll_up(db.session(), day, now=now())
        db.session().commit()
    run(own_app, "--users", "200", "--days", "5")
    with own_app.app_context():
        sign_ups = select(func.sum(DailyFigure.value)).where(DailyFigure.name == "sign_ups")
        today = select(func.count()).where(User.created_at >= func.date_trunc("day", now()))
        assert db.session().scalar(sign_ups) + db.session().scalar(today) == 200
        assert db.session().scalar(sign_ups.where(DailyFigure.day == day))


def test_a_second_time_makes_more_people(own_app: Flask) -> None:
    for _ in range(2):
        done = run(own_app, "--users", "5", "--days", "2")
        assert done.exit_code == 0, done.output
    with own_app.app_context():
        assert count_of(User) == 10


def test_one_person_has_a_gallery_built_upon_fifty_pictures(own_app: Flask) -> None:
    done = run(own_app, "--users", "3", "--days", "9", "--gallery", "300")
    assert re.search(r"^ +300 pictures of ", done.output, re.MULTILINE), done.output
    with own_app.app_context():
        session = db.session()
        assert (count_of(Media), count_of(MediaFile), count_of(Board)) == (300, 900, 4)
        assert session.scalar(select(func.count(Media.user_id.distinct()))) == 1
        assert session.scalar(select(func.count(Media.sha256.distinct()))) == 50
        assert ledger.check(session) == []
        moments = session.scalars(select(Media.created_at).order_by(Media.id)).all()
        assert list(moments) == sorted(moments)


def test_in_production_nothing_is_made_up(own_app: Flask) -> None:
    settings = own_app.extensions["settings"]
    own_app.extensions["settings"] = settings.model_copy(update={"app_env": "production"})
    done = run(own_app, "--users", "5", "--days", "2")
    assert done.exit_code == 1
    assert "real people" in done.output
    with own_app.app_context():
        assert count_of(User) == 0
