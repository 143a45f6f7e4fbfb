"""Sign-up: an account that stays closed until its e-mail address is verified.

Whether an address has an account already cannot be seen from outside: the answer is the same, a password is hashed and
rows are written in both cases, and what differs is said in the mail.
"""

from typing import Any

from allauth.account.forms import SignupForm
from allauth.account.models import EmailAddress
from allauth.utils import generate_unique_username
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.core.validators import MaxLengthValidator
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import mails
from accounts.addresses import is_taken
from accounts.models import Profile
from accounts.models.profiles import MAX_AFFILIATION_LENGTH, MAX_NAME_LENGTH, MAX_PURPOSE_LENGTH
from accounts.texts import PersonTextField
from accounts.verification import LINKS_LAST, send_link
from datacubes.models.access import MAX_EMAIL_LENGTH

MAX_PASSWORD_LENGTH = 1000
"""Hashing takes longer the longer a password is."""


class SignUpForm(SignupForm):
    """The form of django-allauth, with the name, affiliation and purpose of a person."""

    name = PersonTextField(max_length=MAX_NAME_LENGTH, label="Name")
    affiliation = PersonTextField(max_length=MAX_AFFILIATION_LENGTH, help_text="Such as your university or institute.")
    purpose = PersonTextField(max_length=MAX_PURPOSE_LENGTH, help_text="What you want to use the data for.")
    field_order = ["name", "email", "affiliation", "purpose", "password1", "password2"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        self.fields["affiliation"].widget.attrs["autocomplete"] = "organization"
        self.fields["email"].label = "E-mail address"
        longest = {"email": MAX_EMAIL_LENGTH, "password1": MAX_PASSWORD_LENGTH, "password2": MAX_PASSWORD_LENGTH}
        for name, length in longest.items():
            field = self.fields[name]
            field.validators.append(MaxLengthValidator(length))
            field.widget.attrs["maxlength"] = str(length)
            field.widget.attrs.pop("placeholder", None)

    def validate_unique_email(self, value: str) -> str:
        """Accept any address here; `sign_up` answers by mail if it has an account."""
        return value


def sign_up(values: dict[str, str]) -> None:
    """Make an account that waits for its verification, or write to the address that has one already.

    Parameters
    ----------
    values
        The cleaned values of `SignUpForm`.
    """
    password = make_password(values["password1"])
    try:
        _sign_up(values, password)
    except IntegrityError:  # Somebody else got the same username at the same moment.
        _sign_up(values, password)


def _sign_up(values: dict[str, str], password: str) -> None:
    with transaction.atomic():
        taken = is_taken(values["email"])
        with transaction.atomic():
            address = _new_account(values, password)
            transaction.set_rollback(taken)  # The same is written in both cases, which takes the same time.
        if taken:
            mails.say_that_it_has_an_account(values["email"])
        else:
            send_link(address, name="welcome")


def _new_account(values: dict[str, str], password: str) -> EmailAddress:
    local_part = values["email"].partition("@")[0]
    user = User.objects.create(
        username=generate_unique_username([values["name"], local_part, "user"]),
        email=values["email"],
        first_name=values["name"],
        password=password,
        is_active=False,
    )
    Profile.objects.create(
        user=user, affiliation=values["affiliation"], purpose=values["purpose"], awaits_verification=True
    )
    return EmailAddress.objects.create(user=user, email=values["email"], primary=True)


def forget_unverified_sign_ups() -> int:
    """Delete accounts whose address was not verified while the link was valid; return how many there were."""
    old = timezone.now() - LINKS_LAST
    waiting = Profile.objects.filter(awaits_verification=True, user__date_joined__lt=old)
    accounts = list(waiting.values_list("user_id", flat=True)[:1000])
    User.objects.filter(pk__in=accounts, is_active=False).delete()
    return len(accounts)
