"""Tokens of Django REST framework become rows with a digest; they stay valid, and their plain text is deleted."""

from datetime import datetime, timezone
from hashlib import sha256

from django.db import migrations

TABLE = "authtoken_token"


def take_over(apps, schema_editor):
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        if TABLE not in connection.introspection.table_names(cursor):
            return  # A new archive.
        cursor.execute(f"SELECT key, created, user_id FROM {TABLE}")
        rows = cursor.fetchall()
    APIToken = apps.get_model("accounts", "APIToken")
    APIToken.objects.bulk_create(
        APIToken(
            user_id=user,
            name=f"of {made_at:%Y-%m-%d}",
            digest=sha256(key.encode()).hexdigest(),
            created_at=made_at,
        )
        for key, made_at, user in ((key, _aware(created), user) for key, created, user in rows)
    )
    schema_editor.execute(f"DROP TABLE {TABLE}")
    apps.get_model("contenttypes", "ContentType").objects.filter(app_label="authtoken").delete()


def _aware(moment: datetime) -> datetime:
    """SQLite gives times without their zone, which is UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_api_tokens"),
        # The permissions and the log of the admin refer to the content types.
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(take_over, migrations.RunPython.noop)]
