"""What people can buy, what they bought, what they paid, and for which days. The rules are in domain/."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from imagegarden.db import Base


class PlanKey(StrEnum):
    """The ways to be here."""

    FREE = "free"
    PASS = "pass"
    SUBSCRIPTION = "subscription"


class PurchaseState(StrEnum):
    """How far a purchase has come. It moves forward only, and what failed or expired can still be paid late."""

    # The vendor does not know of it yet.
    NEW = "new"
    OPEN = "open"
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"


class SubscriptionState(StrEnum):
    """How a subscription fares at the vendor."""

    CREATED = "created"
    AUTHENTICATED = "authenticated"
    ACTIVE = "active"
    PENDING = "pending"
    HALTED = "halted"
    PAUSED = "paused"
    CANCELED = "canceled"
    COMPLETED = "completed"
    EXPIRED = "expired"


class PaymentState(StrEnum):
    """How far a payment has come."""

    CREATED = "created"
    AUTHORIZED = "authorized"
    FAILED = "failed"
    CAPTURED = "captured"
    REFUNDED = "refunded"


class PaymentFault(StrEnum):
    """Why money arrived for which nothing was given."""

    AMOUNT = "amount"
    CURRENCY = "currency"
    # Its purchase was paid already.
    SURPLUS = "surplus"
    # Whoever paid had left, or been kept out, by the time it arrived.
    ABSENT = "absent"


class DisputeState(StrEnum):
    """How a chargeback stands."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class Plan(Base):
    """A way to be here from a moment on: never changed, so that what was bought stays what it was."""

    __tablename__ = "plans"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[PlanKey]
    price_paise: Mapped[int]
    currency: Mapped[str] = mapped_column(Text)
    # For a period of `days`; for good where there are none.
    credits: Mapped[int]
    days: Mapped[int | None]
    valid_from: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("key", "valid_from"),
        CheckConstraint("key IN ('free', 'pass', 'subscription')", name="key"),
        CheckConstraint("price_paise >= 0", name="price_paise"),
        CheckConstraint("credits >= 0", name="credits"),
        CheckConstraint("(key = 'free') = (days IS NULL) AND (days IS NULL OR days > 0)", name="days"),
    )


class Purchase(Base):
    """A click on Buy: who wants which plan, and what the vendor calls it."""

    __tablename__ = "purchases"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[UUID] = mapped_column(unique=True, default=uuid4)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id"))
    vendor: Mapped[str] = mapped_column(Text)
    # Of an order, or of a subscription.
    vendor_id: Mapped[str | None] = mapped_column(Text)
    state: Mapped[PurchaseState] = mapped_column(default=PurchaseState.NEW)
    error_code: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    # The browser came back from the vendor with a genuine word of this payment.
    confirmed_at: Mapped[datetime | None]
    confirmed_payment_id: Mapped[str | None] = mapped_column(Text)
    # When the vendor was asked last about it, and which reports were known then; None to ask about everything.
    asked_at: Mapped[datetime | None]
    seen_event_id: Mapped[int | None]
    # When it is asked again without being told.
    next_check_at: Mapped[datetime | None] = mapped_column(index=True)

    plan: Mapped[Plan] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (
        UniqueConstraint("vendor", "vendor_id"),
        CheckConstraint("state IN ('new', 'open', 'paid', 'failed', 'expired')", name="state"),
        Index("ix_purchases_vendor_id", "vendor_id"),
    )

    @property
    def renews(self) -> bool:
        """Whether it is paid again for each period."""
        return self.plan.key == PlanKey.SUBSCRIPTION


