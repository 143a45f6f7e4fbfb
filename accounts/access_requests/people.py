"""Who asks: names and addresses."""

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email


def usable_address(person: User) -> str:
    """Return the e-mail address of an account; empty if it has none that mail can be sent to."""
    try:
        validate_email(person.email)
    except ValidationError:
        return ""
    return person.email


def described(person: User) -> str:
    """Return the names and the address of a person, for staff."""
    names = [person.get_full_name(), f"account {person.get_username()}", person.email or "no e-mail address"]
    return ", ".join(name for name in names if name)
