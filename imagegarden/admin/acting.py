"""The forms of acts on a person, and what each act is told of whoever acts: who, why, and from where."""

from collections.abc import Callable, Mapping
from typing import TypedDict, TypeVar
from uuid import uuid4

from flask import request
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from imagegarden.domain.audit import LONGEST_REASON, checked_reason
from imagegarden.domain.errors import InvalidRequest
from imagegarden.domain.generation_spec import clean_text
from imagegarden.models import Role, User
from imagegarden.web.guards import signed_in

MOST_CREDITS = 1_000_000
MOST_DAYS = 3660
LONGEST_KEY = 64
Form = TypeVar("Form", bound="ActForm")


class Acting(TypedDict):
    """What an operation is told of whoever acts."""

    actor_id: int
    reason: str
    address: str


class ActForm(FlaskForm):
    """An act, with its reason."""

    reason = TextAreaField("Reason", render_kw={"rows": 2, "maxlength": LONGEST_REASON})
    # Names this act: sent twice by a double click, it is one.
    request_key = HiddenField()

    def acting(self, subject: User | None = None) -> Acting:
        """Who acts, on `subject` where it is a person, and why. Raises InvalidRequest with all that is wrong."""
        faults: dict[str, str] = {}
        reason = ""
        try:
            reason = checked_reason(self.reason.data or "")
        except InvalidRequest as error:
            faults |= error.fields
        try:
            self.check(subject)
        except InvalidRequest as error:
            faults |= error.fields
        if faults:
            raise InvalidRequest(faults)
        return Acting(actor_id=signed_in().id, reason=reason, address=request.remote_addr or "")

    def check(self, subject: User | None) -> None:
        """See that the other fields are sound. Raises InvalidRequest."""

    def key(self) -> str:
        """The name of this act."""
        return clean_text(self.request_key.data or "")[:LONGEST_KEY] or uuid4().hex

    def renew_key(self) -> None:
        """Let the form be sent once more, as another act."""
        self.request_key.data = uuid4().hex


class CreditsForm(ActForm):
    """So many credits more or less."""

    delta = StringField("Credits")

    def check(self, subject: User | None) -> None:
        """See that it is a number of credits. Raises InvalidRequest."""
        self.count()

    def count(self) -> int:
        """How many. Raises InvalidRequest."""
        count = whole_number("delta", self.delta.data, -MOST_CREDITS, MOST_CREDITS)
        if count == 0:
            raise InvalidRequest({"delta": "0 changes nothing."})
        return count


class PremiumForm(ActForm):
    """So many days of Premium more; none ends it."""

    days = StringField("Days")

    def check(self, subject: User | None) -> None:
        """See that it is a number of days. Raises InvalidRequest."""
        self.count()

    def count(self) -> int:
        """How many. Raises InvalidRequest."""
        return whole_number("days", self.days.data, 0, MOST_DAYS)


class RoleForm(ActForm):
    """Another role."""

    role = SelectField(
        "Role", choices=[SelectChoice(role.value, role.value.capitalize()) for role in Role], validate_choice=False
    )

    def check(self, subject: User | None) -> None:
        """See that there is such a role, and that it is another one. Raises InvalidRequest."""
        if subject is not None and self.chosen() == subject.role:
            raise InvalidRequest({"role": f"They are {subject.role} already."})

    def chosen(self) -> Role:
        """Which one. Raises InvalidRequest."""
        if self.role.data not in set(Role):
            raise InvalidRequest({"role": "Choose a role."})
        return Role(self.role.data)


class DeleteForm(ActForm):
    """The end of an account, confirmed by its address."""

    email = StringField("Their e-mail address")

    def check(self, subject: User | None) -> None:
        """See that the address was typed. Raises InvalidRequest."""
        if subject is None or (self.email.data or "").strip().lower() != subject.email:
            raise InvalidRequest({"email": "Type the address of this account, exactly."})


# By the place of the form on the page.
FORMS: Mapping[str, type[ActForm]] = {
    "credits": CreditsForm,
    "premium": PremiumForm,
    "role": RoleForm,
    "status": ActForm,
    "sessions": ActForm,
    "second-factor": ActForm,
    "keys": ActForm,
    "prompts": ActForm,
    "delete": DeleteForm,
}


def fresh(kind: type[Form]) -> Form:
    """A form that nobody has filled in."""
    return kind(formdata=None, request_key=uuid4().hex)


def check_all(*reads: Callable[[], object]) -> None:
    """Read several fields. Raises InvalidRequest with the faults of all of them."""
    faults: dict[str, str] = {}
    for read in reads:
        try:
            read()
        except InvalidRequest as error:
            faults |= error.fields
    if faults:
        raise InvalidRequest(faults)


def whole_number(name: str, typed: str | None, lowest: int, highest: int) -> int:
    """The number that was typed into a field. Raises InvalidRequest."""
    text = (typed or "").strip().replace(",", "").replace("−", "-")
    digits = text[1:] if text[:1] in ("+", "-") else text
    is_number = digits.isascii() and digits.isdecimal() and len(digits) <= 9
    if not is_number or not lowest <= int(text) <= highest:
        raise InvalidRequest({name: f"Say a whole number from {lowest:,} to {highest:,}."})
    return int(text)
