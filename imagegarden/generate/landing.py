"""The front page."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from imagegarden.current import offered_models
from imagegarden.generate import bp
from imagegarden.web.guards import public


@bp.get("/")
@public
def landing() -> ResponseReturnValue:
    """What this is, for a stranger; the studio, for somebody who is signed in."""
    if current_user.is_authenticated:
        return redirect(url_for("generate.create_page"), 303)
    return render_template("generate/landing.html", models=offered_models())
