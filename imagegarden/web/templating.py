"""What every template may use. A name that does not exist is an error, not an empty text."""

from datetime import datetime
from uuid import UUID

from flask import Flask, current_app, g
from flask_login import current_user
from jinja2 import StrictUndefined
from markupsafe import Markup

from imagegarden.clock import now
from imagegarden.current import known_models, known_people, settings
from imagegarden.db import db
from imagegarden.domain.credits import balance
from imagegarden.domain.device_names import device_words
from imagegarden.domain.generations import count_unfinished
from imagegarden.domain.permissions import is_staff
from imagegarden.domain.plans import list_current
from imagegarden.domain.profiles import Face, face_of
from imagegarden.domain.statements import Outlook, outlook
from imagegarden.domain.waiting import count_under_way
from imagegarden.models import Plan, PlanKey
from imagegarden.providers import catalogue
from imagegarden.web import headers, maintenance, money
from imagegarden.web.failures import failure_of
from imagegarden.web.kept import Kept
from imagegarden.web.shapes import shape_class

# So old may be what is said of everybody's queue.
UNDER_WAY_SECONDS = 1.0


def install(app: Flask) -> None:
    """Give the templates of this application their tools."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        csp_nonce=headers.nonce,
        styles=catalogue.STYLES,
        colors=catalogue.COLORS,
        sizes=catalogue.SIZES,
        known_models=known_models,
        failure_of=failure_of,
        shape_class=shape_class,
        is_staff=is_staff,
        site_banner=maintenance.banner,
        closed_words=maintenance.closed_words,
    )
    app.jinja_env.filters.update(moment=moment, ago=ago, plural=plural, device=device_words)
    money.install(app)
    app.context_processor(_shell)
    app.extensions["kept_under_way"] = Kept(UNDER_WAY_SECONDS)


def _shell() -> dict[str, object]:
    """What the frame around a page shows. Lazy, so that pages and pieces without a frame ask for nothing."""
    return {"shell": Shell(), "site": settings()}


class Shell:
    """The signed-in person's credits and unfinished work, read once per request where they are shown."""

    @property
    def credits(self) -> int:
        """What the person can spend."""
        if "shell_credits" not in g:
            g.shell_credits = balance(db.session(), current_user.id, now=now()).available
        found: int = g.shell_credits
        return found

    @property
    def outlook(self) -> Outlook:
        """Until when the person has Premium, and whether it goes on."""
        if "shell_outlook" not in g:
            g.shell_outlook = known_people().get(
                current_user.id, "outlook", lambda: outlook(db.session(), user_id=current_user.id, now=now())
            )
        found: Outlook = g.shell_outlook
        return found

    @property
    def face(self) -> UUID | None:
        """The picture that stands for the person; None where a letter does."""
        if current_user.face_media_id is None:
            return None
        known: Face = known_people().get(
            current_user.id, "face", lambda: face_of(db.session(), user_id=current_user.id)
        )
        return known.media_uuid

    @property
    def plans(self) -> dict[PlanKey, Plan]:
        """What can be had here, by the names free, pass and subscription."""
        if "shell_plans" not in g:
            g.shell_plans = list_current(db.session(), now=now())
        found: dict[PlanKey, Plan] = g.shell_plans
        return found

    @property
    def unfinished(self) -> int:
        """How many of the person's generations are under way."""
        if "shell_unfinished" not in g:
            g.shell_unfinished = count_unfinished(db.session(), user_id=current_user.id)
        found: int = g.shell_unfinished
        return found

    @property
    def under_way(self) -> int:
        """How many generations are under way on the whole site, those of the person among them."""
        kept: Kept[int] = current_app.extensions["kept_under_way"]
        return max(self.unfinished, kept.recall("all", lambda: count_under_way(db.session())))


def moment(value: datetime) -> Markup:
    """A moment for people and for programs; the page's script turns it into the reader's own time zone."""
    return Markup('<time datetime="{}">{} UTC</time>').format(
        value.isoformat(timespec="seconds"), value.strftime("%-d %b %Y, %H:%M")
    )


def ago(value: datetime) -> str:
    """How long ago something was, roughly."""
    seconds = max(0, round((now() - value).total_seconds()))
    for size, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {name} ago"
    return "just now"


def plural(count: int, word: str) -> str:
    """A count with its word: 1 credit, 2 credits."""
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"
