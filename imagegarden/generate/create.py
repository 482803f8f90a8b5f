"""The Create page: the prompt form and the feed of what is being made."""

import hashlib
from uuid import UUID

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from imagegarden.clock import now
from imagegarden.current import settings
from imagegarden.db import db, transaction
from imagegarden.domain import generations, pricing
from imagegarden.domain.errors import InsufficientCredits, InvalidRequest, ModelUnavailable, RateLimited
from imagegarden.domain.specs import MAX_COUNT
from imagegarden.generate import bp
from imagegarden.generate.forms import PromptForm
from imagegarden.models import Generation, GenerationKind, Via
from imagegarden.providers import catalogue
from imagegarden.web.cursors import read_cursor, write_cursor
from imagegarden.web.errors import status_of, wants_fragment
from imagegarden.web.forms import show_faults
from imagegarden.web.guards import signed_in

FEED_PAGE = 12
# As far down the feed as a page may ask to be kept up to date.
LONGEST_FEED = 48


@bp.get("/create")
def create_page() -> ResponseReturnValue:
    """The prompt form above the newest generations; `reuse` fills the form with an earlier one."""
    form = PromptForm(formdata=None, prompt=request.args.get("prompt", ""))
    reused = request.args.get("reuse", type=UUID)
    if reused is not None:
        earlier = generations.get(db.session(), user_id=signed_in().id, uuid=reused)
        form = PromptForm.reusing(earlier, keep_seed="seed" in request.args)
    return _page(form)


@bp.post("/create")
def create() -> ResponseReturnValue:
    """Take the prompt form, hold the credits, queue the pictures."""
    form = PromptForm()
    try:
        spec = form.to_spec()
        with transaction() as session:
            generation = generations.submit(
                session,
                user_id=signed_in().id,
                spec=spec,
                request_key=form.sound_request_key(),
                via=Via.WEB,
                per_hour=settings().generations_per_hour,
                now=now(),
            )
    except InvalidRequest as error:
        show_faults(form, error)
        return _refused(form, None), 422
    except (InsufficientCredits, RateLimited, ModelUnavailable) as error:
        return _refused(form, error.message), status_of(error)
    if not wants_fragment():
        return redirect(url_for("generate.create_page"), 303)
    shown = generations.get(db.session(), user_id=signed_in().id, uuid=generation.uuid)
    return render_template("generate/_accepted.html", form=PromptForm(formdata=None), generation=shown)


def _refused(form: PromptForm, refusal: str | None) -> str:
    if wants_fragment():
        return render_template("generate/_refused.html", form=form, refusal=refusal)
    return _page(form, refusal=refusal)


def _page(form: PromptForm, refusal: str | None = None) -> str:
    session = db.session()
    user_id = signed_in().id
    price = pricing.current(session, model=catalogue.DEFAULT_MODEL, kind=GenerationKind.IMAGE, now=now())
    feed = _feed(user_id)
    return render_template(
        "generate/create.html",
        form=form,
        refusal=refusal,
        model=catalogue.MODELS[catalogue.DEFAULT_MODEL],
        prices={count: price.credits_for(count) for count in range(1, MAX_COUNT + 1)},
        feed=feed,
        feed_version=_version(feed),
        older=write_cursor(feed[-1]) if len(feed) == FEED_PAGE else None,
    )


def _feed(user_id: int, limit: int = FEED_PAGE) -> list[Generation]:
    return generations.list_recent(
        db.session(), user_id=user_id, limit=limit, after=read_cursor(request.args.get("after"))
    )


@bp.get("/create/feed")
def feed() -> ResponseReturnValue:
    """Older generations, for the end of the feed."""
    shown = _feed(signed_in().id)
    older = write_cursor(shown[-1]) if len(shown) == FEED_PAGE else None
    return render_template("generate/_feed.html", feed=shown, older=older)


@bp.get("/create/updates")
def updates() -> ResponseReturnValue:
    """The newest generations as they are now; 304 when nothing changed since the caller's ETag.

    `shown` is how far down the caller's feed something is still under way.
    """
    limit = min(max(request.args.get("shown", FEED_PAGE, type=int), FEED_PAGE), LONGEST_FEED)
    shown = _feed(signed_in().id, limit)
    response = make_response()
    response.set_etag(_version(shown))
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Cookie"
    # Weakly: a proxy that compresses the answer weakens its ETag.
    if request.if_none_match.contains_weak(response.get_etag()[0] or ""):
        response.status_code = 304
        return response
    response.set_data(render_template("generate/_updates.html", feed=shown))
    return response


def _version(feed: list[Generation]) -> str:
    """A short name for everything that the feed shows."""
    return hashlib.sha256("".join(batch_version(generation) for generation in feed).encode()).hexdigest()[:16]


@bp.app_template_global()
def batch_version(generation: Generation) -> str:
    """A short name for what one batch of the feed shows."""
    shown = (
        generation.uuid,
        generation.status,
        generation.progress,
        generation.cancel_requested_at is not None,
        [media.uuid for media in generation.media],
    )
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:12]


@bp.post("/create/<uuid:generation_uuid>/cancel")
def cancel(generation_uuid: UUID) -> ResponseReturnValue:
    """Stop a generation."""
    with transaction() as session:
        generations.cancel(session, user_id=signed_in().id, uuid=generation_uuid, now=now())
    if not wants_fragment():
        return redirect(url_for("generate.create_page"), 303)
    generation = generations.get(db.session(), user_id=signed_in().id, uuid=generation_uuid)
    return render_template("generate/_canceled.html", generation=generation)
