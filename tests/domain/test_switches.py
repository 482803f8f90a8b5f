"""The rules of how the site is set."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from imagegarden.domain import accounts, audit, invitations, plans, switches
from imagegarden.domain.errors import Conflict, InvalidRequest, NotFound, SignUpsClosed
from imagegarden.domain.plans import Allowance, Tier
from imagegarden.domain.switches import SignUps, Switches
from imagegarden.models import AuditEntry, Invitation, PlanKey, Switch
from tests import factories

GIVEN = {Tier.FREE: Allowance(per_hour=10, at_once=3), Tier.PREMIUM: Allowance(per_hour=120, at_once=12)}
WHY: dict[str, Any] = {"actor_id": None, "reason": "x"}


def acts(session: Session) -> int:
    return session.scalar(select(func.count(AuditEntry.id))) or 0


def test_a_site_that_nobody_set_is_open_to_all_and_says_nothing(session: Session) -> None:
    assert switches.read(session) == Switches()
    assert Switches().within(GIVEN) == GIVEN


def test_what_is_set_is_read_and_written_down(session: Session, now: datetime) -> None:
    switches.close_site(session, words=" We are\n moving. ", now=now, **WHY)
    switches.set_banner(session, words="New: films.", now=now, **WHY)
    switches.set_sign_ups(session, sign_ups=SignUps.INVITE, now=now, **WHY)
    limits = {Tier.FREE: {"per_hour": 4}, Tier.PREMIUM: {"at_once": 30}}
    switches.set_limits(session, limits=limits, given=GIVEN, now=now, **WHY)
    known = switches.read(session)
    assert known == Switches("We are moving.", "New: films.", SignUps.INVITE, limits=limits)
    assert known.within(GIVEN)[Tier.FREE] == Allowance(per_hour=4, at_once=3)
    assert known.within(GIVEN)[Tier.PREMIUM] == Allowance(per_hour=120, at_once=30)
    assert [entry.target for entry in audit.list_entries(session, limit=9)] == [
        "limits: free per_hour 4, premium at_once 30",
        "sign_ups: invite",
        "banner: shown",
        "maintenance: closed",
    ]


def test_what_is_set_back_leaves_no_row(session: Session, now: datetime) -> None:
    switches.close_site(session, words="x", now=now, **WHY)
    switches.open_site(session, now=now, **WHY)
    assert session.scalar(select(func.count()).select_from(Switch)) == 0


def test_what_changes_nothing_is_not_written_down(session: Session, now: datetime) -> None:
    switches.open_site(session, now=now, **WHY)
    switches.set_banner(session, words="  ", now=now, **WHY)
    usual = plans.current(session, PlanKey.FREE, now=now).credits
    switches.set_free_credits(session, amount=usual, now=now, **WHY)
    for _ in range(2):
        switches.set_sign_ups(session, sign_ups=SignUps.CLOSED, now=now, **WHY)
    assert acts(session) == 1


def test_a_closed_site_says_something(session: Session, now: datetime) -> None:
    for words in ("", " \n", "x" * 301):
        with pytest.raises(InvalidRequest) as refused:
            switches.close_site(session, words=words, now=now, **WHY)
        assert list(refused.value.fields) == ["words"]


@pytest.mark.parametrize(
    ("limits", "field"),
    [
        ({Tier.FREE: {"per_hour": 0}}, "free_per_hour"),
        ({Tier.PREMIUM: {"outputs": 5}}, "premium_outputs"),
        ({Tier.FREE: {"per_hour": 121}}, "premium_per_hour"),
        ({Tier.PREMIUM: {"at_once": 2}}, "premium_at_once"),
    ],
)
def test_limits_that_make_no_sense_are_refused_at_their_field(
    session: Session, now: datetime, limits: switches.Limits, field: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        switches.set_limits(session, limits=limits, given=GIVEN, now=now, **WHY)
    assert list(refused.value.fields) == [field]


def test_free_credits_are_for_who_comes_from_now_on(session: Session, now: datetime) -> None:
    switches.set_free_credits(session, amount=9, now=now, **WHY)
    assert plans.current(session, PlanKey.FREE, now=now).credits == 9
    assert plans.current(session, PlanKey.FREE, now=now - timedelta(seconds=1)).credits != 9
    with pytest.raises(InvalidRequest):
        switches.set_free_credits(session, amount=-1, now=now, **WHY)


def invite(session: Session, now: datetime, **more: object) -> tuple[Invitation, str]:
    given: dict[str, Any] = {"note": "the press", "places": 1, "days": 7, "now": now, **WHY, **more}
    return invitations.make(session, **given)


def test_an_open_site_asks_for_no_invitation(session: Session, now: datetime) -> None:
    invitations.require_open(session, sign_ups=SignUps.OPEN, invitation=None, now=now)
    assert invitations.take_place(session, sign_ups=SignUps.OPEN, invitation=None, now=now) is None


def test_an_invitation_lets_as_many_in_as_it_has_places(session: Session, now: datetime) -> None:
    made, token = invite(session, now, places=2)
    for _ in range(2):
        invitations.require_open(session, sign_ups=SignUps.INVITE, invitation=token, now=now)
        assert invitations.take_place(session, sign_ups=SignUps.INVITE, invitation=token, now=now) == made.id
    for refuse in (invitations.require_open, invitations.take_place):
        with pytest.raises(SignUpsClosed, match="it has run out"):
            refuse(session, sign_ups=SignUps.INVITE, invitation=token, now=now)


@pytest.mark.parametrize("token", [None, "", "guess", "приглашение"])
def test_without_a_good_link_nobody_signs_up(session: Session, now: datetime, token: str | None) -> None:
    invite(session, now)
    with pytest.raises(SignUpsClosed):
        invitations.require_open(session, sign_ups=SignUps.INVITE, invitation=token, now=now)


def test_a_revoked_and_an_old_invitation_let_nobody_in(session: Session, now: datetime) -> None:
    made, token = invite(session, now)
    with pytest.raises(SignUpsClosed):
        invitations.require_open(session, sign_ups=SignUps.INVITE, invitation=token, now=now + timedelta(days=7))
    assert invitations.list_good(session, now=now) == [made]
    invitations.revoke(session, invitation_id=made.id, now=now, **WHY)
    with pytest.raises(SignUpsClosed):
        invitations.require_open(session, sign_ups=SignUps.INVITE, invitation=token, now=now)
    assert invitations.list_good(session, now=now) == []
    with pytest.raises(NotFound):
        invitations.revoke(session, invitation_id=made.id, now=now, **WHY)


def test_a_closed_site_takes_no_invitation(session: Session, now: datetime) -> None:
    _, token = invite(session, now)
    with pytest.raises(SignUpsClosed, match="No new accounts"):
        invitations.require_open(session, sign_ups=SignUps.CLOSED, invitation=token, now=now)


def test_a_link_is_kept_as_a_hash_and_made_once(session: Session, now: datetime) -> None:
    _, token = invite(session, now, request_key="one")
    assert token not in str(session.execute(select(Invitation.__table__)).one())
    with pytest.raises(Conflict, match="its link was shown then"):
        invite(session, now, request_key="one")


@pytest.mark.parametrize(
    ("more", "field"),
    [({"note": " "}, "note"), ({"note": "x" * 101}, "note"), ({"places": 0}, "places"), ({"days": 366}, "days")],
)
def test_an_invitation_that_makes_no_sense_is_refused(
    session: Session, now: datetime, more: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        invite(session, now, **more)
    assert list(refused.value.fields) == [field]


def test_who_has_an_account_stays_while_nobody_may_sign_up(session: Session, now: datetime) -> None:
    person = factories.person(session)
    switches.set_sign_ups(session, sign_ups=SignUps.CLOSED, now=now, **WHY)
    signed_in = accounts.load_signed_in(
        session, user_id=person.id, session_version=1, device_id=None, lifetimes=factories.LIFETIMES, now=now
    )
    assert signed_in is person
