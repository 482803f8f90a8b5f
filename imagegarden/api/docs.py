"""The page that explains the API, made from its document."""

from flask import render_template
from flask.typing import ResponseReturnValue

from imagegarden.api import bp
from imagegarden.api.error_codes import error_codes
from imagegarden.api.forms import SCOPES
from imagegarden.api.reference import coded, groups, shapes
from imagegarden.api.snippets import snippets
from imagegarden.api.spec import document
from imagegarden.api.waiting import LONGEST_SECONDS
from imagegarden.current import allowances, settings
from imagegarden.domain.plans import Tier
from imagegarden.web.guards import public

# In place of a key: nobody's.
PLACEHOLDER = "ig_YOUR_KEY"


@bp.get("/docs/api")
@public
def docs() -> ResponseReturnValue:
    """How the API is used, and every operation of it."""
    described, allowed = document(), allowances()
    return render_template(
        "api/docs.html",
        snippets=snippets(settings().public_url, PLACEHOLDER),
        scopes=SCOPES,
        codes=error_codes(),
        api_limit=settings().api_limit,
        free=allowed[Tier.FREE],
        premium=allowed[Tier.PREMIUM],
        longest_wait=LONGEST_SECONDS,
        groups=groups(described),
        shapes=shapes(described),
        coded=coded,
    )
