"""The Video page: films from words, and from a picture that begins to move."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from imagegarden.db import db
from imagegarden.domain.requests import find_picture
from imagegarden.generate import bp
from imagegarden.generate.asking import answer, ask, choose, offers_for
from imagegarden.generate.feeds import older_than, read_feed
from imagegarden.generate.forms import LINKABLE, FilmForm
from imagegarden.generate.recalling import better_words, earlier_values
from imagegarden.models import GenerationKind
from imagegarden.web.guards import signed_in

FILM_LINKABLE = (*LINKABLE, "resolution", "duration")


@bp.get("/video")
def film_page() -> ResponseReturnValue:
    """The form for a film above the newest films.

    `image` names the picture that begins to move, `reuse` an earlier request, `words` a better prompt.
    """
    given: dict[str, str] = {name: request.args[name] for name in FILM_LINKABLE if name in request.args}
    return _page(FilmForm(formdata=None, **{**given, **earlier_values(), **better_words()}))


@bp.post("/video")
def film() -> ResponseReturnValue:
    """Queue a film."""
    form = FilmForm()
    if "show_fields" in request.form:
        return _page(form)
    return answer(form, ask(form, form.to_spec), page=lambda refusal: _page(form, refusal))


def _page(form: FilmForm, refusal: str | None = None) -> str:
    reference = find_picture(db.session(), user_id=signed_in().id, uuid=form.image_uuid)
    if reference is None and request.method == "GET":
        # A link may name a picture that is gone.
        form.image.data = None
    chosen = choose(form)
    form.fit()
    feed = read_feed(kind=GenerationKind.VIDEO)
    return render_template(
        "generate/video.html",
        form=form,
        refusal=refusal,
        offers=offers_for(form),
        chosen=chosen,
        gone_model=None,
        reference=reference,
        feed=feed,
        older=older_than(feed),
    )
