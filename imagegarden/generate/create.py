"""The Create page: the prompt form and the feed of what is being made."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from flask import g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from imagegarden.clock import now
from imagegarden.current import allowances, offered_models
from imagegarden.db import db, transaction
from imagegarden.domain import generations, glances, moderation, waiting
from imagegarden.domain.errors import (
    InsufficientCredits,
    InvalidRequest,
    ModelUnavailable,
    PremiumRequired,
    PriceChanged,
    PromptBlocked,
    RateLimited,
)
from imagegarden.domain.glances import Glance
from imagegarden.domain.offers import ModelChoice, keep_price, model_choices, retry_prices
from imagegarden.generate import bp
from imagegarden.generate.forms import LINKABLE, PromptForm
from imagegarden.models import Generation, Via
from imagegarden.providers import catalogue
from imagegarden.web.cursors import read_cursor, write_cursor
from imagegarden.web.errors import status_of, wants_fragment
from imagegarden.web.forms import show_faults
from imagegarden.web.guards import signed_in

FEED_PAGE = 12
# As far down the feed as a page may ask to be kept up to date.
LONGEST_FEED = 48
# Stands between the versions of batches in the version of a feed.
BETWEEN = "."


@bp.get("/create")
def create_page() -> ResponseReturnValue:
    """The prompt form above the newest generations.

    `reuse` fills the form with an earlier request; the names of fields fill in those.
    """
    reused = request.args.get("reuse", type=UUID)
    if reused is None:
        given = {name: request.args[name] for name in LINKABLE if name in request.args}
        return _page(PromptForm(formdata=None, **given))
    earlier = generations.get(db.session(), user_id=signed_in().id, uuid=reused)
    form = PromptForm.reusing(earlier, keep_seed="seed" in request.args)
    gone = catalogue.MODELS.get(earlier.model) if form.model.data is None else None
    return _page(form, gone_model=gone)


@bp.post("/create")
def create() -> ResponseReturnValue:
    """Take the prompt form, hold the credits, queue the pictures."""
    form = PromptForm()
    if "show_fields" in request.form:
        # Without a script, another model's fields come with another page.
        return _page(form)
    try:
        spec = form.to_spec()
        with _blocks_recorded(), transaction() as session:
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
        return _refused(form, None), 422
    except PromptBlocked as error:
        show_faults(form, InvalidRequest({"prompt": error.message}))
        return _refused(form, None), status_of(error)
    except (ModelUnavailable, PremiumRequired, PriceChanged) as error:
        return _refused(form, error.message, has_other_offers=True), status_of(error)
    except (InsufficientCredits, RateLimited) as error:
        return _refused(form, error.message), status_of(error)
    if not wants_fragment():
        return redirect(url_for("generate.create_page"), 303)
    shown = generations.get(db.session(), user_id=signed_in().id, uuid=generation.uuid)
    return render_template("generate/_accepted.html", form=PromptForm(formdata=None), generation=shown, failed=None)


@contextmanager
def _blocks_recorded() -> Iterator[None]:
    """Write down what a rule blocks, although the request itself is rolled back."""
    try:
        yield
    except PromptBlocked as error:
        with transaction() as session:
            moderation.record_blocked(session, rule_id=error.rule_id, user_id=signed_in().id, now=now())
        raise


def _refused(form: PromptForm, refusal: str | None, *, has_other_offers: bool = False) -> str:
    if not wants_fragment():
        return _page(form, refusal=refusal)
    chosen, offers = (_choose(form), _offers()) if has_other_offers else (None, [])
    return render_template("generate/_refused.html", form=form, refusal=refusal, chosen=chosen, offers=offers)


def _page(form: PromptForm, refusal: str | None = None, gone_model: catalogue.Model | None = None) -> str:
    chosen = _choose(form)
    form.fit()
    feed = _feed(signed_in().id)
    return render_template(
        "generate/create.html",
        form=form,
        refusal=refusal,
        offers=_offers(),
        chosen=chosen,
        gone_model=gone_model,
        feed=feed,
        feed_version=_version(glances.of(feed)),
        older=write_cursor(feed[-1]) if len(feed) == FEED_PAGE else None,
    )


def _choose(form: PromptForm) -> ModelChoice | None:
    """The chosen model as it is offered. Where none is chosen, the first that can be had is."""
    offers = _offers()
    chosen = next((offer for offer in offers if offer.model.key == form.model.data), None)
    chosen = chosen or next((offer for offer in offers if offer.is_available), None) or next(iter(offers), None)
    if chosen is not None:
        form.model.data = chosen.model.key
    return chosen


def _offers() -> list[ModelChoice]:
    """What this person can choose now, read once per request."""
    if "offers" not in g:
        g.offers = model_choices(db.session(), user_id=signed_in().id, models=offered_models(), now=now())
    found: list[ModelChoice] = g.offers
    return found


def _feed(user_id: int, limit: int = FEED_PAGE) -> list[Generation]:
    shown = generations.list_recent(
        db.session(), user_id=user_id, limit=limit, after=read_cursor(request.args.get("after"))
    )
    g.places = waiting.places(db.session(), shown, now=now())
    g.feed = shown
    return shown


@bp.app_template_global()
def has_ai() -> bool:
    """Whether the pictures that can be asked for here are made by AI models."""
    return any(model.is_ai for model in offered_models())


@bp.app_template_global()
def has_several_models() -> bool:
    """Whether there is a model to choose."""
    return len(offered_models()) > 1


@bp.app_template_global()
def place_of(generation: Generation | Glance) -> waiting.Place | None:
    """Where a generation stands in the queue; None when it does not wait."""
    if "places" not in g:
        g.places = waiting.places(db.session(), [generation], now=now())
    found: waiting.Place | None = g.places.get(generation.id)
    return found


@bp.app_template_global()
def retry_price(generation: Generation) -> int | None:
    """What asking once more for what failed costs; None when it cannot be asked for."""
    if "retry_prices" not in g:
        shown = g.get("feed") or [generation]
        g.retry_prices = retry_prices(db.session(), user_id=generation.user_id, generations=shown, choices=_offers())
    found: int | None = g.retry_prices.get(generation.id)
    return found


@bp.get("/create/feed")
def feed() -> ResponseReturnValue:
    """Older generations, for the end of the feed."""
    shown = _feed(signed_in().id)
    older = write_cursor(shown[-1]) if len(shown) == FEED_PAGE else None
    return render_template("generate/_feed.html", feed=shown, older=older)


@bp.get("/create/updates")
def updates() -> ResponseReturnValue:
    """Those of the newest generations that changed since the caller's ETag; 304 when none did.

    `shown` is how far down the caller's feed something is still under way.
    """
    limit = min(max(request.args.get("shown", FEED_PAGE, type=int), FEED_PAGE), LONGEST_FEED)
    after = read_cursor(request.args.get("after"))
    seen = glances.list_recent(db.session(), user_id=signed_in().id, limit=limit, after=after)
    g.places = waiting.places(db.session(), seen, now=now())
    response = make_response()
    response.set_etag(_version(seen))
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Cookie"
    response.headers["X-Look-After"] = f"{waiting.look_after(seen, now=now()):.2f}"
    # Weakly: a proxy that compresses the answer weakens its ETag.
    if request.if_none_match.contains_weak(response.get_etag()[0] or ""):
        response.status_code = 304
        return response
    tags = [tag for tag in request.if_none_match.as_set(include_weak=True) if tag]
    known = {version for tag in tags for version in tag.split(BETWEEN)}
    changed = [glance.uuid for glance in seen if _batch_version(glance) not in known]
    g.feed = generations.list_these(db.session(), user_id=signed_in().id, uuids=changed)
    response.set_data(render_template("generate/_updates.html", feed=g.feed))
    return response


def _version(feed: list[Glance]) -> str:
    """A name for everything that the feed shows: it tells what each of its batches shows."""
    # Never empty: that would be no tag.
    return BETWEEN.join(["feed", *(_batch_version(glance) for glance in feed)])


def _batch_version(glance: Glance) -> str:
    shown = (glance.uuid, glance.status, glance.progress, glance.is_stopping, glance.media, place_of(glance))
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:10]


@bp.app_template_global()
def batch_version(generation: Generation) -> str:
    """A short name for what one batch of the feed shows."""
    return _batch_version(glances.of([generation])[0])


@bp.post("/create/<uuid:generation_uuid>/cancel")
def cancel(generation_uuid: UUID) -> ResponseReturnValue:
    """Stop a generation."""
    with transaction() as session:
        generations.cancel(session, user_id=signed_in().id, uuid=generation_uuid, now=now())
    if not wants_fragment():
        return redirect(url_for("generate.create_page"), 303)
    generation = generations.get(db.session(), user_id=signed_in().id, uuid=generation_uuid)
    return render_template("generate/_canceled.html", generation=generation)


@bp.post("/create/<uuid:generation_uuid>/retry")
def retry(generation_uuid: UUID) -> ResponseReturnValue:
    """Ask once more for what failed, at the price that the button said."""
    with _blocks_recorded(), transaction() as session:
        generation = generations.retry(
            session,
            user_id=signed_in().id,
            uuid=generation_uuid,
            models=offered_models(),
            via=Via.WEB,
            allowances=allowances(),
            now=now(),
        )
        keep_price(generation, shown=request.form.get("price", type=int))
    if not wants_fragment():
        return redirect(url_for("generate.create_page"), 303)
    session = db.session()
    shown = generations.get(session, user_id=signed_in().id, uuid=generation.uuid)
    failed = generations.get(session, user_id=signed_in().id, uuid=generation_uuid)
    return render_template("generate/_accepted.html", form=None, generation=shown, failed=failed)
