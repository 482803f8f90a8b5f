"""People: the account and the devices it is signed in on."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, Text, and_, false, func, text, true
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from imagegarden.db import Base


class Role(StrEnum):
    """What a person may do besides making pictures."""

    MEMBER = "member"
    SUPPORT = "support"
    MODERATOR = "moderator"
    ADMIN = "admin"


class UserStatus(StrEnum):
    """Whether a person may use the site."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    DELETED = "deleted"


class User(Base):
    """A person with an account."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(Text)
    username: Mapped[str] = mapped_column(Text)
    password_hash: Mapped[str] = mapped_column(Text)
    role: Mapped[Role] = mapped_column(default=Role.MEMBER)
    status: Mapped[UserStatus] = mapped_column(default=UserStatus.ACTIVE)
    # Raising it ends every session and every remember-me cookie at once.
    session_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None]
    # The picture of theirs that stands for them; a letter where it is empty.
    face_media_id: Mapped[int | None] = mapped_column(ForeignKey("media.id", ondelete="SET NULL", use_alter=True))
    # Whether they want to be told that their Premium days end.
    wants_end_letter: Mapped[bool] = mapped_column(default=True, server_default=true())
    # Money that was given for this account was taken back.
    flagged_at: Mapped[datetime | None]
    # The link that they came by, where one was needed.
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("invitations.id", use_alter=True))
    # Whether it is noted that somebody has an account with this mailbox; those of before are gone through by the clock.
    mailbox_sealed: Mapped[bool] = mapped_column(default=False, server_default=false())
    # When the account is going to be deleted, since its owner asked for that; until then they may change their mind.
    leaves_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]

    __table_args__ = (
        Index("uq_users_email", func.lower(email), unique=True),
        # For the beginning of an address or a name, whatever the database's collation.
        Index(
            "ix_users_email_pattern",
            func.lower(email).label("lower_email"),
            postgresql_ops={"lower_email": "text_pattern_ops"},
        ),
        Index(
            "ix_users_username_pattern",
            func.lower(username).label("lower_username"),
            postgresql_ops={"lower_username": "text_pattern_ops"},
        ),
        Index("ix_users_created_at_id", "created_at", "id"),
        # For a picture that is deleted.
        Index("ix_users_face_media_id", "face_media_id", postgresql_where=text("face_media_id IS NOT NULL")),
        Index("ix_users_leaves_at", "leaves_at", postgresql_where=text("leaves_at IS NOT NULL")),
        Index("ix_users_unsealed", "id", postgresql_where=text("NOT mailbox_sealed")),
        Index("ix_users_staff", "role", postgresql_where=text("role <> 'member'")),
        CheckConstraint("role IN ('member', 'support', 'moderator', 'admin')", name="role"),
        CheckConstraint("status IN ('active', 'suspended', 'deleted')", name="status"),
    )

    @hybrid_property
    def is_here(self) -> bool:
        """Whether the person uses the site: neither kept out nor about to leave."""
        return self.status == UserStatus.ACTIVE and self.leaves_at is None

    @is_here.inplace.expression
    @classmethod
    def _is_here_expression(cls) -> ColumnElement[bool]:
        return and_(cls.status == UserStatus.ACTIVE, cls.leaves_at.is_(None))

    # The four names that Flask-Login asks for.
    @property
    def is_authenticated(self) -> bool:
        """A loaded user is signed in."""
        return True

    @property
    def is_active(self) -> bool:
        """Whether the person may sign in and stay signed in."""
        return self.status == UserStatus.ACTIVE

    @property
    def is_anonymous(self) -> bool:
        """A loaded user is somebody."""
        return False

    def get_id(self) -> str:
        """What the session holds; the device's own row stands beside it."""
        return f"{self.id}.{self.session_version}"

    @property
    def is_admin(self) -> bool:
        """Whether the person administers the site."""
        return self.role == Role.ADMIN


class UserSession(Base):
    """A device that a person is signed in on: it lives as long as its session or its remember-me cookie."""

    __tablename__ = "user_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    # As the browser calls itself.
    device: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)
    # However much it is used; empty in a row of the release before until it is used in this one.
    expires_at: Mapped[datetime | None]
    # By a cookie that outlives the session.
    remembered: Mapped[bool] = mapped_column(default=False, server_default=false())
    ended_at: Mapped[datetime | None]
