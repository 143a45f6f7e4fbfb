"""Log-in by name or e-mail address."""

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpRequest

MOST_WITH_AN_ADDRESS = 5
"""Staff may have given several accounts the same address; each password takes time to check."""

_PERMISSIONS = "_perm_cache"
"""The attribute in which Django's own backend keeps an account's permissions for the length of a request."""

_SELECT_PERMISSIONS = """
SELECT type.app_label, permission.codename
FROM auth_permission AS permission JOIN django_content_type AS type ON type.id = permission.content_type_id
WHERE permission.id IN (
    SELECT permission_id FROM auth_user_user_permissions WHERE user_id = %s
    UNION ALL
    SELECT permission_id FROM auth_group_permissions AS granted JOIN auth_user_groups AS member
    ON member.group_id = granted.group_id WHERE member.user_id = %s
)
"""
"""Every request with a token needs it, and Django would take longer to build it than PostgreSQL to answer it."""


class NameOrAddressBackend(ModelBackend):
    """Takes the name of an account or its e-mail address, on this site's form and the admin's.

    A person's name counts before an address, and a verified address before others.
    """

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """Return the account that the password belongs to. A name without an account takes the same time."""
        if not username or not password:
            return None
        accounts = _accounts(username)
        if not accounts:
            User().set_password(password)
        return next((user for user in accounts if user.check_password(password) and self._may_log_in(user)), None)

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """Return a person's own permissions and those of their groups, in one statement where Django makes two."""
        if user_obj.is_active and not user_obj.is_superuser and not hasattr(user_obj, _PERMISSIONS):
            with connection.cursor() as cursor:
                cursor.execute(_SELECT_PERMISSIONS, [user_obj.pk, user_obj.pk])
                setattr(user_obj, _PERMISSIONS, {f"{app}.{name}" for app, name in cursor.fetchall()})
        return set(super().get_all_permissions(user_obj, obj))

    def _may_log_in(self, user: User) -> bool:
        return bool(self.user_can_authenticate(user))


def _accounts(name: str) -> list[User]:
    if named := User.objects.filter(username=name).first():
        return [named]
    if "@" not in name or "\0" in name:
        return []
    if address := EmailAddress.objects.filter(email=name.lower(), verified=True).select_related("user").first():
        return [address.user]
    return list(User.objects.filter(email__iexact=name, is_active=True).order_by("pk")[:MOST_WITH_AN_ADDRESS])
