"""Which computer a request comes from, as far as that can be known for sure."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """Return the address of the client.

    It is that of the connection, or what the web server in front writes into the header that CLIENT_ADDRESS_HEADER
    names. None where there is none, as with a Unix socket, or where the header holds something else.
    """
    header = settings.CLIENT_ADDRESS_HEADER
    text = request.headers.get(header, "") if header else request.META.get("REMOTE_ADDR", "")
    address = _parsed(text)
    return str(address) if address else None


def client_network(request: HttpRequest) -> str | None:
    """Return what counts as one client where attempts are limited: an IPv4 address, or an IPv6 network of 64 bits.

    A provider gives each customer such a network, with 2^64 addresses.
    """
    text = client_address(request)
    address = ip_address(text) if text else None
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, 64), strict=False).network_address)
    return text


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address; an IPv4 address that is written as one of IPv6 is an IPv4 address."""
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address
