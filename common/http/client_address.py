"""Which computer a request comes from, as far as that can be known for sure."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """Return the address of the client.

    It is that of the connection, or what the web server in front writes into the header that CLIENT_ADDRESS_HEADER
    names. None where there is none, as with a Unix socket, or where the header holds something else.
    """
    header = settings.CLIENT_ADDRESS_HEADER
    text = request.headers.get(header, "") if header else request.META.get("REMOTE_ADDR", "")
    try:
        return str(ip_address(text.strip()))
    except ValueError:
        return None
