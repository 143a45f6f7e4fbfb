"""Links to pages."""

from django.urls import reverse

from datacubes.links import oid_in_url


def cube_page_path(oid: str) -> str:
    """Return the path of a cube's page. `reverse` alone does not encode ``/`` in an OID."""
    return f"{reverse('catalogue')}cubes/{oid_in_url(oid)}/"


def header_path(oid: str) -> str:
    """Return the path of a cube's whole header, as text."""
    return f"{reverse('data-cube-list')}{oid_in_url(oid)}/header/"
