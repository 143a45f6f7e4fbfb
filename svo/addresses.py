"""Checks ARCHIVE_BASE_URL, the archive's own address, which starts all links that the SVO publishes."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from common.errors import PermanentError

_check_url = URLValidator(schemes=["http", "https"])  # As the SVO checks the addresses of files.


def address_fault() -> str:
    """Return why ARCHIVE_BASE_URL must not be sent to the SVO; empty if it may."""
    url = settings.ARCHIVE_BASE_URL
    try:
        _check_url(f"{url}/data")
    except ValidationError:
        return f"ARCHIVE_BASE_URL is {url}, an address that the SVO refuses: set the archive's public address."
    if _is_this_machine(url) and not _is_this_machine(settings.SVO_API_URL):
        return (
            f"ARCHIVE_BASE_URL is {url}, which other machines cannot reach: "
            "set the archive's public address before its links go to the SVO."
        )
    return ""


def require_public_address() -> None:
    """Raise a PermanentError if ARCHIVE_BASE_URL must not be sent to the SVO."""
    if fault := address_fault():
        raise PermanentError(fault)


def _is_this_machine(url: str) -> bool:
    """Return whether the host is this machine, or has a name that only its own network knows."""
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return False
    try:
        address = ip_address(host)
    except ValueError:
        return "." not in host or host.endswith(".localhost")
    return address.is_loopback or address.is_unspecified