class Subscription(Base):
    """What is paid again for each period, as the vendor says it stands, and what its owner wishes."""

    __tablename__ = "subscriptions"

    purchase_id: Mapped[int] = mapped_column(ForeignKey("purchases.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    state: Mapped[SubscriptionState] = mapped_column(default=SubscriptionState.CREATED)
    # The first day that is to be paid, where days that were paid otherwise come before it.
    starts_at: Mapped[datetime | None]
    # The end of the last period that was paid, and when the vendor wants to be paid for the next one.
    paid_until: Mapped[datetime | None]
    renews_at: Mapped[datetime | None]
    cancel_wished_at: Mapped[datetime | None]
    # From here on the wish cannot be taken back: the gateway is being told.
    cancel_decided_at: Mapped[datetime | None]
    cancel_sent_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    # Which trouble its owner was told of.
    told_state: Mapped[SubscriptionState | None]

    purchase: Mapped[Purchase] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (
        CheckConstraint(
            "state IN ('created', 'authenticated', 'active', 'pending', 'halted', 'paused', 'canceled', 'completed',"
            " 'expired')",
            name="state",
        ),
    )

    @property
    def goes_on(self) -> bool:
        """Whether the days after those that are paid are going to be paid."""
        return self.cancel_wished_at is None and self.state in RENEWING_SUBSCRIPTION


class Payment(Base):
    """Money that moved, or tried to, as the vendor tells it. It gives its days and credits at most once."""

    __tablename__ = "payments"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[UUID] = mapped_column(unique=True, default=uuid4)
    purchase_id: Mapped[int] = mapped_column(ForeignKey("purchases.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    vendor: Mapped[str] = mapped_column(Text)
    vendor_id: Mapped[str] = mapped_column(Text)
    amount_paise: Mapped[int]
    currency: Mapped[str] = mapped_column(Text)
    state: Mapped[PaymentState]
    refunded_paise: Mapped[int] = mapped_column(default=0)
    method: Mapped[str | None] = mapped_column(Text)
    fault: Mapped[PaymentFault | None]
    dispute: Mapped[DisputeState | None]
    created_at: Mapped[datetime]
    captured_at: Mapped[datetime | None]
    # Somebody asked for the refund of all of it; until it is done, it is tried again.
    refund_wished_at: Mapped[datetime | None]
    refund_next_at: Mapped[datetime | None] = mapped_column(index=True)

    purchase: Mapped[Purchase] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (
        UniqueConstraint("vendor", "vendor_id"),
        CheckConstraint("state IN ('created', 'authorized', 'failed', 'captured', 'refunded')", name="state"),
        CheckConstraint("fault IN ('amount', 'currency', 'surplus', 'absent')", name="fault"),
        CheckConstraint("dispute IN ('open', 'won', 'lost')", name="dispute"),
        CheckConstraint("refunded_paise >= 0", name="refunded_paise"),
        Index("ix_payments_user_id_id", "user_id", "id"),
        # For the staff: by when we heard of it, by the gateway's name, and those that somebody may have to look at.
        Index("ix_payments_created_at_id", "created_at", "id"),
        Index("ix_payments_vendor_id", "vendor_id"),
        Index("ix_payments_uncaptured", "created_at", "id", postgresql_where="state <> 'captured'"),
        Index(
            "ix_payments_trouble",
            "created_at",
            "id",
            postgresql_where="fault IS NOT NULL OR dispute IS NOT NULL",
        ),
        # For what came in on a day.
        Index("ix_payments_captured_at", "captured_at", postgresql_where="captured_at IS NOT NULL"),
    )


class Refund(Base):
    """Money of a payment that went back, when we learned of it: refunded, in parts maybe, or charged back."""

    __tablename__ = "refunds"

    id: Mapped[int] = mapped_column(primary_key=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"), index=True)
    amount_paise: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (CheckConstraint("amount_paise > 0", name="amount_paise"),)


class Period(Base):
    """Days of Premium, with the credits that come when they begin. The periods of a person follow one another."""

    __tablename__ = "periods"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    # None where somebody gave them away.
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payments.id"), unique=True)
    credits: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    end_told_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("credits >= 0", name="credits"),
        CheckConstraint("starts_at <= ends_at", name="days"),
        Index("ix_periods_user_id_ends_at", "user_id", "ends_at"),
        # For who has Premium on a day, and for how many periods came to be on it.
        Index("ix_periods_ends_at", "ends_at"),
        Index("ix_periods_created_at", "created_at"),
        Index("ix_periods_unopened", "starts_at", postgresql_where="opened_at IS NULL"),
    )


class PaymentEvent(Base):
    """What a vendor reported by itself: that it did, and about what. What is true is asked of the vendor."""

    __tablename__ = "payment_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    vendor: Mapped[str] = mapped_column(Text)
    event_id: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    # The order or subscription that it is about, and the payment.
    subject_id: Mapped[str | None] = mapped_column(Text)
    payment_id: Mapped[str | None] = mapped_column(Text)
    # None when it is about nothing that we know of.
    purchase_id: Mapped[int | None] = mapped_column(ForeignKey("purchases.id"))
    # When the vendor says that it sent it, where it does.
    sent_at: Mapped[datetime | None]
    received_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("vendor", "event_id"),
        Index("ix_payment_events_received_at", "received_at"),
        Index("ix_payment_events_payment_id", "payment_id"),
        Index("ix_payment_events_purchase_id", "purchase_id"),
        Index("ix_payment_events_subject_id", "subject_id", postgresql_where="purchase_id IS NULL"),
    )


RENEWING_SUBSCRIPTION = frozenset(
    {SubscriptionState.AUTHENTICATED, SubscriptionState.ACTIVE, SubscriptionState.PENDING}
)
LIVE_SUBSCRIPTION = frozenset(
    {
        SubscriptionState.AUTHENTICATED,
        SubscriptionState.ACTIVE,
        SubscriptionState.PENDING,
        SubscriptionState.HALTED,
        SubscriptionState.PAUSED,
    }
)
