"""Addresses that staff entered count as verified now. From here on, people verify their own."""

from django.db import migrations
from django.utils import timezone


def take_over(apps, schema_editor):
    User = apps.get_model("auth", "User")
    EmailAddress = apps.get_model("account", "EmailAddress")
    Profile = apps.get_model("accounts", "Profile")
    now = timezone.now()
    known = set(EmailAddress.objects.values_list("email", flat=True))
    addresses, profiles = [], []
    # An address belongs to one account: to an active one before others, then to the one that was used last.
    for user in sorted(User.objects.exclude(email=""), key=_importance):
        email = user.email.lower()
        is_first = email not in known
        known.add(email)
        addresses.append(EmailAddress(user=user, email=email, primary=True, verified=is_first))
        if is_first:
            profiles.append(Profile(user=user, email_verified_at=now))
    EmailAddress.objects.bulk_create(addresses)
    Profile.objects.bulk_create(profiles)


def _importance(user):
    return (not user.is_active, -user.last_login.timestamp() if user.last_login else 0, user.pk)


class Migration(migrations.Migration):
    dependencies = [
        ("account", "0009_emailaddress_unique_primary_email"),
        ("accounts", "0004_profiles"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [migrations.RunPython(take_over, migrations.RunPython.noop)]
