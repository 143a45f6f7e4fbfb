"""The accounts of pipelines: nobody logs in with them, and they have tokens."""

from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.groups import PIPELINE


class NotAPipeline(Exception):
    """The account cannot become a pipeline's."""


def make_pipeline_account(name: str, *, may_exist: bool = False) -> User:
    """Make an account in the group Pipeline, or return the one that is there.

    Parameters
    ----------
    may_exist
        Whether an account that is outside the group is put into it.

    Raises
    ------
    NotAPipeline
        If the name cannot be one, belongs to an account outside the group, or the group is missing.
    """
    _check_name(name)
    with transaction.atomic():
        group = Group.objects.filter(name=PIPELINE).first()
        if not group:
            raise NotAPipeline(f"The group {PIPELINE} is missing. Make it in the admin, with the permissions to post.")
        user = User.objects.filter(username=name).first()
        if user and may_exist:
            user.groups.add(group)
        elif user and not user.groups.filter(pk=group.pk).exists():
            raise NotAPipeline(
                f"The account {name} exists and is outside the group {PIPELINE}. "
                "Choose another name, or put the account into the group with --existing."
            )
        return user or _new_account(name, group)


def _check_name(name: str) -> None:
    try:
        User(username=name).clean_fields(exclude=["password"])
    except ValidationError as error:
        raise NotAPipeline(f"“{name}” cannot be the name of an account: {' '.join(error.messages)}") from None


def _new_account(name: str, group: Group) -> User:
    user = User(username=name)
    user.set_unusable_password()
    user.save()
    user.groups.add(group)
    return user
