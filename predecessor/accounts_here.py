"""Finds the accounts here that people of sst_archive have already, and names that are free."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from allauth.account.models import EmailAddress
from allauth.utils import generate_unique_username
from django.contrib.auth.models import User
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db.models.functions import Lower

from common.errors import PermanentError
from predecessor.checks import Refused, clean_name

MAX_NAME_LENGTH = 150

_is_name = UnicodeUsernameValidator()


@dataclass
class AccountsHere:
    """The accounts here that have some e-mail addresses, with those that this import makes.

    Attributes
    ----------
    verified
        The account that has verified an address, by the address.
    other
        The accounts that have an address and have not verified it.
    """

    verified: dict[str, User] = field(default_factory=dict)
    other: dict[str, list[User]] = field(default_factory=dict)
    _names: set[str] = field(default_factory=set)

    def look_up(self, emails: Iterable[str], names: Iterable[str]) -> None:
        """Read which accounts have some hundreds of addresses and names."""
        emails = list(emails)
        rows = EmailAddress.objects.filter(email__in=emails, verified=True).select_related("user")
        self.verified |= {row.email: row.user for row in rows}
        with_email = User.objects.alias(lower_email=Lower("email")).filter(lower_email__in=emails)
        # A sign-up takes no address until it is verified.
        for user in with_email.exclude(profile__awaits_verification=True):
            with_address = self.other.setdefault(user.email.lower(), [])
            if user not in with_address and self.verified.get(user.email.lower()) != user:
                with_address.append(user)
        lower = [name.lower() for name in names]
        with_name = User.objects.alias(lower_name=Lower("username")).filter(lower_name__in=lower)
        self._names |= {user.username.lower() for user in with_name}

    def same_person(self, verified: list[str], email: str) -> User | None:
        """Return the account that is the same person's: an address is verified there and here.

        Parameters
        ----------
        verified
            The addresses that the person has verified there.
        email
            The address of the person's account there.

        Raises
        ------
        Refused
            If an account has an address without that proof, or several accounts have the addresses.
        """
        found = {user.username: user for address in verified if (user := self.verified.get(address))}
        if len(found) > 1:
            raise Refused("several accounts here have the addresses")
        if found:
            return next(iter(found.values()))
        if email in self.verified or any(map(self.other.get, [email, *verified])):
            raise Refused("an account here has the address, which is not verified both there and here")
        return None

    def free_name(self, name: str, instead: list[str]) -> tuple[str, str]:
        """Return the name of a new account, and why it is another one than there; keep it for the account.

        Parameters
        ----------
        instead
            Texts that another name is made of.
        """
        reason = ""
        try:
            name = clean_name(name, MAX_NAME_LENGTH)
            _is_name(name)
        except (PermanentError, ValidationError):
            reason = "their name cannot be one here, or looks like another"
        if "@" in name:
            reason = "their name could be the address of somebody else"  # With which that person logs in.
        if not reason and name.lower() in self._names:
            reason = "their name is taken here"
        if reason:
            name = generate_unique_username(instead)
            if name.lower() in self._names:
                name = f"{name[: MAX_NAME_LENGTH - 20]}-{len(self._names)}"
        self._names.add(name.lower())
        return name, reason

    def add(self, user: User, verified: list[str], email: str) -> None:
        """Note an account that this import makes."""
        self.verified |= dict.fromkeys(verified, user)
        if email and email not in verified:
            self.other.setdefault(email, []).append(user)

    def is_free(self, email: str, user: User) -> bool:
        """Return whether an account may have another address."""
        return all(each == user for each in [*self.other.get(email, []), self.verified.get(email, user)])


def has_rights(user: User) -> bool:
    """Return whether an account may do more than any other account."""
    return (
        user.is_staff
        or user.is_superuser
        or user.user_permissions.exists()
        or user.groups.filter(permissions__isnull=False).exists()
    )
