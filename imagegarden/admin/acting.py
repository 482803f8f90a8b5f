"""Who acts, why, and from where: what every change writes down."""

from typing import TypedDict

from flask import request
from flask_wtf import FlaskForm
from wtforms import HiddenField, TextAreaField

from imagegarden.domain.audit import checked_reason
from imagegarden.web.guards import signed_in


class Acting(TypedDict):
    """What an operation is told of whoever acts."""

    actor_id: int
    reason: str
    address: str


class ActForm(FlaskForm):
    """A change, with its reason."""

    reason = TextAreaField("Reason")
    # Names this change: sent twice by a double click, it is one.
    request_key = HiddenField()

    def acting(self) -> Acting:
        """Who acts, and why. Raises InvalidRequest for a reason that says nothing."""
        return Acting(
            actor_id=signed_in().id, reason=checked_reason(self.reason.data or ""), address=request.remote_addr or ""
        )
