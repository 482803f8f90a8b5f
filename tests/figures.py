"""Some days of a site's life at random, and its figures, counted the slow and plain way."""

import math
import random
import uuid
from collections import Counter
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from imagegarden.models import (
    ApiUsage,
    Attempt,
    AttemptState,
    Generation,
    GenerationKind,
    GenerationStatus,
    ModelPrice,
    Outcome,
    Payment,
    PaymentFault,
    PaymentState,
    Period,
    PlanKey,
    Refund,
    User,
    Via,
)
from tests import factories

MODELS = ("garden", "sdxl", "flux-dev")
ENDS = (GenerationStatus.SUCCEEDED, GenerationStatus.FAILED, GenerationStatus.CANCELED)
PRICE = 50_000


def live(session: Session, *, now: datetime, days: int = 6, people: int = 12, seed: int = 1) -> None:
    """So many people do things on so many days, today's included."""
    chance = random.Random(seed)
    start = datetime.combine(now.date() - timedelta(days=days - 1), datetime.min.time(), UTC)

    def moment(after: datetime = start) -> datetime:
        return after + (now - after) * chance.random()

    users = [factories.person(session, at=moment()) for _ in range(people)]
    price = session.scalars(select(ModelPrice.id)).first()
    assert price is not None
    for user in users:
        for _ in range(chance.randrange(9)):
            _ask(session, chance, user, price, moment(user.created_at), now)
        if chance.random() < 0.6:
            _pay(session, chance, user, moment(user.created_at), now)
        if chance.random() < 0.5:
            _call(session, chance, user, [moment(user.created_at).date() for _ in range(4)], now)
    # On the stroke of midnight it is the next day.
    _ask(session, chance, users[0], price, start + timedelta(days=2), now)
    session.commit()


def _ask(session: Session, chance: random.Random, user: User, price: int, at: datetime, now: datetime) -> None:
    finished = at + timedelta(seconds=chance.choice((1, 20, 300, 30_000)))
    is_over = finished < now
    cost = chance.randrange(1, 9)
    status = chance.choices(ENDS, (6, 2, 1))[0] if is_over else GenerationStatus.RUNNING
    made = Generation(
        user_id=user.id,
        kind=chance.choice((GenerationKind.IMAGE, GenerationKind.IMAGE, GenerationKind.ENHANCE)),
        prompt="a pond",
        style="art",
        color="vibrant",
        model=chance.choice(MODELS),
        params={"count": 1},
        price_id=price,
        price=cost,
        charged=(cost if status == GenerationStatus.SUCCEEDED else 0) if is_over else None,
        status=status,
        request_key=uuid.uuid4().hex,
        request_hash="x",
        via=chance.choice(tuple(Via)),
        created_at=at,
        finished_at=finished if is_over else None,
    )
    session.add(made)
    session.flush()
    session.add(
        Attempt(
            generation_id=made.id,
            provider="garden" if made.model == "garden" else "replicate",
            state=AttemptState.ENDED,
            run_seconds=chance.choice((None, 1.5, 12.25)),
            created_at=at,
        )
    )


