"""Health: whether everything that the site stands on answers, and what was found wrong."""

import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from flask import current_app, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from imagegarden.admin import bp
from imagegarden.clock import now
from imagegarden.current import settings
from imagegarden.db import db
from imagegarden.domain import health
from imagegarden.domain.permissions import Permission
from imagegarden.models import CheckResult
from imagegarden.web import disk
from imagegarden.web.guards import allowed
from imagegarden.web.health import QUICK_CHECKS

# With less than this share of the disk left it is time to look.
LITTLE = 0.1
WORDS = {
    "database": "PostgreSQL",
    "migrations": "Schema",
    "redis": "Redis",
    "storage": "Storage",
    "mail": "Mail",
    "ledger": "Ledger",
}
PACKAGES = ("flask", "sqlalchemy", "procrastinate", "replicate", "razorpay")


@dataclass(frozen=True)
class Part:
    """Something that the site stands on: what is wrong with it, if anything, and what else is to be said."""

    name: str
    fault: str | None
    note: str


@bp.get("/health")
@allowed(Permission.SEE_HEALTH)
def health_page() -> ResponseReturnValue:
    """How everything is now."""
    found = health.look(db.session(), now=now())
    parts = [
        *(_asked(name, is_sound) for name, is_sound in QUICK_CHECKS.items()),
        *(_looked_at(check) for check in found.checks),
        _disk(),
    ]
    return render_template(
        "admin/health.html",
        health=found,
        parts=parts,
        troubles=[f"{part.name}: {part.fault}" for part in parts if part.fault],
        versions=_versions(),
    )


def _asked(name: str, is_sound: Callable[[], bool]) -> Part:
    begun = time.monotonic()
    fault = None if is_sound() else "does not answer" if name != "migrations" else "is older than this code"
    return Part(WORDS[name], fault, f"{(time.monotonic() - begun) * 1000:.1f} ms")


def _looked_at(check: CheckResult) -> Part:
    # A look that is old says nothing about now.
    is_stale = check.checked_at < now() - health.STALE
    fault = "nobody has looked for hours: no clock is at work" if is_stale else check.fault
    return Part(
        WORDS.get(check.name, check.name), fault, f"{check.seconds * 1000:.0f} ms, {check.checked_at:%H:%M:%S} UTC"
    )


def _disk() -> Part:
    usage = disk.usage(settings().data_dir)
    fault = "nearly full" if usage.free < LITTLE * usage.total else None
    return Part("Disk", fault, f"{usage.free / 2**30:,.1f} of {usage.total / 2**30:,.1f} GB free")


def _versions() -> Sequence[tuple[str, str]]:
    server = db.session.execute(text("SHOW server_version")).scalar_one()
    return (
        ("Image Garden", settings().release),
        ("Schema", str(current_app.extensions["migration_head"])),
        ("Python", platform.python_version()),
        ("PostgreSQL", str(server).split()[0]),
        ("Redis", _redis_version()),
        *((name, version(name)) for name in PACKAGES),
    )


def _redis_version() -> str:
    info = current_app.extensions["redis"].info("server")
    return str(info.get("valkey_version") or info.get("redis_version", ""))
