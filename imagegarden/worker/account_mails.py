"""Mail jobs about the safety of accounts. What a mail says is decided when it goes out."""

from dataclasses import dataclass
from datetime import datetime

from imagegarden.clock import now
from imagegarden.current import adapters, signing_keys
from imagegarden.db import db, release_connection, transaction
from imagegarden.domain import accounts, codes, password_changes
from imagegarden.domain.device_names import device_words
from imagegarden.domain.security_letters import SecurityNotice
from imagegarden.mail import Letter
from imagegarden.models import CodePurpose, User, UserStatus
from imagegarden.worker.mails import write_letter


@dataclass(frozen=True)
class Told:
    """What a letter says first, and what it says then."""

    subject: str
    words: str


@dataclass(frozen=True)
class Answer:
    """What whoever asked for a code is written, if anything, and whether it brings the code."""

    letter: Letter | None
    has_code: bool


NOTICES = {
    SecurityNotice.PASSWORD_CHANGED: Told(
        "Your password was changed",
        "your password was changed, and every other device was signed out. API keys stay good: see that all are yours.",
    ),
    SecurityNotice.EMAIL_CHANGED: Told(
        "Your e-mail address was changed", "your account has another e-mail address now. This is the last letter here."
    ),
    SecurityNotice.EMAIL_SET: Told(
        "Your account has another e-mail address",
        "the operator of this site has given your account another e-mail address, as you asked. Every device was "
        "signed out.",
    ),
    SecurityNotice.SECOND_FACTOR_ON: Told(
        "Your second factor is on",
        "from now on your account asks for a code of your app when you log in. Every other device was signed out.",
    ),
    SecurityNotice.SECOND_FACTOR_OFF: Told(
        "Your second factor is off", "your account does not ask for a code of your app any more."
    ),
    SecurityNotice.SECOND_FACTOR_RESET: Told(
        "Your second factor was taken away",
        "the staff has taken the second factor of your account away, as you asked. You can set it up again.",
    ),
    SecurityNotice.SECOND_FACTOR_GUESSED: Told(
        "Somebody knows your password",
        "your password was entered, and then one wrong code after the other in place of that of your app. Nobody came "
        "in by that, and whoever it was has to wait now: a quarter of an hour first, longer each time. Where you "
        "showed a code before, you can log in as ever.",
    ),
    SecurityNotice.RECOVERY_CODES_MADE: Told(
        "You have new recovery codes",
        "new recovery codes were made for your account. The earlier ones are worth nothing.",
    ),
    SecurityNotice.RECOVERY_CODE_USED: Told(
        "A recovery code was used", "a recovery code of your account was used in place of your app."
    ),
    SecurityNotice.NEW_DEVICE: Told(
        "Your account was used on a new device", "somebody logged in to your account on a device that it does not know."
    ),
    SecurityNotice.API_KEY_MADE: Told("An API key was made", "a key was made by which programs can use your account."),
}
# What the detail of a letter is called in it.
DETAILS = {
    SecurityNotice.EMAIL_CHANGED: "New address",
    SecurityNotice.EMAIL_SET: "New address",
    SecurityNotice.API_KEY_MADE: "Name of the key",
}


def mail_account_code(code_id: int) -> None:
    """Mail the code by which a password is reset, or an address is changed.

    An address without an account is sent no code for a password, and nothing else either; one with an account is told
    that it cannot be taken. Raises MailError.
    """
    code = codes.draw()
    with transaction() as session:
        row = codes.arm(session, code_id=code_id, code=code, key=signing_keys()[0], now=now())
        if row is None:
            return
        answer = _answer(row.purpose, row.email, code, accounts.find_by_email(session, row.email))
        if not answer.has_code:
            # No code can be right here: it stays out of the row, too.
            row.code_hmac = None
    if answer.letter is not None:
        adapters().mailer.send(answer.letter)
    with transaction() as session:
        codes.record_mailed(session, code_id=code_id, now=now())


def _answer(purpose: CodePurpose, email: str, code: str, user: User | None) -> Answer:
    minutes = int(codes.LIFETIME.total_seconds() // 60)
    if purpose == CodePurpose.PASSWORD_RESET:
        if not password_changes.may_reset(user):
            return Answer(None, has_code=False)
        name, subject = "reset_code", f"{code} is your code for a new password"
    elif user is not None:
        subject = "This address has an Image Garden account already"
        return Answer(write_letter("taken_address", email, subject), has_code=False)
    else:
        name, subject = "email_code", f"{code} is your code for this address"
    return Answer(write_letter(name, email, subject, code=code, minutes=minutes), has_code=True)


def mail_security_notice(
    notice: str, user_id: int, email: str, moment: str, device: str = "", address: str = "", detail: str = ""
) -> None:
    """Tell a person what was done to their account, whoever did it. Raises MailError."""
    user = db.session.get(User, user_id)
    release_connection()
    if user is None or user.status == UserStatus.DELETED:
        return
    known = SecurityNotice(notice)
    facts = {
        DETAILS.get(known, "Detail"): detail,
        "Device": device_words(device) if device else "",
        "From": address,
    }
    letter = write_letter(
        "security_notice",
        email,
        NOTICES[known].subject,
        words=NOTICES[known].words,
        at=datetime.fromisoformat(moment),
        facts={name: value for name, value in facts.items() if value},
        # Who reads an address that is not the account's any more can do nothing by themselves.
        can_reset=email == user.email,
    )
    adapters().mailer.send(letter)
