"""The form that makes a key. Rules about what is right live in the domain."""

from datetime import UTC, datetime, time, timedelta

from flask_wtf import FlaskForm
from wtforms import DateField, PasswordField, SelectField, SelectMultipleField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, StopValidation
from wtforms.widgets import CheckboxInput, DateInput

from imagegarden.domain.api_keys import LARGEST_CAP
from imagegarden.domain.passwords import LONGEST
from imagegarden.models import Scope

SCOPES = {
    Scope.READ: ("Read", "See what was made, and fetch the files."),
    Scope.GENERATE: ("Generate", "Ask for pictures and films, which costs credits; bring pictures along; delete."),
    Scope.ACCOUNT: ("Account", "See the address, the plan, the credits and the usage."),
}
UNTIL = "until"
EXPIRIES = {"": "Never", "30": "In 30 days", "90": "In 90 days", "365": "In a year", UNTIL: "After the day below"}


def only_if_wanted(form: "KeyForm", field: DateField) -> None:
    """Ask for the day where one is wanted, and forget what stands there where none is."""
    if form.expires.data != UNTIL:
        field.errors = []
        raise StopValidation
    if not "".join(field.raw_data or ()).strip():
        field.errors = []
        raise StopValidation("Choose the last day on which the key works.")


class KeyForm(FlaskForm):
    """A name, what the key may do, until when and how much it may spend, and the person's password."""

    name = StringField("Name")
    scopes = SelectMultipleField(
        "What it may do",
        choices=[SelectChoice(scope.value, label) for scope, (label, _) in SCOPES.items()],
        default=[Scope.READ.value, Scope.GENERATE.value],
        option_widget=CheckboxInput(),
        validate_choice=False,
    )
    expires = SelectField("Expires", choices=[SelectChoice(key, label) for key, label in EXPIRIES.items()], default="")
    expires_at = DateField("Last day", [only_if_wanted], widget=DateInput())
    credit_cap = StringField("Most credits it may spend")
    password = PasswordField("Your password", [InputRequired("Enter your password."), Length(max=LONGEST)])

    def validate_credit_cap(self, field: StringField) -> None:
        """Take whole numbers, and nothing for no cap."""
        typed = _digits(field.data)
        if typed and not (typed.isascii() and typed.isdecimal() and len(typed) <= len(str(LARGEST_CAP))):
            raise ValidationError(f"Say a whole number from 0 to {LARGEST_CAP:,}, or nothing.")

    def cap(self) -> int | None:
        """How much may be spent; None without a cap."""
        typed = _digits(self.credit_cap.data)
        return int(typed) if typed else None

    def last_moment(self, now: datetime) -> datetime | None:
        """When the key stops; the last day is a day of UTC. None when it does not."""
        if self.expires.data == UNTIL:
            return datetime.combine(self.expires_at.data, time.max, UTC)
        return now + timedelta(days=int(self.expires.data)) if self.expires.data else None


def _digits(typed: str | None) -> str:
    return (typed or "").strip().replace(",", "")
