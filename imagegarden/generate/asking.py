"""From a form to a queued generation: one way for every kind, with one form of answer."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from flask import g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from imagegarden.clock import now
from imagegarden.current import allowances, offered_models
from imagegarden.db import db, transaction
from imagegarden.domain import generations
from imagegarden.domain.errors import (
    InsufficientCredits,
    InvalidRequest,
    ModelUnavailable,
    PremiumRequired,
    PriceChanged,
    PromptBlocked,
    RateLimited,
    StorageFull,
)
from imagegarden.domain.generation_spec import GenerationSpec
from imagegarden.domain.offers import ModelChoice, keep_price, model_choices
from imagegarden.generate.forms import AskingForm
from imagegarden.models import Generation, Via
from imagegarden.providers.catalogue import Model
from imagegarden.web.blocked_prompts import blocks_recorded
from imagegarden.web.errors import status_of, wants_fragment
from imagegarden.web.forms import show_faults
from imagegarden.web.guards import signed_in
from imagegarden.web.money import shortage


@dataclass(frozen=True)
class Refusal:
    """Why nothing was queued; what a field is about stands beside it already."""

    message: str | None
    status: int
    has_other_offers: bool = False


def ask(form: AskingForm, read: Callable[[], GenerationSpec]) -> Generation | Refusal:
    """Queue what the form asks for, as `read` says what that is, at the price that the button said."""
    try:
        spec = read()
        with blocks_recorded(signed_in().id), transaction() as session:
            generation = generations.submit(
                session,
                user_id=signed_in().id,
                spec=spec,
                request_key=form.sound_request_key(),
                via=Via.WEB,
                allowances=allowances(),
                now=now(),
            )
            keep_price(generation, shown=form.shown_price)
    except InvalidRequest as error:
        show_faults(form, error)
        return Refusal(None, status_of(error))
    except PromptBlocked as error:
        show_faults(form, InvalidRequest({"prompt": error.message}))
        return Refusal(None, status_of(error))
    except (ModelUnavailable, PremiumRequired, PriceChanged) as error:
        return Refusal(error.message, status_of(error), has_other_offers=True)
    except InsufficientCredits as error:
        return Refusal(shortage(error), status_of(error))
    except (RateLimited, StorageFull) as error:
        return Refusal(error.message, status_of(error))
    return generation


def answer(form: AskingForm, asked: Generation | Refusal, *, page: Callable[[str | None], str]) -> ResponseReturnValue:
    """What the browser gets: the new batch or what is wrong, as parts of its page or as a whole one.

    `page` renders the whole page again with what was typed, and why nothing was queued.
    """
    if isinstance(asked, Refusal):
        if not wants_fragment():
            return page(asked.message), asked.status
        chosen, offers = (choose(form), offers_for(form)) if asked.has_other_offers else (None, [])
        html = render_template("generate/_refused.html", form=form, refusal=asked.message, chosen=chosen, offers=offers)
        return html, asked.status
    if not wants_fragment():
        return redirect(request.full_path.rstrip("?"), 303)
    shown = generations.get(db.session(), user_id=signed_in().id, uuid=asked.uuid)
    # What is sent next is another request.
    form.request_key.data = uuid4().hex
    return render_template("generate/_accepted.html", form=form, generation=shown, failed=None)


def offers_for(form: AskingForm) -> list[ModelChoice]:
    """What this person can choose now for such a request, read once per request."""
    if "offers" not in g:
        g.offers = model_choices(
            db.session(), user_id=signed_in().id, models=form.models, allowances=allowances(), now=now()
        )
    found: list[ModelChoice] = g.offers
    return found


def choose(form: AskingForm) -> ModelChoice | None:
    """The chosen model as it is offered. Where none is chosen, the first that can be had is."""
    offers = offers_for(form)
    chosen = next((offer for offer in offers if offer.model.key == form.model.data), None)
    chosen = chosen or next((offer for offer in offers if offer.is_available), None) or next(iter(offers), None)
    if chosen is not None:
        form.model.data = chosen.model.key
        # What is chosen besides has to be what the person may have of it.
        form.within = tuple(offer.model for offer in offers)
    return chosen


def models_of(kind: str, *, keeps: Callable[[Model], bool] = lambda _: True) -> tuple[Model, ...]:
    """The models of a kind that can do what is wanted."""
    return tuple(model for model in offered_models(kind) if keeps(model))
