"""What each role may do: one table, asked everywhere."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from imagegarden.models import Role


class Permission(StrEnum):
    """One thing that not everybody may do."""

    SEE_FIGURES = "see_figures"
    SEE_USERS = "see_users"
    READ_PROMPTS = "read_prompts"
    CHANGE_CREDITS = "change_credits"
    CHANGE_PLAN = "change_plan"
    CHANGE_STATUS = "change_status"
    END_SESSIONS = "end_sessions"
    RESET_SECOND_FACTOR = "reset_second_factor"
    CHANGE_ROLE = "change_role"
    DELETE_USERS = "delete_users"
    MODERATE = "moderate"
    CHANGE_RULES = "change_rules"
    SEE_JOBS = "see_jobs"
    STEER_JOBS = "steer_jobs"
    SEE_PAYMENTS = "see_payments"
    REFUND = "refund"
    CHANGE_MODELS = "change_models"
    SEE_HEALTH = "see_health"
    CHANGE_SWITCHES = "change_switches"
    SEE_AUDIT = "see_audit"


_SUPPORT = frozenset(
    {
        Permission.SEE_USERS,
        Permission.READ_PROMPTS,
        Permission.CHANGE_CREDITS,
        Permission.END_SESSIONS,
        Permission.SEE_JOBS,
        Permission.STEER_JOBS,
        Permission.SEE_PAYMENTS,
    }
)
_MODERATOR = frozenset(
    {
        Permission.SEE_USERS,
        Permission.READ_PROMPTS,
        Permission.CHANGE_STATUS,
        Permission.END_SESSIONS,
        Permission.MODERATE,
        Permission.CHANGE_RULES,
    }
)
PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.MEMBER: frozenset(),
        Role.SUPPORT: _SUPPORT,
        Role.MODERATOR: _MODERATOR,
        Role.ADMIN: frozenset(Permission),
    }
)


def may(role: Role, permission: Permission) -> bool:
    """Whether who has this role may do that."""
    return permission in PERMISSIONS[role]


def may_act_on(actor: Role, subject: Role) -> bool:
    """Whether who has this role may do something to who has that: to the staff, only who gives the roles."""
    return not is_staff(subject) or may(actor, Permission.CHANGE_ROLE)


def is_staff(role: Role) -> bool:
    """Whether who has this role may do anything that not everybody may."""
    return bool(PERMISSIONS[role])
