"""The feed of what is being made: the newest on top, kept up to date by conditional requests."""

import hashlib
from uuid import UUID

from flask import g, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from imagegarden.clock import now
from imagegarden.current import allowances, offered_models
from imagegarden.db import db
from imagegarden.domain import generations, glances, waiting
from imagegarden.domain.glances import Glance
from imagegarden.domain.offers import model_choices, retry_prices
from imagegarden.generate import bp
from imagegarden.models import Generation, GenerationKind
from imagegarden.web.cursors import read_cursor, write_cursor
from imagegarden.web.guards import signed_in

FEED_PAGE = 12
# As far down the feed as a page may ask to be kept up to date.
LONGEST_FEED = 48
# Stands between the versions of batches in the version of a feed.
BETWEEN = "."


def read_feed(*, source: UUID | None = None, kind: GenerationKind | None = None) -> list[Generation]:
    """A page of the person's generations: all, or those of a kind, or those that start from a picture."""
    g.feed = generations.list_recent(
        db.session(),
        user_id=signed_in().id,
        limit=FEED_PAGE,
        after=read_cursor(request.args.get("after")),
        source=source,
        kind=kind,
    )
    g.places = waiting.places(db.session(), g.feed, now=now())
    shown: list[Generation] = g.feed
    return shown


def older_than(feed: list[Generation]) -> str | None:
    """Where the next page of a feed begins; None when this was the last."""
    return write_cursor(feed[-1]) if len(feed) == FEED_PAGE else None


# The pages on which a feed goes on, by the views that show a part of it.
PAGES = {
    "generate.create": "generate.create_page",
    "generate.feed": "generate.create_page",
    "generate.film": "generate.film_page",
    "generate.edit": "generate.edit_page",
}


@bp.app_template_global()
def older_url(after: str) -> str:
    """Where older ones are shown without a script: the page at hand, from there on."""
    endpoint = request.endpoint or "generate.create_page"
    return url_for(
        PAGES.get(endpoint, endpoint), **(request.view_args or {}), image=request.args.get("image"), after=after
    )


def _narrowing() -> tuple[UUID | None, GenerationKind | None]:
    kind = request.args.get("kind")
    return request.args.get("source", type=UUID), GenerationKind(kind) if kind in set(GenerationKind) else None


@bp.get("/create/feed")
def feed() -> ResponseReturnValue:
    """Older generations, for the end of the feed."""
    source, kind = _narrowing()
    shown = read_feed(source=source, kind=kind)
    return render_template("generate/_feed.html", feed=shown, older=older_than(shown))


@bp.get("/create/updates")
def updates() -> ResponseReturnValue:
    """Those of the newest generations that changed since the caller's ETag; 304 when none did.

    `shown` is how far down the caller's feed something is still under way.
    """
    limit = min(max(request.args.get("shown", FEED_PAGE, type=int), FEED_PAGE), LONGEST_FEED)
    source, kind = _narrowing()
    after = read_cursor(request.args.get("after"))
    seen = glances.list_recent(db.session(), user_id=signed_in().id, limit=limit, after=after, source=source, kind=kind)
    g.places = waiting.places(db.session(), seen, now=now())
    response = make_response()
    response.set_etag(version_of(seen))
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


def version_of(feed: list[Glance]) -> str:
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


@bp.app_template_global()
def feed_version(feed: list[Generation]) -> str:
    """A name for everything that a feed shows."""
    return version_of(glances.of(feed))


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
        session, user_id = db.session(), generation.user_id
        choices = model_choices(
            session, user_id=user_id, models=offered_models(None), allowances=allowances(), now=now()
        )
        shown = g.get("feed") or [generation]
        g.retry_prices = retry_prices(session, user_id=user_id, generations=shown, choices=choices)
    found: int | None = g.retry_prices.get(generation.id)
    return found
