"""E-mail addresses as people type them."""

import re

_SEPARATORS = re.compile(r"[,;\s]+")


def split_addresses(text: str) -> list[str]:
    """Return the addresses in a text, separated by commas, semicolons or white space, each as it is written first."""
    found: dict[str, str] = {}
    for address in filter(None, _SEPARATORS.split(text)):
        found.setdefault(address.lower(), address)
    return list(found.values())
