from django.db import migrations

ROLES = {
    "编辑": ("edit_issue", "上传、重新读取、补填与更正、丢弃草稿"),
    "发布": ("publish_issue", "发布、撤回、重新发布"),
}
# Whoever is in it needs a second factor to sign in.
SECOND_FACTOR = "两步验证"


def make_groups(apps, schema_editor):
    """The groups and what they may do. Django makes permissions only after all migrations: here they are needed now."""
    database = schema_editor.connection.alias
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.using(database).get_or_create(
        app_label="archive", model="issue"
    )
    groups = apps.get_model("auth", "Group").objects.using(database)
    permissions = apps.get_model("auth", "Permission").objects.using(database)
    for name, (codename, description) in ROLES.items():
        permission, _ = permissions.get_or_create(
            content_type=content_type, codename=codename, defaults={"name": description}
        )
        group, _ = groups.get_or_create(name=name)
        group.permissions.add(permission)
    groups.get_or_create(name=SECOND_FACTOR)


class Migration(migrations.Migration):

    dependencies = [
        ("archive", "0005_batches"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="issue",
            options={
                "permissions": [
                    ("edit_issue", "上传、重新读取、补填与更正、丢弃草稿"),
                    ("publish_issue", "发布、撤回、重新发布"),
                ]
            },
        ),
        # Groups that people are in already must not vanish with a step back.
        migrations.RunPython(make_groups, migrations.RunPython.noop),
    ]
