"""The models: under which name, for whom, in which version and at what price they are offered."""

from typing import cast

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from imagegarden.admin import bp
from imagegarden.admin.acting import ActForm, Acting, check_all, fresh, whole_number
from imagegarden.admin.doing import do
from imagegarden.clock import now
from imagegarden.current import adapters, known_models, look_again_at_steering, offered_models
from imagegarden.db import db, transaction
from imagegarden.domain import model_health, model_settings, pricing
from imagegarden.domain.errors import InvalidRequest, NotFound
from imagegarden.domain.model_settings import LONGEST_LABEL, Offer
from imagegarden.domain.permissions import Permission
from imagegarden.domain.pricing import MOST_CREDITS
from imagegarden.models import User
from imagegarden.providers import catalogue
from imagegarden.web.guards import allowed

PRICES = 20
PLANS = {"free": "Everybody", "premium": "Premium"}


class OfferForm(ActForm):
    """How a model is offered."""

    label = StringField("Name", render_kw={"maxlength": LONGEST_LABEL})
    source = StringField("Name and version at the provider", render_kw={"maxlength": 300, "spellcheck": "false"})
    plan = SelectField("For", choices=[SelectChoice(key, words) for key, words in PLANS.items()], validate_choice=False)
    is_enabled = BooleanField("Offered")

    def check(self, subject: User | None) -> None:
        """See that it is for somebody. Raises InvalidRequest."""
        if self.plan.data not in PLANS:
            raise InvalidRequest({"plan": "Choose whom it is for."})

    def show(self, model: catalogue.Model, *, is_enabled: bool) -> None:
        """Fill in how the model is offered now."""
        self.label.data = model.label
        self.source.data = model.source
        self.plan.data = "premium" if model.is_premium else "free"
        self.is_enabled.data = is_enabled

    def offer(self) -> Offer:
        """How it is to be offered."""
        return Offer(
            label=self.label.data,
            source=self.source.data,
            is_premium=self.plan.data == "premium",
            is_enabled=self.is_enabled.data,
        )


class PriceForm(ActForm):
    """What a model costs."""

    credits = StringField("Credits")
    outputs = StringField("For so many outputs")

    def check(self, subject: User | None) -> None:
        """See that both are numbers. Raises InvalidRequest."""
        check_all(self.amount, self.count)

    def amount(self) -> int:
        """How many credits. Raises InvalidRequest."""
        return whole_number("credits", self.credits.data, 0, MOST_CREDITS)

    def count(self) -> int:
        """For how many outputs. Raises InvalidRequest."""
        return whole_number("outputs", self.outputs.data, 1, 100)


@bp.get("/models")
@allowed(Permission.CHANGE_MODELS)
def list_models() -> ResponseReturnValue:
    """Every model, as it is offered."""
    look_again_at_steering()
    session, moment = db.session(), now()
    offers = model_settings.read(session)
    return render_template(
        "admin/models.html",
        models=model_settings.known_models(offers).values(),
        offers=offers,
        offered={model.key for model in offered_models(None)},
        providers=adapters().providers,
        prices=pricing.list_current(session, models=list(catalogue.MODELS), now=moment),
        resting=model_health.list_resting(session, now=moment),
    )


@bp.get("/models/<model>")
@allowed(Permission.CHANGE_MODELS)
def show_model(model: str) -> ResponseReturnValue:
    """One model, with the forms that change how it is offered."""
    look_again_at_steering()
    return _page(model)


def _page(key: str, tried: str | None = None, form: ActForm | None = None) -> str:
    session, moment = db.session(), now()
    offers = model_settings.read(session)
    model = model_settings.known_models(offers).get(key)
    if model is None:
        raise NotFound
    price = pricing.list_current(session, models=[key], now=moment).get(key)
    offer = fresh(OfferForm)
    offer.show(model, is_enabled=offers.get(key, Offer()).is_enabled)
    forms: dict[str, ActForm] = {"offer": offer, "price": fresh(PriceForm)}
    if price is not None:
        cast(PriceForm, forms["price"]).credits.data = str(price.credits)
        cast(PriceForm, forms["price"]).outputs.data = str(price.outputs)
    if tried is not None and form is not None:
        forms[tried] = form
    return render_template(
        "admin/model.html",
        model=model,
        usual=catalogue.MODELS[key],
        is_enabled=offers.get(key, Offer()).is_enabled,
        is_ready=model.provider in adapters().providers,
        price=price,
        prices=pricing.list_history(session, model=key, limit=PRICES),
        forms=forms,
        tried=tried,
    )


@bp.post("/models/<model>/offer")
@allowed(Permission.CHANGE_MODELS)
def change_model(model: str) -> ResponseReturnValue:
    """Offer a model otherwise."""

    def act(form: OfferForm, by: Acting) -> str:
        with transaction() as session:
            model_settings.change(
                session, model=model, offer=form.offer(), providers=adapters().providers, now=now(), **by
            )
        look_again_at_steering()
        return f"{known_models()[model].label} is changed." if form.is_enabled.data else "It is not offered any more."

    return do(
        OfferForm(),
        act,
        page=lambda form: _page(model, "offer", form),
        then=url_for("admin.show_model", model=model),
    )


@bp.post("/models/<model>/price")
@allowed(Permission.CHANGE_MODELS)
def set_price(model: str) -> ResponseReturnValue:
    """Let a model cost something else from now on."""

    def act(form: PriceForm, by: Acting) -> str:
        with transaction() as session:
            pricing.set_price(session, model=model, amount=form.amount(), outputs=form.count(), now=now(), **by)
        return "The new price holds. What was asked for before keeps the old one."

    return do(
        PriceForm(),
        act,
        page=lambda form: _page(model, "price", form),
        then=url_for("admin.show_model", model=model),
    )
