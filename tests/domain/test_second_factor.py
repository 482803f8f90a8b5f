"""The second factor: when a code is right, how often it is, and how one gets along without it."""

from datetime import datetime, timedelta

import pyotp
import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from imagegarden.domain import accounts, factor_changes, recovery_codes, sealing, second_factor
from imagegarden.domain.errors import Conflict, NotAllowed, TooManyTries
from imagegarden.domain.factor_tries import FIRST_WAIT, MAX_TRIES
from imagegarden.models import AuditEntry, RecoveryCode, SecondFactor, User
from tests import factories

KEYS = [b"the key of today"]
STEP = timedelta(seconds=30)


@pytest.fixture
def secret(session: Session, user: User, now: datetime) -> str:
    return factories.with_second_factor(session, user, KEYS, at=now - timedelta(hours=1))


def check(session: Session, user: User, code: str, now: datetime, keys: list[bytes] = KEYS) -> bool:
    return second_factor.check(session, user_id=user.id, code=code, keys=keys, now=now).is_right


def letters(session: Session) -> list[str]:
    asked = text("SELECT args->>'notice' FROM procrastinate_jobs WHERE task_name = 'mail_security_notice' ORDER BY id")
    return list(session.scalars(asked))


def test_it_is_turned_on_by_a_right_code_alone(session: Session, user: User, now: datetime) -> None:
    secret = second_factor.draw()
    wrong = pyotp.TOTP(secret).at(now - timedelta(hours=2))
    for code in (wrong, "", "x", "１２３４５６"):
        assert factor_changes.turn_on(session, user_id=user.id, secret=secret, code=code, keys=KEYS, now=now) is None
    assert not second_factor.is_on(session, user_id=user.id)
    right = pyotp.TOTP(secret).at(now)
    codes = factor_changes.turn_on(session, user_id=user.id, secret=secret, code=right, keys=KEYS, now=now)
    assert codes is not None
    assert len(set(codes)) == 10
    assert second_factor.is_on(session, user_id=user.id)
    assert letters(session) == ["second_factor_on"]


def test_it_is_turned_on_once(session: Session, user: User, secret: str, now: datetime) -> None:
    other = second_factor.draw()
    with pytest.raises(Conflict):
        factor_changes.turn_on(
            session, user_id=user.id, secret=other, code=pyotp.TOTP(other).at(now), keys=KEYS, now=now
        )


def test_neither_the_secret_nor_a_recovery_code_can_be_read_in_the_database(
    session: Session, user: User, now: datetime
) -> None:
    secret = second_factor.draw()
    codes = factor_changes.turn_on(
        session, user_id=user.id, secret=secret, code=pyotp.TOTP(secret).at(now), keys=KEYS, now=now
    )
    assert codes is not None
    session.flush()
    kept = str(session.execute(text("SELECT * FROM second_factors")).all()) + str(
        session.execute(text("SELECT * FROM recovery_codes")).all()
    )
    assert secret not in kept
    assert not any(code in kept or code.replace("-", "") in kept for code in codes)


def test_a_code_is_accepted_once(session: Session, user: User, secret: str, now: datetime) -> None:
    code = pyotp.TOTP(secret).at(now)
    assert check(session, user, code, now)
    assert not check(session, user, code, now)
    assert not check(session, user, code, now + STEP)


