"""A permission of its own for posts that grant access; who may post keeps what that allowed until now."""

from django.db import migrations


def keep_what_was_allowed(apps, schema_editor):
    permissions = apps.get_model("auth", "Permission").objects
    may_post = permissions.filter(codename="add_workorder", content_type__app_label="workorders").first()
    if may_post is None:
        return  # A new archive: its permissions come after the migrations.
    grant, _ = permissions.get_or_create(
        codename="grant_access",
        content_type=may_post.content_type,
        defaults={"name": "Can grant access to cubes by work orders"},
    )
    for user in may_post.user_set.all():
        user.user_permissions.add(grant)
    for group in may_post.group_set.all():
        group.permissions.add(grant)


class Migration(migrations.Migration):
    dependencies = [
        ("workorders", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.AlterModelOptions(
            "workorder",
            {
                "ordering": ["-id"],
                "permissions": [("grant_access", "Can grant access to cubes by work orders")],
                "verbose_name": "work order",
            },
        ),
        migrations.RunPython(keep_what_was_allowed, migrations.RunPython.noop),
    ]
