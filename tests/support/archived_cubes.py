"""Fixtures of the tests that need cubes in the archive; a conftest imports those that it wants."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache

import pytest
from astropy.io import fits
from django.contrib.auth.models import User
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.addresses import mark_verified
from accounts.tokens import make_token
from datacubes.models import AccessRules, DataCube, Metadata
from datacubes.steps.base import IngestRequest
from ingestion.conductor import ingest
from tests.support.cube_fixtures import PlaceCube

RESTRICTED = {"RELEASE": "2999-12-31", "RELEASEC": "Embargo of <b>A. Ake</b> & Co."}
"""Keywords of a cube that is not public."""

ArchiveCube = Callable[..., DataCube]


@pytest.fixture
def archive_cube(db, place_cube: PlaceCube) -> ArchiveCube:
    """Put the sample cube, with changed keywords, into the science data folder and ingest it.

    Returns a function that takes keywords with their values, a path, and fields of the request, and returns the cube.
    Without an OID of its own the cube is always the same one.
    """

    def archive(
        keywords: Mapping[str, object] | None = None, path: str = "2019-04-19/CRISP/cube.fits", **request: object
    ) -> DataCube:
        with pure_work_done_once():
            result = ingest(IngestRequest(place_cube(keywords, path), **request))
        return DataCube.objects.get(oid=result.oid)

    return archive


@contextmanager
def pure_work_done_once() -> Iterator[None]:
    """Read the bytes of the same table once in a process. It depends on nothing else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fits.BinTableHDU, "fromstring", _table)
        yield


_table = cache(fits.BinTableHDU.fromstring)


def copy_of(cube: DataCube, oid: str, *, size: int | None = None, **metadata: object) -> DataCube:
    """Add a cube like another, with another size and metadata, much faster than by ingestion."""
    copy = DataCube.objects.get(pk=cube.pk)
    copy.pk, copy.oid, copy.size = None, oid, copy.size if size is None else size
    copy.save(force_insert=True)
    for row in (AccessRules.objects.get(cube=cube), Metadata.objects.get(cube=cube)):
        row.cube = copy
        if isinstance(row, Metadata):
            for name, value in metadata.items():
                setattr(row, name, value)
        row.save(force_insert=True)
    return copy


@pytest.fixture
def person(db) -> User:
    """Somebody with an account, a verified e-mail address, and nothing else."""
    person = User.objects.create_user("person", email="Person@Observatory.example")
    mark_verified(person)
    return person


@pytest.fixture
def anybody() -> APIClient:
    """An HTTP client that is not logged in."""
    return APIClient()


@pytest.fixture
def client_of() -> Callable[[User], APIClient]:
    """Return a function that returns an HTTP client with the token of an account."""

    def client_of(user: User) -> APIClient:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Token {make_token(user, 'test')}")
        user.api_tokens.update(last_used_at=timezone.now())  # Later requests take as many statements as the first.
        return client

    return client_of
