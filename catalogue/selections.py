"""Keeps selections of cubes."""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from datetime import timedelta
from hashlib import sha256

from django.http import HttpRequest
from django.utils import timezone

from catalogue.models import Selection
from common.http.client_address import client_network
from datacubes.models import DataCube

MAX_CUBES = 1000
MAX_IN_AN_HOUR = 30
"""Selections that one network may keep within an hour."""


class SelectionRefused(ValueError):
    """The selection cannot be kept; the message says why."""


class TooManySelections(SelectionRefused):
    """The network has kept as many selections as it may within an hour."""


def keep_selection(request: HttpRequest, oids: Iterable[str], *, key: str | None = None) -> Selection:
    """Keep a set of cubes, under a random key unless one is given.

    Raises
    ------
    SelectionRefused
        If there are no cubes, too many, or OIDs that the archive does not have.
    TooManySelections
        If the request's network has kept as many as it may within an hour.
    """
    wanted = sorted(set(oids))
    if not 1 <= len(wanted) <= MAX_CUBES:
        raise SelectionRefused(f"A selection has 1 to {MAX_CUBES:,} cubes; these are {len(wanted):,}.")
    found = set(DataCube.objects.filter(oid__in=wanted).values_list("oid", flat=True))
    if missing := [oid for oid in wanted if oid not in found]:
        raise SelectionRefused(f"The archive has no cube {missing[0]!r}. Nothing was kept.")
    network = client_network(request) or ""
    recent = Selection.objects.filter(network=network, kept_at__gt=timezone.now() - timedelta(hours=1))
    if recent.count() >= MAX_IN_AN_HOUR:
        raise TooManySelections(
            f"Your network has kept {MAX_IN_AN_HOUR} selections within an hour, the most that is accepted. "
            "Try again later."
        )
    values = {"oids": wanted, "network": network}
    return Selection.objects.get_or_create(key=key or secrets.token_urlsafe(9), defaults=values)[0]


def selection_of_link(request: HttpRequest, oids: Iterable[str]) -> Selection:
    """Return the selection of exactly these cubes, for a link that names them; the first request keeps it.

    Its key is a digest, so that the link leads to the same selection for ever.

    Raises
    ------
    SelectionRefused
        As `keep_selection` does.
    """
    wanted = sorted(set(oids))
    key = f"l{urlsafe_b64encode(sha256(repr(wanted).encode()).digest())[:15].decode()}"
    return Selection.objects.filter(key=key).first() or keep_selection(request, wanted, key=key)
