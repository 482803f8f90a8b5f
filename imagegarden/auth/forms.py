"""The forms of signing up and in, and of what keeps an account safe. Rules about what is right live in the domain."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from imagegarden.domain.accounts import LONGEST_EMAIL
from imagegarden.domain.errors import InvalidRequest, in_a_while
from imagegarden.domain.passwords import LONGEST, require_strong
from imagegarden.domain.second_factor import Verdict
from imagegarden.web.forms import show_faults


class SignUpForm(FlaskForm):
    """An address and a new password."""

    email = EmailField("E-mail", [InputRequired("Enter your e-mail address."), Length(max=LONGEST_EMAIL)])
    password = PasswordField("Password", [InputRequired("Choose a password.")])


class CodeForm(FlaskForm):
    """The code from the mail."""

    code = StringField("Code", [InputRequired("Enter the code from the mail.")])


class LogInForm(FlaskForm):
    """An address, its password, and whether to stay signed in."""

    email = EmailField("E-mail", [InputRequired("Enter your e-mail address."), Length(max=LONGEST_EMAIL)])
    password = PasswordField("Password", [InputRequired("Enter your password."), Length(max=LONGEST)])
    remember = BooleanField("Stay signed in on this device")


class SecondStepForm(FlaskForm):
    """A code of the app, or one on paper."""

    code = StringField("Code", [InputRequired("Enter the code that your app shows.")])


class BothForm(FlaskForm):
    """What shows that it is the owner: the password, and a code of the app or one on paper."""

    password = PasswordField("Your password", [InputRequired("Enter your password."), Length(max=LONGEST)])
    code = StringField("Code", [InputRequired("Enter the code that your app shows.")])


def factor_fault(verdict: Verdict) -> str:
    """What stands beside a code of the app, or one on paper, that was not right."""
    if not verdict.tries_left:
        return f"That is not the code. Please try again {in_a_while(verdict.wait_seconds)}."
    tries = "try" if verdict.tries_left == 1 else "tries"
    return f"That is not the code, or it was used. You have {verdict.tries_left} {tries} left."


class ForgottenForm(FlaskForm):
    """The address of an account whose password is forgotten."""

    email = EmailField("E-mail", [InputRequired("Enter your e-mail address."), Length(max=LONGEST_EMAIL)])


class ResetForm(FlaskForm):
    """The code from the mail, and a new password."""

    code = StringField("Code", [InputRequired("Enter the code from the mail.")])
    password = PasswordField("New password", [InputRequired("Choose a new password.")])


class PasswordForm(FlaskForm):
    """The password of today, and another one."""

    old_password = PasswordField(
        "Your password", [InputRequired("Enter the password that you have."), Length(max=LONGEST)]
    )
    password = PasswordField("New password", [InputRequired("Choose a new password.")])


class EmailForm(FlaskForm):
    """Another address."""

    email = EmailField("New e-mail address", [InputRequired("Enter the new address."), Length(max=LONGEST_EMAIL)])


def has_strong_password(form: SignUpForm | ResetForm | PasswordForm, *, email: str) -> bool:
    """Whether the new password of a form will do for this address; what is wrong with it stands beside it then.

    That one is missing the form says by itself.
    """
    try:
        if form.password.data:
            require_strong(form.password.data, email=email)
    except InvalidRequest as error:
        show_faults(form, error)
        return False
    return True
