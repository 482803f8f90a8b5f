"""The form of a decision about a picture: why, and what was seen of it."""

import re
from uuid import UUID, uuid4

from flask import request
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, StringField, TextAreaField

from imagegarden.admin.acting import LONGEST_KEY
from imagegarden.clock import now
from imagegarden.domain.decision_reasons import checked_why
from imagegarden.domain.generation_spec import clean_text
from imagegarden.domain.media_decisions import Deciding, Seen
from imagegarden.models import DecisionAction
from imagegarden.web.guards import signed_in

SEEN = re.compile(r"(\d{1,18})-(\d{1,18})", re.ASCII)


class DecisionForm(FlaskForm):
    """A decision, with its reason."""

    reason = StringField("Reason")
    words = TextAreaField("Words")
    # Of a picture that was offered for the front page.
    to_showcase = BooleanField()
    # Names this decision: sent twice by a double click, it is one.
    request_key = HiddenField()
    # The last decision and the newest report that were on the card.
    seen = HiddenField()
    # Where to go on: the tab, its page, and the card that gets the focus.
    show = HiddenField()
    after = HiddenField()
    next = HiddenField()

    def deciding(self, action: DecisionAction) -> Deciding:
        """Who decides, and why. Raises InvalidRequest with everything that is wrong with the form."""
        return Deciding(
            why=checked_why(action, self.reason.data or "", self.words.data or ""),
            seen=self._seen(),
            actor_id=signed_in().id,
            address=request.remote_addr or "",
            request_key=clean_text(self.request_key.data or "")[:LONGEST_KEY] or uuid4().hex,
            now=now(),
        )

    def _seen(self) -> Seen:
        found = SEEN.fullmatch(self.seen.data or "")
        return Seen(int(found[1]), int(found[2])) if found else Seen(0, 0)

    def next_card(self) -> str | None:
        """The place of the card that gets the focus, on the page that comes next."""
        try:
            return f"card-{UUID(self.next.data or '')}"
        except ValueError:
            return None
