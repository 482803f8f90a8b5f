"""People's accounts: how they begin, being let in, roles and status, and their end."""

from datetime import datetime

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import bindparam, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from imagegarden.domain import audit, credits, devices, leavings, purchases, subscriptions
from imagegarden.domain.devices import Lifetimes
from imagegarden.domain.errors import Conflict, EmailTaken, InvalidRequest, NotFound
from imagegarden.models import LotSource, Role, User, UserSession, UserStatus

LONGEST_EMAIL = 254
ADMINS_LOCK = 0x1A6E_AD31
# A statement of every request, built once: it costs more to put together than to run.
_SIGNED_IN = select(User).where(
    User.id == bindparam("id"), User.session_version == bindparam("version"), User.status == UserStatus.ACTIVE
)
_SIGNED_IN_ON_DEVICE = _SIGNED_IN.join(UserSession, devices.IS_OPEN)


def normalize_email(raw: str) -> str:
    """The address in the one form under which it is kept. Raises InvalidRequest."""
    try:
        checked = validate_email(raw.strip(), check_deliverability=False)
    except EmailNotValidError:
        raise InvalidRequest({"email": "This does not look like an e-mail address."}) from None
    if len(checked.normalized) > LONGEST_EMAIL:
        raise InvalidRequest({"email": "This address is too long."})
    return checked.normalized.lower()


def find_by_email(session: Session, email: str) -> User | None:
    """The person with this normalized address."""
    return session.scalar(select(User).where(func.lower(User.email) == email))


