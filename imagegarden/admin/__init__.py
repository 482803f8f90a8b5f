"""Administration: the staff's pages. Each view says which permission it asks for; each change asks why."""

from flask import Blueprint

bp = Blueprint("admin", __name__, url_prefix="/admin")

from imagegarden.admin import acts, audit_log, confirming, home, overview, people, person  # noqa: E402, F401
