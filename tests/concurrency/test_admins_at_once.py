"""Several administrators at the same moment."""

from collections import Counter

from flask import Flask
from sqlalchemy import func, select

from imagegarden.clock import now
from imagegarden.db import db, transaction
from imagegarden.domain import accounts, giving, ledger
from imagegarden.domain.errors import Conflict, InsufficientCredits
from imagegarden.models import AuditEntry, Role, User, UserStatus
from tests import factories
from tests.processes import at_once


def people(app: Flask, *roles: Role) -> list[int]:
    with app.app_context():
        return [factories.person(db.session(), role=role).id for role in roles]


def test_two_who_change_the_credits_of_one_person_lose_nothing(own_app: Flask) -> None:
    first, second, person = people(own_app, Role.ADMIN, Role.ADMIN, Role.MEMBER)

    def change(n: int) -> str:
        with own_app.app_context():
            try:
                with transaction() as session:
                    giving.adjust_credits(
                        session,
                        user_id=person,
                        delta=10 if n % 2 else -3,
                        actor_id=first if n % 3 else second,
                        reason=f"change {n}",
                        request_key=f"key {n}",
                        now=now(),
                    )
            except InsufficientCredits:
                return "refused"
            return "given" if n % 2 else "taken"

    done = Counter(at_once(40, change))
    assert done["given"] == 20
    with own_app.app_context():
        session = db.session()
        assert factories.balance(session, person).available == 5 + 10 * done["given"] - 3 * done["taken"]
        acts = session.scalar(select(func.count(AuditEntry.id)).where(AuditEntry.action == "user.adjust_credits"))
        assert acts == done["given"] + done["taken"]
        assert ledger.check(session) == []


def test_one_form_sent_from_many_sides_is_one_act(own_app: Flask) -> None:
    admin, person = people(own_app, Role.ADMIN, Role.MEMBER)

    def change(_: int) -> None:
        with own_app.app_context(), transaction() as session:
            giving.adjust_credits(
                session, user_id=person, delta=10, actor_id=admin, reason="x", request_key="one", now=now()
            )

    at_once(16, change)
    with own_app.app_context():
        assert factories.balance(db.session(), person).available == 15


def test_two_administrators_who_end_each_other_leave_one(own_app: Flask) -> None:
    for act in ("demote", "suspend", "delete"):
        first, second = people(own_app, Role.ADMIN, Role.ADMIN)

        def end(n: int, pair: tuple[int, int] = (first, second), act: str = act) -> bool:
            by, other = pair if n % 2 else pair[::-1]
            with own_app.app_context():
                try:
                    with transaction() as session:
                        if act == "demote":
                            accounts.set_role(session, user_id=other, role=Role.MEMBER, actor_id=by, now=now())
                        elif act == "suspend":
                            accounts.set_status(
                                session, user_id=other, status=UserStatus.SUSPENDED, actor_id=by, reason="x", now=now()
                            )
                        else:
                            accounts.delete(session, user_id=other, actor_id=by, reason="x", now=now())
                except Conflict:
                    return False
                return True

        at_once(8, end)
        with own_app.app_context():
            session = db.session()
            left = select(User).where(User.role == Role.ADMIN, User.status == UserStatus.ACTIVE)
            (one,) = session.scalars(left).all()
            assert one.id in (first, second)
            # Out of the way for the next round.
            one.role = Role.MEMBER
            session.commit()
