"""Mail jobs. What a mail says is decided when it goes out."""

from flask import render_template

from imagegarden.clock import now
from imagegarden.current import adapters, settings, signing_keys
from imagegarden.db import db, release_connection, transaction
from imagegarden.domain import accounts, alarms, codes, exports, media, media_decisions, notices, plans, statements
from imagegarden.mail import Letter
from imagegarden.models import DecisionAction, PlanKey, User, UserStatus


def mail_code(code_id: int) -> None:
    """Mail a one-time code, or word that the address has an account already.

    The code is drawn here and only its HMAC is kept: when a mail has to be sent again, a new code counts. Raises
    MailError.
    """
    code = codes.draw()
    with transaction() as session:
        row = codes.arm(session, code_id=code_id, code=code, key=signing_keys()[0], now=now())
        if row is None:
            return
        is_known = accounts.find_by_email(session, row.email) is not None
        if is_known:
            # No code can be right for this address: it stays out of the row and out of the mail.
            row.code_hmac = None
    adapters().mailer.send(_known_address(row.email) if is_known else _sign_up_code(row.email, code))
    with transaction() as session:
        codes.record_mailed(session, code_id=code_id, now=now())


def mail_alarm(code: str) -> None:
    """Mail an alarm to every administrator. Raises MailError."""
    session = db.session()
    alarm = alarms.get_alarm(session, code=code)
    listeners = alarms.list_listeners(session)
    release_connection()
    if alarm is None:
        return
    for email in listeners:
        adapters().mailer.send(
            write_letter(
                "alarm", email, "Image Garden needs you", code=alarm.code, detail=alarm.detail, at=alarm.raised_at
            )
        )


SUBJECTS = {
    "premium_ends": "Your Premium days end soon",
    "renewal_failed": "Your Premium could not be renewed yet",
    "renewal_stopped": "Your Premium was not renewed",
}


def mail_notice(notice: str, user_id: int) -> None:
    """Mail a letter about a person's Premium, with what is true now. Raises MailError."""
    session, moment = db.session(), now()
    user = session.get(User, user_id)
    standing = statements.standing(session, user_id=user_id, now=moment)
    plan = plans.current(session, PlanKey.PASS, now=moment)
    release_connection()
    if user is None or not user.is_here or not notices.is_wanted(user, notice):
        return
    letter = write_letter(notice, user.email, SUBJECTS[notice], standing=standing, plan=plan)
    adapters().mailer.send(letter)


def mail_decision(decision_id: int) -> None:
    """Tell an owner what a moderator decided about a picture, and why. Raises MailError."""
    told = media_decisions.find_to_tell(db.session(), decision_id=decision_id)
    release_connection()
    if told is not None:
        name, subject = LETTERS[told.action]
        letter = write_letter(
            name, told.email, subject, told=told, is_banned=told.action == DecisionAction.BAN, keeps=media.TRASH_KEEPS
        )
        adapters().mailer.send(letter)
    with transaction() as session:
        media_decisions.record_told(session, decision_id=decision_id, now=now())


def mail_leaving(user_id: int) -> None:
    """Tell somebody who asked to leave when they will be gone, and how to stay. Raises MailError."""
    user = accounts.get(db.session(), user_id=user_id)
    release_connection()
    # Who stays after all, or is gone, is told nothing.
    if user.leaves_at is not None and user.status != UserStatus.DELETED:
        adapters().mailer.send(
            write_letter("leaving", user.email, "Your account will be deleted", leaves_at=user.leaves_at)
        )


def mail_export(export_id: int) -> None:
    """Tell somebody that everything that is theirs can be fetched. Raises MailError."""
    told = exports.find_to_tell(db.session(), export_id=export_id)
    release_connection()
    if told is not None:
        export, email = told
        adapters().mailer.send(
            write_letter("export_ready", email, "Everything that is yours, as one file", export=export)
        )


LETTERS = {
    DecisionAction.REMOVE: ("picture_removed", "A picture of yours was removed"),
    DecisionAction.BAN: ("picture_removed", "A picture of yours was removed, and your account is suspended"),
    DecisionAction.RESTORE: ("picture_restored", "A picture of yours is back"),
}


def _sign_up_code(email: str, code: str) -> Letter:
    minutes = int(codes.LIFETIME.total_seconds() // 60)
    return write_letter("sign_up_code", email, f"{code} is your Image Garden code", code=code, minutes=minutes)


def _known_address(email: str) -> Letter:
    return write_letter("known_address", email, "You already have an Image Garden account")


def write_letter(name: str, recipient: str, subject: str, **values: object) -> Letter:
    """The letter of this template."""
    values |= {"subject": subject, "site_url": settings().public_url, "operator_email": settings().operator_email}
    return Letter(
        recipient=recipient,
        subject=subject,
        text=render_template(f"mail/{name}.txt", **values),
        html=render_template(f"mail/{name}.html", **values),
    )
