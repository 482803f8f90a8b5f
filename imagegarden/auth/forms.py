"""The forms of signing up and in. Rules about what is right live in the domain."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from imagegarden.domain.accounts import LONGEST_EMAIL
from imagegarden.domain.passwords import LONGEST


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
