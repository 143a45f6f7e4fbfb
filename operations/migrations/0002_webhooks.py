"""Archive staff look after webhooks.

The permissions are added to the group of `0001_ready_made_groups`, also if staff have changed it meanwhile.
"""

from importlib import import_module

from django.db import migrations

ready_made_groups = import_module("operations.migrations.0001_ready_made_groups")

ADDED = {
    "Archive staff": {
        "events": ["view_event"],
        "webhooks": ["view_webhook", "add_webhook", "change_webhook", "delete_webhook", "view_delivery"],
    }
}


def make_permissions_and_add_them(apps, schema_editor):
    ready_made_groups.make_permissions(apps)
    add_permissions(apps)


def add_permissions(apps):
    permissions = apps.get_model("auth", "Permission").objects
    for name, codenames in ADDED.items():
        group = apps.get_model("auth", "Group").objects.filter(name=name).first()
        for app, of_app in codenames.items() if group else ():
            group.permissions.add(*permissions.filter(content_type__app_label=app, codename__in=of_app))


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0001_initial"),
        ("operations", "0001_ready_made_groups"),
        ("webhooks", "0001_initial"),
    ]

    operations = [migrations.RunPython(make_permissions_and_add_them, migrations.RunPython.noop)]
