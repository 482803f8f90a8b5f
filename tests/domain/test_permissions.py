"""What each role may do."""

import pytest

from imagegarden.domain.permissions import PERMISSIONS, Permission, is_staff, may, may_act_on
from imagegarden.models import Role


def test_every_role_stands_in_the_table() -> None:
    assert set(PERMISSIONS) == set(Role)


def test_a_member_may_do_nothing_that_not_everybody_may() -> None:
    assert PERMISSIONS[Role.MEMBER] == frozenset()
    assert not is_staff(Role.MEMBER)


def test_an_administrator_may_do_everything() -> None:
    assert PERMISSIONS[Role.ADMIN] == frozenset(Permission)


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.MODERATOR])
def test_nobody_but_an_administrator_gives_roles_deletes_people_or_reads_the_audit_log(role: Role) -> None:
    assert is_staff(role)
    for permission in (
        Permission.CHANGE_ROLE,
        Permission.DELETE_USERS,
        Permission.SEE_AUDIT,
        Permission.CHANGE_PLAN,
        Permission.REFUND,
        Permission.CHANGE_MODELS,
        Permission.CHANGE_SWITCHES,
    ):
        assert not may(role, permission), permission


def test_support_changes_credits_and_a_moderator_keeps_people_out() -> None:
    assert may(Role.SUPPORT, Permission.CHANGE_CREDITS)
    assert not may(Role.SUPPORT, Permission.CHANGE_STATUS)
    assert may(Role.MODERATOR, Permission.CHANGE_STATUS)
    assert not may(Role.MODERATOR, Permission.CHANGE_CREDITS)


def test_only_an_administrator_acts_on_the_staff() -> None:
    for subject in (Role.SUPPORT, Role.MODERATOR, Role.ADMIN):
        assert may_act_on(Role.ADMIN, subject)
        assert not may_act_on(Role.SUPPORT, subject)
        assert not may_act_on(Role.MODERATOR, subject)
    assert may_act_on(Role.SUPPORT, Role.MEMBER)
