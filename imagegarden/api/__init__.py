"""The API for programs, the door for OpenAI's clients, and the pages about both."""

from flask import Blueprint, Flask

bp = Blueprint("api", __name__)

from imagegarden.api import docs, documents, keys, links, usage_pages  # noqa: E402, F401
from imagegarden.api.openai import bp as openai  # noqa: E402
from imagegarden.api.spec import describe  # noqa: E402
from imagegarden.api.usage_counter import UsageCounter  # noqa: E402
from imagegarden.api.v1 import bp as v1  # noqa: E402
from imagegarden.api.waiting import Places  # noqa: E402
from imagegarden.current import settings  # noqa: E402


def install(app: Flask) -> None:
    """Open the API's doors in this application."""
    with app.app_context():
        app.extensions["waiting_places"] = Places(settings().web_threads // 2)
    app.extensions["usage_counter"] = UsageCounter(app)
    describe(app, [v1, openai])
    app.register_blueprint(bp)
