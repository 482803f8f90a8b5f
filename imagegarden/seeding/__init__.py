"""Many people and what they did, made up: to see how the site fares when it is full. Never where real people are.

Everything is made by the database in a few statements, each over all people, and keeps the rules that operations
keep: ids run with time, every credit that is spent was granted, and the ledger balances.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from imagegarden.domain import figures, plans
from imagegarden.models import PlanKey
from imagegarden.seeding import calls, money, people, work
from imagegarden.seeding.statements import TABLES, run
from imagegarden.seeding.tickets import tickets

CHANCES = 0.42
EMAIL_OF_FIRST = text("SELECT email FROM users WHERE email LIKE '%.' || :run || '.1@garden.example'")


def fill(
    session: Session, *, users: int, days: int, run_name: str, password_hash: str, now: datetime
) -> Mapping[str, int]:
    """Make so many people who came in so many days, and say how many rows of each kind there are of them now.

    `run_name` keeps their addresses apart from those of an earlier time. All of them have the same password.
    """
    free, paid = (plans.current(session, key, now=now) for key in (PlanKey.FREE, PlanKey.PASS))
    values = {
        "start": now - timedelta(days=days),
        # What is done now would still be under way.
        "now": now - timedelta(minutes=15),
        "users": users,
        "run": run_name,
        "password_hash": password_hash,
        "free_credits": free.credits,
        "plan": paid.id,
        "price": paid.price_paise,
        "credits": paid.credits,
        "days": paid.days,
        **tickets(session, now=now),
    }
    # The same chances every time: what was seen once can be seen again.
    session.execute(select(func.setseed(CHANCES)))
    made: dict[str, int] = {}
    for statements in (people.STATEMENTS, money.STATEMENTS, work.STATEMENTS, calls.STATEMENTS):
        for name, statement in statements:
            count = run(session, statement, values)
            if name:
                made[name] = made.get(name, 0) + count
    for table in TABLES:
        session.execute(text(f"ANALYZE {table}"))
    return made


def count_days(session: Session, *, days: int, now: datetime) -> None:
    """Reckon the figures of all these days anew: some were there before, without these people."""
    for ago in range(1, days + 2):
        figures.roll_up(session, now.astimezone(UTC).date() - timedelta(days=ago), now=now)
