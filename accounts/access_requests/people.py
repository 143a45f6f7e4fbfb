"""Who asks: names and addresses."""

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts.addresses import verified_addresses


def usable_address(person: User) -> str:
    """Return the e-mail address of an account; empty if it has none that mail can be sent to."""
    try:
        validate_email(person.email)
    except ValidationError:
        return ""
    return person.email


def verified_address(person: User) -> str:
    """Return the e-mail address of an account; empty if it has none that is verified at present."""
    address = usable_address(person)
    return address if address.lower() in verified_addresses(person) else ""


def described(person: User) -> str:
    """Return who a person is, for staff: names, address, affiliation and what they use data for."""
    profile = getattr(person, "profile", None)
    parts = [person.get_full_name(), f"account {person.get_username()}", person.email or "no e-mail address"]
    return ", ".join(part for part in [*parts, *([profile.affiliation, profile.purpose] if profile else [])] if part)