def _pay(session: Session, chance: random.Random, user: User, at: datetime, now: datetime) -> None:
    for again in range(chance.choice((1, 1, 2))):
        captured = at + (now - at) * 0.5 * again
        bought = factories.purchase(session, user, PlanKey.PASS, at=captured)
        paid = Payment(
            purchase_id=bought.id,
            user_id=user.id,
            vendor="test",
            vendor_id=uuid.uuid4().hex,
            amount_paise=PRICE,
            currency=chance.choice(("INR", "INR", "INR", "USD")),
            state=PaymentState.CAPTURED,
            fault=chance.choice((None, None, PaymentFault.AMOUNT)),
            created_at=captured,
            captured_at=chance.choice((captured, captured, captured, None)),
        )
        session.add(paid)
        session.flush()
        if chance.random() < 0.4:
            paid.refunded_paise = PRICE
            for _ in range(2):
                back = captured + (now - captured) * chance.random()
                session.add(Refund(payment_id=paid.id, amount_paise=PRICE // 2, created_at=back))
        length = timedelta(days=chance.choice((1, 2, 30)))
        session.add(
            Period(user_id=user.id, credits=0, starts_at=captured, ends_at=captured + length, created_at=captured)
        )


def _call(session: Session, chance: random.Random, user: User, days: list[date], now: datetime) -> None:
    key = factories.api_key(session, user, at=now).key
    for day in set(days):
        for outcome in chance.sample(tuple(Outcome), 2):
            session.add(
                ApiUsage(
                    api_key_id=key.id,
                    user_id=user.id,
                    usage_date=day,
                    endpoint="v1.list_models",
                    outcome=outcome,
                    count=chance.randrange(1, 50),
                )
            )


def counted(session: Session, day: date, *, now: datetime) -> dict[tuple[str, str], int]:
    """The figures of a day, from all rows there are, one after another."""
    end = datetime.combine(day + timedelta(days=1), datetime.min.time(), UTC)
    found: Counter[tuple[str, str]] = Counter()

    def on(at: datetime | None) -> bool:
        return at is not None and at.astimezone(UTC).date() == day

    users = session.scalars(select(User)).all()
    generations = session.scalars(select(Generation)).all()
    payments = {payment.id: payment for payment in session.scalars(select(Payment))}
    periods = session.scalars(select(Period)).all()
    calls = [row for row in session.scalars(select(ApiUsage)) if row.usage_date == day]
    asked = [one for one in generations if on(one.created_at)]
    ended = [one for one in generations if on(one.finished_at)]
    done = [one for one in ended if one.status == GenerationStatus.SUCCEEDED]

    found["sign_ups", ""] = sum(on(user.created_at) for user in users)
    found["active", ""] = len({one.user_id for one in asked} | {row.user_id for row in calls})
    found["periods", ""] = sum(on(period.created_at) for period in periods)
    at = min(end, now)
    found["premium", ""] = len({one.user_id for one in periods if one.starts_at <= at < one.ends_at})
    found["captured", ""] = sum(
        one.amount_paise for one in payments.values() if on(one.captured_at) and one.currency == "INR"
    )
    found["refunded", ""] = sum(
        one.amount_paise
        for one in session.scalars(select(Refund))
        if on(one.created_at)
        and payments[one.payment_id].currency == "INR"
        and payments[one.payment_id].captured_at is not None
    )
    by_id = {one.id: one for one in ended}
    for attempt in session.scalars(select(Attempt)):
        if attempt.generation_id in by_id and attempt.run_seconds is not None:
            found["provider_ms", attempt.provider] += round(attempt.run_seconds * 1000)
    for one in asked:
        found["made", one.model] += 1
        found["door", one.via.value] += 1
    for one in ended:
        found["outcome", one.status.value] += 1
    found["charged", ""] = sum(one.charged or 0 for one in ended)
    if done:
        found["p95_ms", ""] = _p95([(one.finished_at - one.created_at).total_seconds() * 1000 for one in done])  # type: ignore[operator]
    for row in calls:
        found["calls", row.outcome.value] += row.count
    pictures = [one for one in generations if one.status == "succeeded" and one.kind != "enhance"]
    found["first_pictures", ""] = _firsts([(one.user_id, one.finished_at) for one in pictures], day)
    paid = [one for one in payments.values() if one.captured_at is not None and one.fault is None]
    found["first_payments", ""] = _firsts([(one.user_id, one.captured_at) for one in paid], day)
    return dict(found)


def _firsts(moments: list[tuple[int, datetime | None]], day: date) -> int:
    first: dict[int, datetime] = {}
    for user, at in moments:
        assert at is not None
        first[user] = min(at, first.get(user, at))
    return sum(at.astimezone(UTC).date() == day for at in first.values())


def _p95(values: list[float]) -> int:
    """As PostgreSQL reckons percentile_cont: between the two values around the place."""
    values.sort()
    place = 0.95 * (len(values) - 1)
    low, high = values[math.floor(place)], values[math.ceil(place)]
    return round(low + (high - low) * (place - math.floor(place)))
