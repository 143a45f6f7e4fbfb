"""Lets the archive's staff see what the keeper finds, and accept incidents."""

from importlib import import_module

from django.db import migrations

GROUP = "Archive staff"
PERMISSIONS = {
    "keeper": ["view_auditday", "view_auditedfile", "view_gonefile", "view_incident", "change_incident", "view_walk"],
}


def make_and_give_permissions(apps, schema_editor):
    import_module("operations.migrations.0001_ready_made_groups").make_permissions(apps)
    give_permissions(apps)


def give_permissions(apps):
    permissions = apps.get_model("auth", "Permission").objects
    for group in apps.get_model("auth", "Group").objects.filter(name=GROUP):
        for app, codenames in PERMISSIONS.items():
            group.permissions.add(*permissions.filter(content_type__app_label=app, codename__in=codenames))


class Migration(migrations.Migration):
    dependencies = [
        ("keeper", "0001_initial"),
        ("operations", "0002_webhooks"),
    ]

    operations = [migrations.RunPython(make_and_give_permissions, migrations.RunPython.noop)]
