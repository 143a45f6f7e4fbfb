"""The groups that each archive has, with their permissions.

They stand in this room because it is above all rooms whose permissions they name. A group of the same name that staff
made stays as it is.
"""

from django.contrib.auth.management import create_permissions
from django.db import migrations

GROUPS = {
    "Pipeline": {"workorders": ["add_workorder", "view_workorder", "grant_access"]},
    "Reader of restricted data": {"datacubes": ["download_restricted"]},
    # No permission to change accounts or their addresses: with the address of a superuser comes a new password.
    "Archive staff": {
        "access_requests": ["view_accessrequest", "decide_accessrequest", "view_joinablegroup"],
        "account": ["view_emailaddress"],
        "accounts": ["view_apitoken", "change_apitoken", "delete_apitoken", "view_profile", "change_profile"],
        "auth": ["view_user", "view_group"],
        "datacubes": [
            *("view_datacube", "change_datacube", "delete_datacube", "download_restricted"),
            *("view_accessrules", "change_accessrules"),
            *("view_emailgrant", "add_emailgrant", "change_emailgrant", "delete_emailgrant"),
            *("view_groupgrant", "add_groupgrant", "change_groupgrant", "delete_groupgrant"),
            *("view_instrument", "add_instrument", "change_instrument"),
            *("view_fitsheader", "view_metadata", "view_observation", "view_tag", "view_vocabulary"),
        ],
        "mail": ["view_queuedmail"],
        "predecessor": ["view_importedcube"],
        "svo": [
            *("view_instrumentinsvo", "add_instrumentinsvo", "change_instrumentinsvo"),
            *("view_submission", "change_submission"),
            *("view_synchronisation", "add_synchronisation"),
        ],
        "workorders": ["add_workorder", "view_workorder", "change_workorder", "view_workorderrun", "grant_access"],
    },
}


def make_permissions_and_groups(apps, schema_editor):
    make_permissions(apps)
    make_groups(apps)


def make_groups(apps):
    permissions = apps.get_model("auth", "Permission").objects
    for name, codenames in GROUPS.items():
        group, is_new = apps.get_model("auth", "Group").objects.get_or_create(name=name)
        if is_new:
            for app, of_app in codenames.items():
                group.permissions.add(*permissions.filter(content_type__app_label=app, codename__in=of_app))


def make_permissions(apps):
    """Make the permissions that Django would make after all migrations."""
    for config in apps.get_app_configs():
        config.models_module = True  # Django takes only apps that have it.
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = None


class Migration(migrations.Migration):
    dependencies = [
        ("access_requests", "0002_swedish_data"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("accounts", "0005_addresses_of_staff"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("datacubes", "0014_citations"),
        ("mail", "0001_initial"),
        ("predecessor", "0001_initial"),
        ("svo", "0003_help_texts"),
        ("workorders", "0003_cancelled_and_dismissed"),
    ]

    operations = [migrations.RunPython(make_permissions_and_groups, migrations.RunPython.noop)]
