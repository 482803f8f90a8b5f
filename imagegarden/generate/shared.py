"""What a link shows to whoever has it: a page and the files of one picture, and nothing about whose it is."""

from flask import make_response, render_template
from flask.typing import ResponseReturnValue

from imagegarden.db import db
from imagegarden.domain import shares
from imagegarden.generate import bp
from imagegarden.web.files import SHARED_CACHE, file_response
from imagegarden.web.guards import public

# Only those find it whom its owner gave the link.
UNLISTED = "noindex, nofollow"


@bp.get("/s/<token>")
@public
def shared(token: str) -> ResponseReturnValue:
    """The picture of a link, with its prompt where its owner said so."""
    found = shares.get(db.session(), token=token)
    prompt = found.generation.prompt if found.generation and found.media.shows_prompt else ""
    response = make_response(
        render_template("generate/shared.html", media=found.media, prompt=prompt, share_token=token)
    )
    response.headers["X-Robots-Tag"] = UNLISTED
    return response


@bp.get("/s/<token>/<role>")
@public
def shared_file(token: str, role: str) -> ResponseReturnValue:
    """A file of the picture of a link; asked for each time, so that a link that ends is dead at once."""
    media, file = shares.get_file(db.session(), token=token, role=role)
    response = file_response(file, media.uuid, is_download=False, cache=SHARED_CACHE)
    response.headers["X-Robots-Tag"] = UNLISTED
    # Made to be shown elsewhere: as the preview of the link, say.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
