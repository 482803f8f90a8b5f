"""Free credits for who is new: once for each mailbox, and not for a whole network at once."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from imagegarden.domain import accounts, ledger, welcomes
from imagegarden.domain.errors import InvalidRequest
from imagegarden.domain.mailboxes import mailbox_of, require_kept
from imagegarden.domain.welcomes import Reception
from imagegarden.models import UserStatus, Welcome
from tests import factories

KEY = b"a key for tests"
HERE = "203.0.113.0/24"


def come(
    session: Session,
    now: datetime,
    email: str,
    *,
    network: str | None = HERE,
    most: int = 3,
    keys: tuple[bytes, ...] = (KEY,),
) -> tuple[int, Reception]:
    """Somebody new: their id, and how they were received."""
    user = factories.person(session, email=email, sign_up_credits=0)
    received = welcomes.receive(session, user=user, amount=5, network=network, most_of_network=most, keys=keys, now=now)
    session.commit()
    return user.id, received


@pytest.mark.parametrize(
    ("email", "mailbox"),
    [
        ("ada@example.com", "ada@example.com"),
        ("Ada+pond@Example.com", "ada@example.com"),
        ("a.d.a+1@gmail.com", "ada@gmail.com"),
        ("ada@googlemail.com", "ada@gmail.com"),
        ("a.d.a@example.com", "a.d.a@example.com"),
        ("ada-shop@yahoo.com", "ada@yahoo.com"),
        ("ada-shop@example.com", "ada-shop@example.com"),
        ("+@example.com", "+@example.com"),
        ("पद्म+कमल@example.com", "पद्म@example.com"),
    ],
)
def test_addresses_that_lead_into_one_mailbox_are_one(email: str, mailbox: str) -> None:
    assert mailbox_of(email) == mailbox


def test_a_new_mailbox_gets_its_credits_at_once(session: Session, now: datetime) -> None:
    user_id, received = come(session, now, "ada@example.com")
    assert received == Reception.GIVEN
    assert factories.balance(session, user_id).available == 5


@pytest.mark.parametrize("second", ["a.da+second@gmail.com", "ada@googlemail.com"])
def test_a_mailbox_gets_its_credits_once_however_it_is_spelled(session: Session, now: datetime, second: str) -> None:
    come(session, now, "ada@gmail.com")
    user_id, received = come(session, now, second)
    assert received == Reception.HAD_BEFORE
    assert factories.balance(session, user_id).available == 0


def test_whoever_deletes_their_account_and_comes_again_gets_none(session: Session, now: datetime) -> None:
    user_id, _ = come(session, now, "ada@example.com")
    accounts.delete(session, user_id=user_id, actor_id=None, reason="asked for", now=now)
    session.commit()
    assert come(session, now, "ada@example.com")[1] == Reception.HAD_BEFORE


def test_a_mailbox_is_known_again_after_the_key_has_changed(session: Session, now: datetime) -> None:
    come(session, now, "ada@example.com")
    assert come(session, now, "ada+2@example.com", keys=(b"a new key", KEY))[1] == Reception.HAD_BEFORE


def test_no_address_stands_in_what_is_kept_of_a_mailbox(session: Session, now: datetime) -> None:
    come(session, now, "ada@example.com")
    kept = session.scalars(select(Welcome)).one()
    assert "ada" not in kept.mailbox_seal


def test_when_a_network_had_its_share_of_a_day_credits_come_a_day_later_and_once(
    session: Session, now: datetime
) -> None:
    for number in range(3):
        assert come(session, now, f"first-{number}@example.com")[1] == Reception.GIVEN
    late, received = come(session, now, "late@example.com")
    assert received == Reception.LATER
    waiting = welcomes.find_waiting(session, user_id=late)
    assert waiting is not None
    assert (waiting.amount, waiting.due_at) == (5, now + timedelta(days=1))
    assert welcomes.give_due(session, now=now + timedelta(hours=23)) == 0
    assert welcomes.give_due(session, now=now + timedelta(days=1)) == 1
    assert welcomes.give_due(session, now=now + timedelta(days=1)) == 0
    assert factories.balance(session, late, at=now + timedelta(days=1)).available == 5
    assert welcomes.find_waiting(session, user_id=late) is None
    assert ledger.check(session) == []


def test_the_day_after_a_network_has_its_share_again(session: Session, now: datetime) -> None:
    for number in range(3):
        come(session, now, f"first-{number}@example.com")
    assert come(session, now + timedelta(days=1, seconds=1), "next@example.com")[1] == Reception.GIVEN


def test_another_network_does_not_wait_for_this_one(session: Session, now: datetime) -> None:
    for number in range(3):
        come(session, now, f"first-{number}@example.com")
    assert come(session, now, "far@example.com", network="198.51.100.0/24")[1] == Reception.GIVEN


def test_who_was_suspended_meanwhile_waits_for_the_credits_until_that_ends(session: Session, now: datetime) -> None:
    user_id, _ = come(session, now, "late@example.com", most=0)
    later = now + timedelta(days=2)
    for status, given in ((UserStatus.SUSPENDED, 0), (UserStatus.ACTIVE, 1)):
        accounts.set_status(session, user_id=user_id, status=status, actor_id=None, reason="a look", now=later)
        assert welcomes.give_due(session, now=later) == given


def test_from_where_an_account_was_made_is_forgotten_after_a_month(session: Session, now: datetime) -> None:
    come(session, now, "ada@example.com")
    welcomes.forget_networks(session, now=now + timedelta(days=29))
    kept = session.scalars(select(Welcome)).one()
    assert kept.network == HERE
    welcomes.forget_networks(session, now=now + timedelta(days=31))
    session.refresh(kept)
    assert kept.network is None


@pytest.mark.parametrize("email", ["x@mailinator.com", "x@a.mailinator.com", "x@MAILINATOR.com"])
def test_a_mailbox_that_is_thrown_away_is_not_taken(email: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        require_kept(email)
    assert "thrown away" in refusal.value.fields["email"]


@pytest.mark.parametrize("email", ["x@gmail.com", "x@example.com", "x@notmailinator.com.example", "x@com"])
def test_any_other_mailbox_is_taken(email: str) -> None:
    require_kept(email)


def test_the_operator_may_trust_a_host_that_the_list_names() -> None:
    require_kept("x@mailinator.com", trusted_hosts=frozenset({"mailinator.com"}))
