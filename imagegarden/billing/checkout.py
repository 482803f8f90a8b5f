"""The page on which a purchase is paid: it waits for the gateway, opens its window, and says what became of it."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue

from imagegarden.billing import bp
from imagegarden.billing.returns import KEPT
from imagegarden.clock import now
from imagegarden.current import adapters
from imagegarden.db import db
from imagegarden.domain import purchases, statements
from imagegarden.domain.subscriptions import TROUBLED
from imagegarden.models import Purchase, PurchaseState, Subscription
from imagegarden.payments.base import CheckoutOptions
from imagegarden.web.assets import asset_url
from imagegarden.web.guards import signed_in
from imagegarden.web.headers import open_checkout

# From then on the page says that something takes longer than usual.
SLOW = timedelta(seconds=20)
# What the page can be told of a visit to the gateway that brought no payment.
NOTICES = {
    "failed": "The payment did not go through; you can try again. No payment reached us. If your bank takes money all "
    "the same, your days appear by themselves, or it goes back."
}


class Stage(StrEnum):
    """How far a purchase has come, for the person who buys."""

    PREPARING = "preparing"
    OPEN = "open"
    PROCESSING = "processing"
    ACTIVE = "active"
    FAILED = "failed"
    EXPIRED = "expired"
    # Another card is to pay a subscription that is in trouble; or was given, and is going to be tried.
    CARD = "card"
    CARD_KEPT = "card_kept"
    # Another subscription of the person pays for these days already.
    NEEDLESS = "needless"
    # The gateway at which it was begun is not in use any more.
    CLOSED = "closed"


STAGES = {
    PurchaseState.NEW: Stage.PREPARING,
    PurchaseState.OPEN: Stage.OPEN,
    PurchaseState.PAID: Stage.ACTIVE,
    PurchaseState.FAILED: Stage.FAILED,
    PurchaseState.EXPIRED: Stage.EXPIRED,
}
WAITING = (Stage.PREPARING, Stage.PROCESSING)


@dataclass(frozen=True)
class Progress:
    """A purchase as its page shows it. `mark` changes when there is something new to show."""

    purchase: Purchase
    stage: Stage
    is_slow: bool

    @property
    def mark(self) -> str:
        """What the page shows, in a word."""
        return f"{self.stage}-slow" if self.is_slow else self.stage


@bp.get("/premium/checkout/<uuid:purchase_uuid>")
def checkout(purchase_uuid: UUID) -> ResponseReturnValue:
    """The purchase, and the button that opens the gateway's window."""
    progress = _progress(purchase_uuid)
    response = make_response(_render("billing/checkout.html", progress))
    gateway = adapters().gateway
    if gateway is not None:
        open_checkout(response, gateway.checkout.sources)
    return response


@bp.get("/premium/checkout/<uuid:purchase_uuid>/stage")
def checkout_stage(purchase_uuid: UUID) -> ResponseReturnValue:
    """What the page shows, if that is something else than it says that it shows; else nothing."""
    progress = _progress(purchase_uuid)
    if request.args.get("shown") == progress.mark:
        return "", 204
    return _render("billing/_checkout.html", progress)


def _progress(purchase_uuid: UUID) -> Progress:
    session, moment = db.session(), now()
    purchase = purchases.get(session, uuid=purchase_uuid, user_id=signed_in().id)
    subscription = purchases.subscription_of(session, purchase)
    stage = _stage(purchase, subscription)
    since = purchase.confirmed_at if stage == Stage.PROCESSING else purchase.created_at
    return Progress(purchase, stage, is_slow=stage in WAITING and since is not None and moment - since > SLOW)


def _stage(purchase: Purchase, subscription: Subscription | None) -> Stage:
    stage, gateway = STAGES[purchase.state], adapters().gateway
    if stage == Stage.ACTIVE:
        return _card_stage(purchase, subscription) if _card() else stage
    if purchase.confirmed_at is not None and stage in (Stage.PREPARING, Stage.OPEN):
        return Stage.PROCESSING
    if stage in (Stage.PREPARING, Stage.OPEN) and (gateway is None or gateway.name != purchase.vendor):
        return Stage.CLOSED
    if purchase.renews and stage in (Stage.PREPARING, Stage.OPEN) and _has_another(purchase):
        return Stage.NEEDLESS
    return stage


def _has_another(purchase: Purchase) -> bool:
    live = purchases.find_live(db.session(), user_id=purchase.user_id)
    return live is not None and live.purchase_id != purchase.id


def _card() -> str | None:
    """Whether the visit is about another card: one that is to be given, or one that was."""
    return request.args.get("card") or None


def _card_stage(purchase: Purchase, subscription: Subscription | None) -> Stage:
    if subscription is None or subscription.state not in TROUBLED:
        return Stage.ACTIVE
    if _card() != KEPT or purchase.confirmed_at is None:
        return Stage.CARD
    is_asked = purchase.asked_at is not None and purchase.asked_at > purchase.confirmed_at
    return Stage.CARD_KEPT if is_asked else Stage.PROCESSING


def _render(template: str, progress: Progress) -> str:
    gateway, session = adapters().gateway, db.session()
    return render_template(
        template,
        progress=progress,
        stage=progress.stage,
        purchase=progress.purchase,
        subscription=purchases.subscription_of(session, progress.purchase),
        standing=statements.standing(session, user_id=signed_in().id, now=now())
        if progress.stage == Stage.ACTIVE
        else None,
        options=_options(gateway.checkout, progress) if gateway is not None else None,
        gateway=gateway,
        card=_card(),
        script_url=_script_url(gateway.checkout) if gateway is not None else None,
        notice_words=NOTICES.get(request.args.get("notice", "")),
    )


def _script_url(checkout: CheckoutOptions) -> str:
    """The address of the gateway's script; one without an address of its own is a built file of ours."""
    is_ours = "/" not in checkout.script_url
    return asset_url(checkout.script_url) if is_ours else checkout.script_url


def _options(checkout: CheckoutOptions, progress: Progress) -> dict[str, object]:
    """What the gateway's script is told, as it documents it. The page adds where to come back to."""
    purchase = progress.purchase
    plan = purchase.plan
    bought: dict[str, object] = {"order_id": purchase.vendor_id, "amount": plan.price_paise, "currency": plan.currency}
    if purchase.renews:
        bought = {"subscription_id": purchase.vendor_id}
    if progress.stage == Stage.CARD:
        bought["subscription_card_change"] = True
    return {
        **bought,
        "key": checkout.key_id,
        "name": "Image Garden",
        "description": f"Premium, {plan.days} days" + (", renewed by itself" if purchase.renews else ""),
        "prefill": {"email": signed_in().email},
        "notes": {"purchase": str(purchase.uuid)},
        "theme": {"color": "#2A7548"},
    }
