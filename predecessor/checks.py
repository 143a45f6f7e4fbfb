"""Checks what comes from sst_archive, because nothing of it is trusted."""

import re
import unicodedata
from datetime import UTC, date, datetime

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from common.errors import PermanentError
from datacubes.models.access import MAX_EMAIL_LENGTH

MOST_ITERATIONS = 2_000_000
"""Of a password's hash. More of them would occupy a process for seconds at each attempt to log in."""

_PASSWORD = re.compile(r"pbkdf2_(sha256|sha1)\$([1-9][0-9]{0,6})\$[A-Za-z0-9+/=_.-]{1,64}\$[A-Za-z0-9+/]{20,64}=*")
_TOKEN = re.compile(r"[0-9a-f]{40}")

_is_email = EmailValidator()


class Refused(PermanentError):
    """A value cannot be taken over. The message says why."""


def clean_text(value: str, most: int) -> str:
    """Return a text without blanks around it.

    Raises
    ------
    Refused
        If it is too long, or has control characters other than line breaks.
    """
    value = unicodedata.normalize("NFC", value.replace("\r\n", "\n")).strip()
    if len(value) > most:
        raise Refused(f"the text is longer than {most} characters")
    if not value.replace("\n", "").replace("\t", "").isprintable():
        raise Refused("the text has control characters or other invisible characters")
    return value


def clean_name(value: str, most: int) -> str:
    """Return the name of a person or group on one line.

    Raises
    ------
    Refused
        If it has letters that are not Latin, which look like those of another name.
    """
    value = clean_text(value, most)
    if "\n" in value or "\t" in value:
        raise Refused("the name has several lines")
    if not looks_plain(value):
        raise Refused("the name has letters that are not Latin and may look like those of another name")
    return value


def looks_plain(name: str) -> bool:
    """Return whether all letters and digits of a name are Latin and have no simpler form."""
    return unicodedata.normalize("NFKC", name) == name and all(
        character.isascii() or unicodedata.name(character, "").startswith("LATIN ")
        for character in name
        if character.isalnum() or unicodedata.combining(character)
    )


def clean_email(value: str) -> str:
    """Return an e-mail address.

    Raises
    ------
    Refused
        If it is not one, or has characters beyond ASCII, which may look like those of another address.
    """
    value = value.strip()
    if not value.isascii():
        raise Refused("the e-mail address has characters beyond ASCII, which may look like those of another address")
    if len(value) > MAX_EMAIL_LENGTH:
        raise Refused("the e-mail address is too long")
    try:
        _is_email(value)
    except ValidationError:
        raise Refused("this is not an e-mail address") from None
    return value


def clean_day(value: str) -> date | None:
    """Return a day; None for an empty text.

    Raises
    ------
    Refused
        If it does not exist.
    """
    if not value:
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        raise Refused("the date does not exist") from None


def clean_time(value: str) -> datetime | None:
    """Return a time, UTC; None for an empty text or a time that does not exist."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def is_password(value: str) -> bool:
    """Return whether a text is the hash of a password that can be checked here in reasonable time."""
    match = _PASSWORD.fullmatch(value)
    return bool(match and int(match[2]) <= MOST_ITERATIONS)


def is_token(value: str) -> bool:
    """Return whether a text is the key of a token."""
    return bool(_TOKEN.fullmatch(value))


def clean_line(value: str, most: int) -> str:
    """Return a text about a person on one line; empty if it is too long, or has invisible characters."""
    value = " ".join(unicodedata.normalize("NFC", value).split())
    return value if len(value) <= most and value.isprintable() else ""
