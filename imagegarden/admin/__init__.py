"""Pages for those who run the site."""

from flask import Blueprint

bp = Blueprint("admin", __name__, url_prefix="/admin")

from imagegarden.admin import overview  # noqa: E402, F401
