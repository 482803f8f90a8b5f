"""What the gateway reports by itself. A report only makes a purchase due: what is true is then asked of the gateway."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from imagegarden.domain import alarms, purchases
from imagegarden.models import Payment, PaymentEvent, Purchase
from imagegarden.payments.base import Event
from imagegarden.queue import defer

PRETENDED_TASK = "send_pretended_report"
REFUND_FAILED = "refund.failed"


def receive(session: Session, *, vendor: str, event: Event, now: datetime) -> None:
    """Take a genuine report. The same one again changes nothing; one about nothing we know of stays visible."""
    purchase = _subject(session, vendor, event)
    noted = session.scalar(
        insert(PaymentEvent)
        .values(
            vendor=vendor,
            event_id=event.id,
            kind=event.kind,
            subject_id=event.subject_id,
            payment_id=event.payment_id,
            purchase_id=purchase.id if purchase else None,
            sent_at=event.sent_at,
            received_at=now,
        )
        .on_conflict_do_nothing(index_elements=["vendor", "event_id"])
        .returning(PaymentEvent.id)
    )
    if noted is None:
        return
    if event.kind == REFUND_FAILED:
        detail = f"The refund of payment {event.payment_id} failed at the gateway: the money is still ours."
        alarms.raise_alarm(session, code=REFUND_FAILED, detail=detail, now=now)
    if purchase is not None:
        purchases.ask(session, purchase, now=now)


def send_pretended(session: Session, reports: Sequence[str]) -> None:
    """Have the reports of a test gateway sent, as a real one sends its own."""
    for report in reports:
        defer(session, PRETENDED_TASK, body=report)


def _subject(session: Session, vendor: str, event: Event) -> Purchase | None:
    by_subject = select(Purchase.id).where(Purchase.vendor == vendor, Purchase.vendor_id == event.subject_id)
    by_payment = select(Payment.purchase_id).where(Payment.vendor == vendor, Payment.vendor_id == event.payment_id)
    found = session.scalar(by_subject) or session.scalar(by_payment)
    return None if found is None else purchases.lock(session, found)


def list_unmatched(session: Session, *, limit: int) -> Sequence[PaymentEvent]:
    """Reports about nothing that we know of, the newest first."""
    return session.scalars(
        select(PaymentEvent).where(PaymentEvent.purchase_id.is_(None)).order_by(PaymentEvent.id.desc()).limit(limit)
    ).all()
