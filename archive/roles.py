"""What people at the desk may do: the two roles, kept as groups with a permission each; administrators may do all.

The groups are made by a migration, so that an administrator finds them. What is asked for is always the permission:
an office that wants other groups gives the permission to those.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Role:
    """`group` is its name in the administration, `permission` what the group holds: archive.edit_issue."""

    group: str
    permission: str
    name: Promise
    may: Promise


EDITOR = Role("编辑", "archive.edit_issue", _("“编辑”角色"), _("上传、重新读取、补填与更正、丢弃草稿"))
PUBLISHER = Role("发布", "archive.publish_issue", _("“发布”角色"), _("发布、撤回、重新发布"))
ROLES = (EDITOR, PUBLISHER)


def has_role(user: Any, role: Role) -> bool:
    """True for staff of that role and for administrators; one person may have both roles."""
    return bool(user.is_staff and user.has_perm(role.permission))


def roles_of(user: Any) -> list[Role]:
    return [role for role in ROLES if has_role(user, role)]


def administrators() -> list[str]:
    """The names of those who can give a role, for a page that says whom to ask."""
    found = get_user_model()._default_manager.filter(is_superuser=True, is_active=True).order_by("pk")
    return [user.get_full_name() or user.get_username() for user in found]
