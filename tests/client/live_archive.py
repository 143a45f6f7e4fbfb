"""Fixtures of the Python client's tests: an archive with cubes, served over HTTP."""

import pytest
from django.contrib.auth.models import Permission, User
from solar_archive_client import Archive

from accounts.tokens import make_token
from tests.support.archived_cubes import RESTRICTED


@pytest.fixture
def cubes(live_server, archive_cube) -> None:
    """A cube of 6173 with a companion-free file, one of 8542 a year later, and a restricted one."""
    archive_cube({"FEATURES": "Sunspot"}, path="2019/nb_6173_im.fits", oid="a")
    archive_cube(
        {
            "DATE-BEG": "2020-04-19T08:00:00", "DATE-END": "2020-04-19T08:10:00", "FILTER1": "8542", "WAVEMIN": 854.0,
            "WAVEMAX": 854.4, "FEATURES": "Pore",
        },
        path="2020/nb_8542_im.fits",
        oid="b/2",
    )  # fmt: skip
    archive_cube(
        RESTRICTED | {"DATE-BEG": "2021-04-19T08:00:00", "DATE-END": "2021-04-19T08:10:00", "FEATURES": "MISSING"},
        path="2021/closed_im.fits",
        oid="c",
    )


@pytest.fixture
def archive(live_server, cubes) -> Archive:
    return Archive(live_server.url)


@pytest.fixture
def token(db) -> str:
    """The token of somebody who may download restricted files."""
    reader = User.objects.create_user("reader")
    reader.user_permissions.add(Permission.objects.get(codename="download_restricted"))
    return make_token(reader, "test")