def get(session: Session, *, user_id: int) -> User:
    """A person. Raises NotFound."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound
    return user


def get_by_email(session: Session, email: str) -> User:
    """The person with this normalized address. Raises NotFound."""
    user = find_by_email(session, email)
    if user is None:
        raise NotFound(f"There is no account for {email}.")
    return user


def create(
    session: Session,
    *,
    email: str,
    password_hash: str,
    sign_up_credits: int,
    now: datetime,
    role: Role = Role.MEMBER,
) -> User:
    """Make an account with its first credits. Raises EmailTaken, also when another request is just making it."""
    user = User(
        email=email,
        username=email.partition("@")[0][:60],
        password_hash=password_hash,
        role=role,
        created_at=now,
    )
    session.add(user)
    try:
        session.flush()
    except IntegrityError:
        raise EmailTaken from None
    credits.open_account(session, user_id=user.id)
    if sign_up_credits:
        credits.grant(
            session,
            user_id=user.id,
            amount=sign_up_credits,
            source=LotSource.SIGN_UP,
            reference=f"sign_up:{user.id}",
            now=now,
        )
    return user


def load_signed_in(
    session: Session,
    *,
    user_id: int,
    session_version: int,
    device_id: int | None,
    lifetimes: Lifetimes,
    now: datetime,
) -> User | None:
    """The person whom a session belongs to, unless it or its device was ended or the person may not come in any more.

    A session of the release before may name no device.
    """
    known = {"id": user_id, "version": session_version}
    if device_id is None:
        return session.scalar(_SIGNED_IN, known)
    return session.scalar(
        _SIGNED_IN_ON_DEVICE, {**known, "device": device_id, "now": now, "idle_since": now - lifetimes.idle}
    )


def set_role(
    session: Session,
    *,
    user_id: int,
    role: Role,
    actor_id: int | None,
    now: datetime,
    reason: str | None = None,
    address: str | None = None,
) -> User:
    """Give a person another role, with immediate effect: whoever was signed in has to sign in again.

    Raises NotFound, and Conflict when the site would be left without an administrator.
    """
    user = lock_among_admins(session, user_id, is_kept=role == Role.ADMIN)
    if user.role == role:
        return user
    user.role = role
    devices.end_all(session, user, now=now)
    audit.record(
        session,
        actor_id=actor_id,
        action="user.set_role",
        subject_id=user.id,
        target=role,
        fields=["role"],
        reason=reason,
        address=address,
        now=now,
    )
    return user


def set_status(
    session: Session,
    *,
    user_id: int,
    status: UserStatus,
    actor_id: int | None,
    reason: str,
    now: datetime,
    address: str | None = None,
) -> User:
    """Suspend a person or let them in again, with immediate effect.

    Raises NotFound, and Conflict when the site would be left without an administrator.
    """
    user = lock_among_admins(session, user_id, is_kept=status == UserStatus.ACTIVE)
    if user.status == status:
        return user
    user.status = status
    devices.end_all(session, user, now=now)
    if status != UserStatus.ACTIVE:
        _end_subscription(session, user, now)
    audit.record(
        session,
        actor_id=actor_id,
        action="user.set_status",
        subject_id=user.id,
        target=status,
        fields=["status"],
        reason=reason,
        address=address,
        now=now,
    )
    return user


def end_sessions(
    session: Session,
    *,
    user_id: int,
    actor_id: int | None,
    reason: str,
    now: datetime,
    address: str | None = None,
    request_key: str | None = None,
) -> User:
    """Sign a person out everywhere. Under the same request key, once. Raises NotFound."""
    user = lock(session, user_id)
    if audit.is_done(session, request_key, action="user.end_sessions", subject_id=user.id):
        return user
    devices.end_all(session, user, now=now)
    audit.record(
        session,
        actor_id=actor_id,
        action="user.end_sessions",
        subject_id=user.id,
        reason=reason,
        address=address,
        request_key=request_key,
        now=now,
    )
    return user


def delete(
    session: Session,
    *,
    user_id: int,
    actor_id: int | None,
    reason: str,
    now: datetime,
    address: str | None = None,
) -> User:
    """End an account for good. What remains is a row without address, name or password, for the books.

    Pictures and every other trace are removed by a job, at once; a subscription ends with the days that are paid.

    Raises NotFound, and Conflict when the site would be left without an administrator.
    """
    user = lock_among_admins(session, user_id, is_kept=False)
    _end_subscription(session, user, now)
    devices.end_all(session, user, now=now)
    leavings.clear(session, user=user, now=now)
    user.email = f"deleted-{user.id}@deleted.invalid"
    user.username = "Deleted"
    # No password has this hash.
    user.password_hash = "!"
    user.role = Role.MEMBER
    user.status = UserStatus.DELETED
    user.leaves_at, user.deleted_at = None, now
    audit.record(
        session,
        actor_id=actor_id,
        action="user.delete",
        subject_id=user.id,
        reason=reason,
        address=address,
        now=now,
    )
    return user


def lock(session: Session, user_id: int) -> User:
    """A person's row, locked. Raises NotFound, and Conflict where the account is deleted: nothing changes it then."""
    # Not as if it were to be deleted: others insert rows that refer to it, and wait for no locks of ours.
    user = session.scalar(
        select(User).where(User.id == user_id).with_for_update(key_share=True).execution_options(populate_existing=True)
    )
    if user is None:
        raise NotFound
    if user.status == UserStatus.DELETED:
        raise Conflict("This account is deleted.")
    return user


def lock_among_admins(session: Session, user_id: int, *, is_kept: bool) -> User:
    """The person's row, locked; unless an administrator is kept, the site has to have another one.

    Raises NotFound and Conflict.
    """
    # One at a time: rows locked in their order are not enough, since whoever waited may find other administrators than
    # those that it waited for.
    session.execute(select(func.pg_advisory_xact_lock(ADMINS_LOCK)))
    admins = session.scalars(select(User.id).where(User.role == Role.ADMIN, User.is_here)).all()
    user = lock(session, user_id)
    if not is_kept and list(admins) == [user.id]:
        raise Conflict("The site needs an administrator: this is the last one.")
    return user


def _end_subscription(session: Session, user: User, now: datetime) -> None:
    # Nobody pays for what they cannot use, and cannot sign in to end.
    if purchases.find_live(session, user_id=user.id) is not None:
        subscriptions.wish_cancel(session, user_id=user.id, now=now)
