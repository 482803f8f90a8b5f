"""Payments, purchases and reports as the staff finds them, and what they come to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, cast, func, literal, null, or_, select, tuple_
from sqlalchemy.orm import Session

from imagegarden.domain.errors import NotFound
from imagegarden.domain.figures import CURRENCY
from imagegarden.domain.glances import Cursor
from imagegarden.domain.payment_acts import WAITING
from imagegarden.models import (
    CreditLot,
    Payment,
    PaymentEvent,
    PaymentState,
    Period,
    Purchase,
    Refund,
    User,
)


class Group(StrEnum):
    """Which payments are looked at."""

    ALL = "all"
    CREATED = "created"
    AUTHORIZED = "authorized"
    FAILED = "failed"
    CAPTURED = "captured"
    REFUNDED = "refunded"
    # Money for which nothing was given.
    UNMATCHED = "unmatched"
    DISPUTED = "disputed"


@dataclass(frozen=True)
class Wanted:
    """What of all payments a list shows. `name` is the gateway's, of a payment or of what it was paid for."""

    group: Group = Group.ALL
    person: str = ""
    name: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Paid:
    """A payment and the address of who paid it."""

    payment: Payment
    email: str


@dataclass(frozen=True)
class Bought:
    """A purchase and the address of whose it is."""

    purchase: Purchase
    email: str


@dataclass(frozen=True)
class Sums:
    """What came in and what went back in a time, in paise; what gave nothing; reports about nothing; what waits."""

    captured_paise: int
    refunded_paise: int
    faults: int
    unmatched_events: int
    waiting: int


@dataclass(frozen=True)
class Lines:
    """All that is known of a payment: days that it gave, what is left of its credits, what was reported and went back.

    `credits_left` is None where it gave no days. The credits of days that have not begun are all left.
    """

    payment: Payment
    period: Period | None
    credits_left: int | None
    events: Sequence[PaymentEvent]
    refunds: Sequence[Refund]


def list_payments(session: Session, wanted: Wanted, *, limit: int, after: Cursor | None = None) -> Sequence[Paid]:
    """A page of the payments that are wanted, the newest first. One query."""
    query = select(Payment, User.email).join(User, User.id == Payment.user_id).where(*conditions(wanted))
    if after is not None:
        query = query.where(tuple_(Payment.created_at, Payment.id) < (after.created_at, after.id))
    newest = query.order_by(Payment.created_at.desc(), Payment.id.desc()).limit(limit)
    return [Paid(*row) for row in session.execute(newest)]


def conditions(wanted: Wanted) -> Sequence[ColumnElement[bool]]:
    """What holds of the payments that are wanted."""
    found: list[ColumnElement[bool]] = []
    if wanted.group == Group.UNMATCHED:
        found.append(_HAS_TROUBLE & Payment.fault.is_not(None))
    elif wanted.group == Group.DISPUTED:
        found.append(_HAS_TROUBLE & Payment.dispute.is_not(None))
    elif wanted.group != Group.ALL:
        # In the statement itself: only so the planner knows that the index of what was not captured has these.
        found.append(Payment.state == literal(PaymentState(wanted.group.value).value, literal_execute=True))
    if wanted.person:
        found.append(_is_of(wanted.person))
    if wanted.name:
        bought = select(Payment.id).join(Purchase, Purchase.id == Payment.purchase_id)
        paid = select(Payment.id).where(Payment.vendor_id == wanted.name)
        found.append(Payment.id.in_(paid.union(bought.where(Purchase.vendor_id == wanted.name))))
    if wanted.since is not None:
        found.append(Payment.created_at >= wanted.since)
    if wanted.until is not None:
        found.append(Payment.created_at < wanted.until)
    return found


# As the index of payments in trouble says it.
_HAS_TROUBLE = or_(Payment.fault.is_not(None), Payment.dispute.is_not(None))


def _is_of(person: str) -> ColumnElement[bool]:
    if person.isascii() and person.isdecimal():
        return Payment.user_id == int(person) if len(person) < 19 else Payment.user_id == null()
    address = select(User.id).where(func.lower(User.email) == person.lower())
    return Payment.user_id == address.scalar_subquery()


def sums(session: Session, *, since: datetime, until: datetime) -> Sums:
    """What payments of a time came to, and how much waits now. One query."""
    captured = select(func.coalesce(func.sum(Payment.amount_paise), 0)).where(
        Payment.captured_at >= since, Payment.captured_at < until, Payment.currency == CURRENCY
    )
    refunded = (
        select(func.coalesce(func.sum(Refund.amount_paise), 0))
        .join(Payment, Payment.id == Refund.payment_id)
        .where(
            Refund.created_at >= since,
            Refund.created_at < until,
            Payment.currency == CURRENCY,
            Payment.captured_at.is_not(None),
        )
    )
    faults = select(func.count()).where(
        _HAS_TROUBLE, Payment.fault.is_not(None), Payment.created_at >= since, Payment.created_at < until
    )
    unmatched = select(func.count()).where(
        PaymentEvent.purchase_id.is_(None), PaymentEvent.received_at >= since, PaymentEvent.received_at < until
    )
    waiting = select(func.count()).where(Purchase.state.in_(WAITING), Purchase.next_check_at.is_not(None))
    row = session.execute(
        select(
            cast(captured.scalar_subquery(), BigInteger),
            cast(refunded.scalar_subquery(), BigInteger),
            faults.scalar_subquery(),
            unmatched.scalar_subquery(),
            waiting.scalar_subquery(),
        )
    ).one()
    return Sums(*row)


def list_waiting(session: Session, *, limit: int, before: int | None = None) -> Sequence[Bought]:
    """Purchases that wait to be paid, the newest first."""
    query = (
        select(Purchase, User.email)
        .join(User, User.id == Purchase.user_id)
        .where(Purchase.state.in_(WAITING), Purchase.next_check_at.is_not(None))
    )
    if before is not None:
        query = query.where(Purchase.id < before)
    return [Bought(*row) for row in session.execute(query.order_by(Purchase.id.desc()).limit(limit))]


def get(session: Session, *, uuid: UUID) -> Payment:
    """One payment. Raises NotFound."""
    payment = session.scalar(select(Payment).where(Payment.uuid == uuid))
    if payment is None:
        raise NotFound
    return payment


def lines_of(session: Session, payment: Payment, *, now: datetime) -> Lines:
    """What is known of a payment. Three queries."""
    row = session.execute(
        select(Period, CreditLot.remaining)
        .outerjoin(CreditLot, CreditLot.period_id == Period.id)
        .where(Period.payment_id == payment.id)
    ).one_or_none()
    period, left = row if row is not None else (None, None)
    if period is not None and left is None:
        left = period.credits if period.ends_at > now else 0
    events = session.scalars(
        select(PaymentEvent)
        .where(
            or_(
                (PaymentEvent.payment_id == payment.vendor_id) & (PaymentEvent.vendor == payment.vendor),
                (PaymentEvent.purchase_id == payment.purchase_id) & PaymentEvent.payment_id.is_(None),
            )
        )
        .order_by(PaymentEvent.id)
    ).all()
    refunds = session.scalars(select(Refund).where(Refund.payment_id == payment.id).order_by(Refund.id)).all()
    return Lines(payment, period, left, events, refunds)


def list_of_purchase(session: Session, purchase: Purchase) -> Sequence[Payment]:
    """What was paid, or tried to be, for a purchase, the newest first."""
    return session.scalars(select(Payment).where(Payment.purchase_id == purchase.id).order_by(Payment.id.desc())).all()