@pytest.mark.parametrize(("steps", "is_right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_wrong_by_one_step(
    session: Session, user: User, secret: str, now: datetime, steps: int, is_right: bool
) -> None:
    assert check(session, user, pyotp.TOTP(secret).at(now + steps * STEP), now) is is_right


def test_after_a_later_code_an_earlier_one_is_refused(session: Session, user: User, secret: str, now: datetime) -> None:
    assert check(session, user, pyotp.TOTP(secret).at(now), now)
    assert not check(session, user, pyotp.TOTP(secret).at(now - STEP), now)


def test_the_code_of_the_setting_up_is_not_accepted_again(session: Session, user: User, now: datetime) -> None:
    secret = factories.with_second_factor(session, user, KEYS, at=now)
    assert not check(session, user, pyotp.TOTP(secret).at(now), now)


def test_after_five_wrong_codes_the_right_one_is_not_looked_at_for_a_quarter_of_an_hour(
    session: Session, user: User, secret: str, now: datetime
) -> None:
    left = [
        second_factor.check(session, user_id=user.id, code="000000", keys=KEYS, now=now).tries_left
        for _ in range(MAX_TRIES)
    ]
    assert left == [4, 3, 2, 1, 0]
    with pytest.raises(TooManyTries) as refused:
        check(session, user, pyotp.TOTP(secret).at(now), now)
    assert refused.value.retry_after == FIRST_WAIT.total_seconds()
    later = now + FIRST_WAIT
    assert check(session, user, pyotp.TOTP(secret).at(later), later)


def test_a_right_code_gives_all_tries_back(session: Session, user: User, secret: str, now: datetime) -> None:
    for _ in range(MAX_TRIES - 1):
        check(session, user, "000000", now)
    assert check(session, user, pyotp.TOTP(secret).at(now), now)
    assert second_factor.check(session, user_id=user.id, code="000000", keys=KEYS, now=now).tries_left == 4


def test_a_recovery_code_is_good_once_however_it_is_typed(
    session: Session, user: User, secret: str, now: datetime
) -> None:
    first, second, *_ = recovery_codes.renew(session, user_id=user.id, now=now)
    assert check(session, user, f" {first.upper().replace('-', ' ')} ", now)
    assert not check(session, user, first, now)
    assert check(session, user, second, now)
    assert recovery_codes.count_left(session, user_id=user.id) == 8
    assert letters(session)[1:] == ["recovery_code_used"] * 2


def test_a_recovery_code_of_somebody_else_is_refused(session: Session, user: User, secret: str, now: datetime) -> None:
    other = factories.person(session)
    code, *_ = recovery_codes.renew(session, user_id=other.id, now=now)
    assert not check(session, user, code, now)


def test_new_recovery_codes_take_the_place_of_the_earlier_ones(
    session: Session, user: User, secret: str, now: datetime
) -> None:
    earlier = recovery_codes.renew(session, user_id=user.id, now=now)
    verdict, later = factor_changes.renew_recovery_codes(session, user_id=user.id, code=earlier[1], keys=KEYS, now=now)
    assert verdict.is_right
    assert not set(earlier) & set(later)
    assert not check(session, user, earlier[0], now)
    assert check(session, user, later[0], now)
    assert "recovery_codes_made" in letters(session)


def test_who_shows_no_right_code_gets_no_recovery_codes_and_uses_up_a_try(
    session: Session, user: User, secret: str, now: datetime
) -> None:
    earlier = recovery_codes.renew(session, user_id=user.id, now=now)
    wrong = {"code": "000000", "keys": KEYS, "now": now}
    verdict, codes = factor_changes.renew_recovery_codes(session, user_id=user.id, **wrong)  # type: ignore[arg-type]
    assert (verdict.is_right, verdict.tries_left, codes) == (False, MAX_TRIES - 1, [])
    assert check(session, user, earlier[0], now)
    assert "recovery_codes_made" not in letters(session)


def test_without_a_second_factor_there_are_no_codes(session: Session, user: User, now: datetime) -> None:
    with pytest.raises(Conflict):
        factor_changes.renew_recovery_codes(session, user_id=user.id, code="000000", keys=KEYS, now=now)
    with pytest.raises(Conflict):
        check(session, user, "000000", now)


def test_it_is_turned_off_by_a_right_code_alone(session: Session, user: User, secret: str, now: datetime) -> None:
    assert not factor_changes.turn_off(session, user_id=user.id, code="000000", keys=KEYS, now=now).is_right
    assert second_factor.is_on(session, user_id=user.id)
    code = pyotp.TOTP(secret).at(now)
    assert factor_changes.turn_off(session, user_id=user.id, code=code, keys=KEYS, now=now).is_right
    assert not second_factor.is_on(session, user_id=user.id)
    assert session.scalars(select(RecoveryCode)).all() == []
    assert letters(session)[-1] == "second_factor_off"


def test_the_staff_takes_it_away_once_with_a_reason(session: Session, user: User, secret: str, now: datetime) -> None:
    why = {"actor_id": None, "reason": "lost the phone", "request_key": "one", "now": now}
    for _ in range(2):
        factor_changes.reset(session, user_id=user.id, **why)  # type: ignore[arg-type]
    assert not second_factor.is_on(session, user_id=user.id)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.actor_id.is_(None))).one()
    assert (entry.action, entry.subject_id, entry.reason) == (
        "user.reset_second_factor",
        user.id,
        "lost the phone",
    )
    assert letters(session)[-1] == "second_factor_reset"
    with pytest.raises(Conflict):
        factor_changes.reset(session, user_id=user.id, actor_id=None, reason="again", request_key="two", now=now)


