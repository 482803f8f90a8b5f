"""The forms by which the site is set."""

from collections.abc import Mapping

from wtforms import BooleanField, Field, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from imagegarden.admin.acting import ActForm, check_all, whole_number
from imagegarden.domain.errors import InvalidRequest
from imagegarden.domain.invitations import LONGEST_NOTE, MOST_DAYS, MOST_PLACES
from imagegarden.domain.network_blocks import MOST_HOURS, read_network
from imagegarden.domain.plans import Allowances, Tier
from imagegarden.domain.switches import LARGEST, LONGEST_WORDS, MOST_CREDITS, Limits, SignUps, Switches
from imagegarden.models import User

SIGN_UPS = {SignUps.OPEN: "Everybody", SignUps.INVITE: "Who was invited", SignUps.CLOSED: "Nobody"}
LIMITS: Mapping[str, str] = {
    "per_hour": "Requests in an hour",
    "at_once": "Requests at once",
    "outputs": "Pictures of one request",
    "film_seconds": "Seconds of a film",
    "words_per_hour": "Better prompts in an hour",
}


class WordsForm(ActForm):
    """Some words for everybody to read."""

    words = TextAreaField("What people read", render_kw={"rows": 2, "maxlength": LONGEST_WORDS})


class SignUpsForm(ActForm):
    """Who may sign up."""

    sign_ups = SelectField(
        "Who may sign up",
        choices=[SelectChoice(value.value, words) for value, words in SIGN_UPS.items()],
        validate_choice=False,
    )

    def check(self, subject: User | None) -> None:
        """See that it is a choice. Raises InvalidRequest."""
        self.chosen()

    def chosen(self) -> SignUps:
        """Who. Raises InvalidRequest."""
        if self.sign_ups.data not in set(SignUps):
            raise InvalidRequest({"sign_ups": "Choose who may sign up."})
        return SignUps(self.sign_ups.data)


class SecondFactorForm(ActForm):
    """Whether the staff needs a second factor."""

    is_needed = BooleanField("The staff needs a second factor")


class FreeCreditsForm(ActForm):
    """What everybody begins with."""

    amount = StringField("Credits")

    def check(self, subject: User | None) -> None:
        """See that it is a number. Raises InvalidRequest."""
        self.count()

    def count(self) -> int:
        """How many. Raises InvalidRequest."""
        return whole_number("amount", self.amount.data, 0, MOST_CREDITS)


class LimitsForm(ActForm):
    """What each plan allows; an empty field is as the settings say."""

    def check(self, subject: User | None) -> None:
        """See that all are numbers. Raises InvalidRequest."""
        self.limits()

    def show(self, switches: Switches) -> None:
        """Fill in what is set."""
        for tier, values in switches.limits.items():
            for name, number in values.items():
                self.field(tier, name).data = str(number)

    def field(self, tier: Tier, name: str) -> Field:
        """Where a limit of a plan is written."""
        return self._fields[f"{tier}_{name}"]

    def limits(self) -> Limits:
        """What is written. Raises InvalidRequest with all that is wrong."""
        faults: dict[str, str] = {}
        found: dict[Tier, dict[str, int]] = {tier: {} for tier in Tier}
        for tier in Tier:
            for name, largest in LARGEST.items():
                typed = self.field(tier, name).data or ""
                try:
                    if typed.strip():
                        found[tier][name] = whole_number(f"{tier}_{name}", typed, 1, largest)
                except InvalidRequest as error:
                    faults |= error.fields
        if faults:
            raise InvalidRequest(faults)
        return found

    def usual(self, given: Allowances) -> None:
        """Show in each empty field what the settings say."""
        for tier in Tier:
            for name in LARGEST:
                self.field(tier, name).render_kw = {
                    "placeholder": f"{getattr(given[tier], name):,}",
                    "inputmode": "numeric",
                    "autocomplete": "off",
                    "maxlength": 9,
                }


for _tier in Tier:
    for _name, _words in LIMITS.items():
        setattr(LimitsForm, f"{_tier}_{_name}", StringField(f"{_words}, {_tier.capitalize()}"))


class InvitationForm(ActForm):
    """A link by which some may sign up."""

    note = StringField("For whom", render_kw={"maxlength": LONGEST_NOTE})
    places = StringField("Places", default="1")
    days = StringField("Good for days", default="14")

    def check(self, subject: User | None) -> None:
        """See that the numbers are some. Raises InvalidRequest with all that is wrong."""
        check_all(self.count_places, self.count_days)

    def count_places(self) -> int:
        """How many may come. Raises InvalidRequest."""
        return whole_number("places", self.places.data, 1, MOST_PLACES)

    def count_days(self) -> int:
        """For how long. Raises InvalidRequest."""
        return whole_number("days", self.days.data, 1, MOST_DAYS)


class NetworkForm(ActForm):
    """A network from which nobody may come, for a while."""

    network = StringField("Network or address", render_kw={"maxlength": 50, "spellcheck": "false"})
    hours = StringField("For hours", default="24")

    def check(self, subject: User | None) -> None:
        """See that there is a network, and a number of hours. Raises InvalidRequest with all that is wrong."""
        check_all(lambda: read_network(self.network.data or ""), self.count_hours)

    def count_hours(self) -> int:
        """For how long. Raises InvalidRequest."""
        return whole_number("hours", self.hours.data, 1, MOST_HOURS)


# By the place of the form on the page.
FORMS: Mapping[str, type[ActForm]] = {
    "closing": WordsForm,
    "opening": ActForm,
    "banner": WordsForm,
    "sign-ups": SignUpsForm,
    "second-factor": SecondFactorForm,
    "free-credits": FreeCreditsForm,
    "limits": LimitsForm,
    "invitation": InvitationForm,
    "revoking": ActForm,
    "blocking": NetworkForm,
    "unblocking": ActForm,
}
