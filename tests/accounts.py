"""People to test with: by their roles at the desk."""

from django.contrib.auth.models import Group, Permission, User

from archive.roles import EDITOR, PUBLISHER, Role

PASSWORD = "a-long-word-1"


def make_account(name: str = "bianji", *roles: Role, staff: bool = True, administrator: bool = False) -> User:
    """Somebody at the desk with these roles; both when none is given. `staff=False` is a reader with an account."""
    user = User.objects.create_user(
        name, password=PASSWORD, is_staff=staff or administrator, is_superuser=administrator
    )
    if staff and not administrator:
        give(user, *(roles or (EDITOR, PUBLISHER)))
    return user


def give(user: User, *roles: Role) -> None:
    """Put the user into the groups of the roles.

    The migration has made them; tests with transactions of their own empty all tables, so they are made again here.
    """
    for role in roles:
        group, _made = Group.objects.get_or_create(name=role.group)
        group.permissions.add(Permission.objects.get(codename=role.permission.removeprefix("archive.")))
        user.groups.add(group)
