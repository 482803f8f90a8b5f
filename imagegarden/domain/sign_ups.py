"""Signing up, in two steps: a code is mailed to the address, and whoever brings it back gets the account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from imagegarden.domain import accounts, codes, invitations, welcomes
from imagegarden.domain.errors import EmailTaken
from imagegarden.domain.switches import SignUps
from imagegarden.domain.welcomes import Reception
from imagegarden.models import CodePurpose, User


@dataclass(frozen=True)
class SignUpVerdict:
    """What a code came to: the new person and how they were received, or how many tries are left."""

    user: User | None
    tries_left: int
    reception: Reception | None = None


def request(
    session: Session,
    *,
    email: str,
    password_hash: str,
    now: datetime,
    sign_ups: SignUps = SignUps.OPEN,
    invitation: str | None = None,
) -> str:
    """Begin a sign-up: a mail goes to the address. Returns the token that its code works with.

    The same happens for an address that has an account already: the mail then says so instead of bringing a code.
    So whoever asks learns nothing about anybody else. Raises SignUpsClosed and TooManyCodes.
    """
    invitations.require_open(session, sign_ups=sign_ups, invitation=invitation, now=now)
    return codes.request(
        session, purpose=CodePurpose.SIGN_UP, email=email, payload={codes.PASSWORD_HASH: password_hash}, now=now
    )


def resend(
    session: Session,
    *,
    token: str,
    now: datetime,
    sign_ups: SignUps = SignUps.OPEN,
    invitation: str | None = None,
) -> str:
    """Have another code mailed in place of the last one, while people may sign up. Returns the new token.

    Raises SignUpsClosed, and what `codes.resend` does.
    """
    invitations.require_open(session, sign_ups=sign_ups, invitation=invitation, now=now)
    return codes.resend(session, token=token, now=now)


def complete(
    session: Session,
    *,
    token: str,
    code: str,
    keys: Sequence[bytes],
    sign_up_credits: int,
    now: datetime,
    network: str | None = None,
    most_of_network: int = 1,
    sign_ups: SignUps = SignUps.OPEN,
    invitation: str | None = None,
) -> SignUpVerdict:
    """Use a try; with the right code, make the account with its first credits. The caller commits either way.

    `network` is from where the person came, `most_of_network` how many of there get their credits at once in a day,
    `invitation` the token of the link that they came by. Raises SignUpsClosed.
    """
    invitations.require_open(session, sign_ups=sign_ups, invitation=invitation, now=now)
    verdict = codes.try_code(session, purpose=CodePurpose.SIGN_UP, token=token, code=code, keys=keys, now=now)
    if verdict.code is None:
        return SignUpVerdict(None, verdict.tries_left)
    try:
        with session.begin_nested():
            user = accounts.create(
                session,
                email=verdict.code.email,
                password_hash=verdict.payload[codes.PASSWORD_HASH],
                sign_up_credits=0,
                now=now,
            )
            reception = welcomes.receive(
                session,
                user=user,
                amount=sign_up_credits,
                network=network,
                most_of_network=most_of_network,
                keys=keys,
                now=now,
            )
            user.invitation_id = invitations.take_place(session, sign_ups=sign_ups, invitation=invitation, now=now)
    except EmailTaken:
        # Two sign-ups for one address were under way, and the other one was first.
        return SignUpVerdict(None, 0)
    return SignUpVerdict(user, 0, reception)