def test_nobody_takes_their_own_away_by_what_the_staff_can_do(
    session: Session, user: User, secret: str, now: datetime
) -> None:
    with pytest.raises(NotAllowed, match="Security page"):
        factor_changes.reset(session, user_id=user.id, actor_id=user.id, reason="lost it", now=now)
    assert second_factor.is_on(session, user_id=user.id)


def test_turning_it_on_signs_out_who_came_in_without_it_but_on_the_device_at_hand(
    session: Session, user: User, now: datetime
) -> None:
    here, there = factories.device(session, user), factories.device(session, user)
    secret, version = second_factor.draw(), user.session_version
    right = {"secret": secret, "code": pyotp.TOTP(secret).at(now), "keys": KEYS, "now": now}
    assert factor_changes.turn_on(session, user_id=user.id, device_id=here.id, **right)  # type: ignore[arg-type]
    session.expire_all()
    assert (here.ended_at, there.ended_at) == (None, now)
    assert user.session_version == version + 1


def test_a_key_may_change_while_the_earlier_one_is_among_the_fallbacks(
    session: Session, user: User, secret: str, now: datetime
) -> None:
    assert check(session, user, pyotp.TOTP(secret).at(now), now, keys=[b"the next key", *KEYS])


def test_once_it_is_sealed_anew_the_earlier_key_can_go(
    session: Session, user: User, secret: str, now: datetime
) -> None:
    assert second_factor.seal_anew(session, keys=[b"the next key", *KEYS], limit=10) == 1
    assert second_factor.seal_anew(session, keys=[b"the next key", *KEYS], limit=10) == 0
    session.flush()
    assert check(session, user, pyotp.TOTP(secret).at(now), now, keys=[b"the next key"])


def test_with_its_key_lost_no_code_is_right_and_recovery_codes_still_are(
    session: Session, user: User, secret: str, now: datetime
) -> None:
    code, *_ = recovery_codes.renew(session, user_id=user.id, now=now)
    lost = [b"another key"]
    assert not check(session, user, pyotp.TOTP(secret).at(now), now, keys=lost)
    assert second_factor.seal_anew(session, keys=lost, limit=10) == 0
    assert check(session, user, code, now, keys=lost)


def test_what_is_sealed_opens_with_its_key_and_with_no_other() -> None:
    sealed = sealing.seal("the words", KEYS)
    assert "the words" not in sealed
    assert sealing.unseal(sealed, [b"a newer one", *KEYS]) == "the words"
    with pytest.raises(sealing.Unreadable):
        sealing.unseal(sealed, [b"another"])
    assert sealing.name_of(KEYS[0]) != sealing.name_of(b"another")


def test_the_app_is_told_whose_it_is_and_of_which_site(user: User) -> None:
    address = second_factor.address_for_app("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", email=user.email)
    assert address.startswith("otpauth://totp/Image%20Garden:")
    assert "secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP" in address
    assert "issuer=Image%20Garden" in address


def test_it_goes_with_the_account(session: Session, user: User, secret: str, now: datetime) -> None:
    accounts.delete(session, user_id=user.id, actor_id=None, reason="they asked", now=now)
    session.flush()
    assert session.scalars(select(SecondFactor)).all() == []
