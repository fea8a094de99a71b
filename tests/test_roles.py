"""The two roles: groups that a migration makes, with a permission each."""

from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from archive.roles import EDITOR, PUBLISHER, ROLES, Role, administrators, has_role, roles_of
from archive.second_factor import GROUP
from tests.accounts import make_account

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def made_by_the_migration() -> None:
    """The groups as the migration makes them: another test may have emptied every table."""
    Group.objects.all().delete()
    make_groups()


def make_groups() -> None:
    migration = MigrationExecutor(connection).loader.get_migration("archive", "0006_roles")
    run = next(step for step in migration.operations if hasattr(step, "code"))
    # All that it asks of a schema editor; a real one cannot be opened inside a test's transaction.
    run.code(apps, SimpleNamespace(connection=connection))


def test_a_fresh_database_has_the_groups_and_what_they_may_do() -> None:
    """As the migration has left them; Django makes permissions anew afterwards and must find these."""
    for role in ROLES:
        group = Group.objects.get(name=role.group)
        held = [f"{one.content_type.app_label}.{one.codename}" for one in group.permissions.all()]
        assert held == [role.permission]
    assert Permission.objects.filter(codename__in=["edit_issue", "publish_issue"]).count() == 2
    assert not Group.objects.get(name=GROUP).permissions.exists()


def test_the_migration_finds_what_is_there_already() -> None:
    """It is run a second time, on groups that somebody has put people into."""
    user = make_account("bianji", EDITOR)
    before = Group.objects.count(), Permission.objects.count()
    make_groups()
    assert (Group.objects.count(), Permission.objects.count()) == before
    assert has_role(User.objects.get(pk=user.pk), EDITOR)


@pytest.mark.parametrize(
    ("roles", "may"),
    [((EDITOR,), [EDITOR]), ((PUBLISHER,), [PUBLISHER]), ((EDITOR, PUBLISHER), [EDITOR, PUBLISHER])],
)
def test_a_person_may_what_the_roles_say(roles: tuple[Role, ...], may: list[Role]) -> None:
    assert roles_of(make_account("bianji", *roles)) == may


def test_administrators_may_all_and_others_nothing() -> None:
    assert roles_of(make_account("guanli", administrator=True)) == [EDITOR, PUBLISHER]
    staff = User.objects.create_user("xin", is_staff=True)
    assert roles_of(staff) == []
    # the group alone does not let anybody to the desk
    reader = make_account("duzhe", EDITOR)
    reader.is_staff = False
    assert roles_of(reader) == []


def test_administrators_are_named_by_their_names() -> None:
    make_account("bianji")
    User.objects.create_superuser("first", first_name="王总编")
    User.objects.create_superuser("second")
    User.objects.create_superuser("gone", is_active=False)
    assert administrators() == ["王总编", "second"]
