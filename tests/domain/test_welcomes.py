"""Free credits for who is new: once for each mailbox, and not for a whole network at once."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
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


def test_a_line_grows_so_that_no_day_gives_more_than_a_share(session: Session, now: datetime) -> None:
    hour, day = timedelta(hours=1), timedelta(days=1)
    for number in range(30):
        come(session, now + number * hour, f"{number}@example.com")
    given = [welcomes.give_due(session, now=now + days * day + timedelta(hours=30)) for days in range(9)]
    assert sum(given) + 3 == 30
    assert max(given) <= 3
    due = session.scalars(select(Welcome.due_at).order_by(Welcome.due_at)).all()
    assert all(later - first >= day for first, later in zip(due, due[3:], strict=False))


def test_whoever_comes_a_day_after_many_waits_behind_them(session: Session, now: datetime) -> None:
    for number in range(9):
        come(session, now, f"{number}@example.com")
    welcomes.give_due(session, now=now + timedelta(days=1))
    user_id, received = come(session, now + timedelta(days=1, hours=1), "next@example.com")
    waiting = welcomes.find_waiting(session, user_id=user_id)
    assert received == Reception.LATER
    assert waiting is not None
    assert waiting.due_at == now + timedelta(days=3)


def test_the_end_of_a_line_is_found_by_an_index(session: Session) -> None:
    session.execute(text("SET LOCAL enable_seqscan = off"))
    session.execute(text("SET LOCAL enable_sort = off"))
    question = "SELECT due_at FROM welcomes WHERE network = 'x' ORDER BY due_at DESC OFFSET 19 LIMIT 1"
    plan = " ".join(session.scalars(text(f"EXPLAIN {question}")).all())
    assert "ix_welcomes_network_due_at" in plan
    assert "Sort" not in plan


def test_another_network_does_not_wait_for_this_one(session: Session, now: datetime) -> None:
    for number in range(3):
        come(session, now, f"first-{number}@example.com")
    assert come(session, now, "far@example.com", network="198.51.100.0/24")[1] == Reception.GIVEN


def test_who_was_suspended_meanwhile_waits_for_the_credits_until_that_ends(session: Session, now: datetime) -> None:
    come(session, now, "first@example.com", most=1)
    user_id, _ = come(session, now, "late@example.com", most=1)
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


def seal(session: Session, now: datetime, limit: int = 10) -> int:
    sealed = welcomes.seal_mailboxes(session, keys=[KEY], now=now, limit=limit)
    session.commit()
    return sealed


def test_a_mailbox_whose_account_was_there_before_gets_no_credits_again(session: Session, now: datetime) -> None:
    before = factories.person(session, email="ada@gmail.com")
    balance = factories.balance(session, before.id).available
    assert seal(session, now) == 1
    assert come(session, now, "a.da+1@gmail.com")[1] == Reception.HAD_BEFORE
    assert welcomes.find_waiting(session, user_id=before.id) is None
    assert welcomes.give_due(session, now=now + timedelta(days=2)) == 0
    assert factories.balance(session, before.id).available == balance
    assert ledger.check(session) == []


def test_accounts_of_before_are_sealed_a_number_at_a_time_and_once(session: Session, now: datetime) -> None:
    for number in range(4):
        factories.person(session, email=f"{number}@example.com")
    # Two of one mailbox, and one that is gone.
    factories.person(session, email="0+again@example.com")
    gone = factories.person(session)
    accounts.delete(session, user_id=gone.id, actor_id=None, reason="asked for", now=now)
    assert [seal(session, now, limit=4) for _ in range(3)] == [4, 2, 0]
    assert len(session.scalars(select(Welcome)).all()) == 4


def test_whoever_was_received_is_not_gone_through_again(session: Session, now: datetime) -> None:
    come(session, now, "ada@example.com")
    come(session, now, "ada+2@example.com")
    assert seal(session, now) == 0


def test_an_account_that_the_release_before_received_keeps_its_own(session: Session, now: datetime) -> None:
    user_id, _ = come(session, now, "ada@example.com", keys=(b"an earlier key",))
    session.execute(text("UPDATE users SET mailbox_sealed = false"))
    assert seal(session, now) == 1
    kept = session.scalars(select(Welcome)).one()
    assert (kept.user_id, kept.amount) == (user_id, 5)


def test_accounts_without_a_seal_are_found_by_an_index(session: Session) -> None:
    for _ in range(20):
        factories.person(session)
    # As it is once the clock has done its work.
    session.execute(text("UPDATE users SET mailbox_sealed = true"))
    session.execute(text("ANALYZE users"))
    session.execute(text("SET LOCAL enable_seqscan = off"))
    plan = session.scalars(text("EXPLAIN SELECT id FROM users WHERE NOT mailbox_sealed ORDER BY id LIMIT 5")).all()
    assert "ix_users_unsealed" in " ".join(plan)
