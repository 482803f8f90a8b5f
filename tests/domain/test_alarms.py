"""What only an operator can put right."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from imagegarden.domain import accounts, alarms
from imagegarden.models import Role, UserStatus
from imagegarden.worker.mails import mail_alarm
from tests import factories, turns
from tests.fakes.mailer import KeptMail

CODE = "provider_unpaid"


def sound(session: Session, at: datetime, code: str = CODE, detail: str = "Buy credit there.") -> None:
    alarms.raise_alarm(session, code=code, detail=detail, now=at)
    session.commit()


def test_an_alarm_is_mailed_once_an_hour_however_often_it_sounds(session: Session, now: datetime) -> None:
    for minutes in range(0, 60, 5):
        sound(session, now + timedelta(minutes=minutes))
    assert turns.jobs(session, alarms.TASK) == [{"code": CODE}]
    assert session.get_one(alarms.Alarm, CODE).mailed_at == now


def test_after_an_hour_it_is_mailed_again(session: Session, now: datetime) -> None:
    sound(session, now)
    sound(session, now + timedelta(hours=1))
    assert session.get_one(alarms.Alarm, CODE).mailed_at == now + timedelta(hours=1)


def test_each_kind_of_alarm_has_an_hour_of_its_own(session: Session, now: datetime) -> None:
    sound(session, now)
    sound(session, now, code="provider_unauthorized")
    assert [job["code"] for job in turns.jobs(session, alarms.TASK)] == [CODE, "provider_unauthorized"]


def test_the_newest_word_is_kept(session: Session, now: datetime) -> None:
    sound(session, now)
    sound(session, now + timedelta(minutes=5), detail="Buy much credit there.")
    session.expire_all()
    alarm = alarms.get_alarm(session, code=CODE)
    assert alarm is not None
    assert (alarm.detail, alarm.raised_at) == ("Buy much credit there.", now + timedelta(minutes=5))


def test_every_alarm_is_logged(session: Session, now: datetime, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3):
        sound(session, now)
    assert [record.levelname for record in caplog.records if record.message == "alarm"] == ["CRITICAL"] * 3


def test_every_administrator_gets_the_mail_and_nobody_else(
    session: Session, now: datetime, kept_mail: KeptMail
) -> None:
    for name in ("ada", "grace"):
        factories.person(session, email=f"{name}@example.com", role=Role.ADMIN)
    gone = factories.person(session, email="gone@example.com", role=Role.ADMIN)
    factories.person(session, email="member@example.com")
    accounts.set_status(session, user_id=gone.id, status=UserStatus.SUSPENDED, actor_id=None, reason="left", now=now)
    sound(session, now)
    mail_alarm(CODE)
    assert sorted(letter.recipient for letter in kept_mail.letters) == ["ada@example.com", "grace@example.com"]
    for letter in kept_mail.letters:
        assert letter.subject == "Image Garden needs you"
        assert "Buy credit there." in letter.text
        assert "Buy credit there." in letter.html


def test_an_alarm_that_nobody_raised_is_mailed_to_nobody(session: Session, kept_mail: KeptMail) -> None:
    factories.person(session, role=Role.ADMIN)
    session.commit()
    mail_alarm(CODE)
    assert kept_mail.letters == []
