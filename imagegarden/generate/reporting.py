"""Saying that something is wrong with a shared picture: anybody may."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice

from imagegarden.clock import now
from imagegarden.current import settings
from imagegarden.db import db, transaction
from imagegarden.domain import media_reports, shares
from imagegarden.domain.errors import InvalidRequest
from imagegarden.domain.media_reports import LONGEST_WORDS, REASONS
from imagegarden.extensions import limiter
from imagegarden.generate import bp
from imagegarden.web.errors import status_of
from imagegarden.web.forms import show_faults
from imagegarden.web.guards import public


class ReportForm(FlaskForm):
    """What is wrong with it. Whether that is enough is decided by the operation."""

    reason = RadioField(
        "What is wrong with it?",
        choices=[SelectChoice(reason.value, words) for reason, words in REASONS.items()],
        validate_choice=False,
    )
    words = TextAreaField("In your words", render_kw={"rows": 4, "maxlength": LONGEST_WORDS})


@bp.get("/s/<token>/report")
@public
def shared_report(token: str) -> ResponseReturnValue:
    """The form, or thanks."""
    shares.get(db.session(), token=token)
    return _page(token, ReportForm(formdata=None), is_sent="sent" in request.args)


@bp.post("/s/<token>/report")
@public
@limiter.limit(lambda: settings().report_limit)
def report_shared(token: str) -> ResponseReturnValue:
    """Take a report, by whoever it is."""
    form = ReportForm()
    reporter_id = current_user.id if current_user.is_authenticated else None
    try:
        with transaction() as session:
            media_reports.add(
                session,
                token=token,
                reporter_id=reporter_id,
                reason=form.reason.data or "",
                words=form.words.data or "",
                now=now(),
            )
    except InvalidRequest as error:
        # Nothing may be told about a link that shows nothing.
        shares.get(db.session(), token=token)
        show_faults(form, error)
        return _page(token, form), status_of(error)
    return redirect(url_for("generate.shared_report", token=token, sent=1), 303)


def _page(token: str, form: ReportForm, *, is_sent: bool = False) -> str:
    return render_template("generate/report_shared.html", share_token=token, form=form, is_sent=is_sent)
