"""The header Prefer (RFC 7240): what a client would like of an answer."""

import re

MAX_LENGTH = 1000
"""Longer headers are ignored."""

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105  A token of HTTP's grammar.
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_PARTS = re.compile(rf'(?:[^",]|{_QUOTED}|".*)+', re.DOTALL)  # A quotation mark alone takes the rest along.
_PREFERENCE = re.compile(rf"\s*({_TOKEN})(?:\s*=\s*({_TOKEN}|{_QUOTED}))?\s*(?:;.*)?", re.DOTALL)
_SECONDS = re.compile(r"[0-9]{1,9}")


def preferences(header: str) -> dict[str, str]:
    """Return the preferences of a header Prefer, by name in lower case; one without a value has an empty text.

    The first of equal names counts (RFC 7240, section 2). Parameters and what does not follow the grammar are ignored.
    """
    found: dict[str, str] = {}
    for part in _PARTS.findall(header) if len(header) <= MAX_LENGTH else []:
        if match := _PREFERENCE.fullmatch(part):
            found.setdefault(match[1].lower(), _unquoted(match[2] or ""))
    return found


def preferred_wait(header: str) -> int | None:
    """Return the seconds of the preference ``wait`` (RFC 7240, section 4.3), or None if it is absent or invalid."""
    wait = preferences(header).get("wait", "")
    return int(wait) if _SECONDS.fullmatch(wait) else None


def _unquoted(word: str) -> str:
    return re.sub(r"\\(.)", r"\1", word[1:-1], flags=re.DOTALL) if word.startswith('"') else word
