"""Fixtures of all tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from pytest_django import DjangoDbBlocker

from tests.support.archived_cubes import anybody, archive_cube, client_of, person
from tests.support.cube_fixtures import data_root, nobody_writes, place_cube, sample_cube
from tests.support.initial_rows import keep_initial_rows
from tests.support.order_fixtures import api, cube_path, expire_lease, pipeline

__all__ = [
    "anybody",
    "api",
    "archive_cube",
    "client_of",
    "cube_path",
    "data_root",
    "expire_lease",
    "nobody_writes",
    "person",
    "pipeline",
    "place_cube",
    "sample_cube",
]


USE_THE_DATABASE = {"db", "transactional_db", "live_server"}
PLAIN_SQL = (
    *("accounts/access_requests/", "accounts/test_email_addresses.py", "accounts/test_login_attempts.py"),
    *("accounts/test_login_names.py", "accounts/test_own_account.py", "accounts/test_sign_up.py"),
    *("catalogue/api/test_cubes_as_json.py", "catalogue/api/test_finding_by_line.py", "catalogue/api/test_schema.py"),
    *("catalogue/api/test_statements.py", "catalogue/api/test_totals.py", "catalogue/downloads/", "catalogue/exports/"),
    "catalogue/pages/",
    *("catalogue/test_repeated_parameters.py", "config/", "cubefile/", "datacubes/steps/", "datacubes/test_access.py"),
    *("datacubes/test_tags.py", "demo/", "ingestion/", "keeper/discovery/", "keeper/events/", "keeper/fixity/"),
    *("operations/test_admin_questions.py", "operations/test_cube_admin.py", "operations/test_cube_orders.py"),
    *("operations/test_every_url_in_time.py", "operations/test_front_page.py", "operations/test_grants.py"),
    *("operations/test_hostile_headers.py", "operations/test_metrics.py", "predecessor/", "svo/"),
    *("workorders/test_admin.py", "workorders/test_waiting_posts.py"),
)
"""Rooms and files about code that does not ask which database it is: their tests need one database only."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that use the database, before they are selected by their marks.

    pytest-django refuses the database to all others.
    """
    plain = tuple(f"{Path(__file__).parent}/{place}" for place in PLAIN_SQL)
    for item in items:
        if item.get_closest_marker("django_db") or not USE_THE_DATABASE.isdisjoint(item.fixturenames):
            item.add_marker("database")
            if str(item.path).startswith(plain):
                item.add_marker("plain_sql")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    tmp_path_factory: pytest.TempPathFactory, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """Keep the SQLite database of the tests in a file: threads then share it as processes do."""
    database = connections["default"]
    if database.vendor == "sqlite":
        database.settings_dict["TEST"]["NAME"] = tmp_path_factory.mktemp("database") / "test.sqlite3"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Make the database, and keep what the migrations have put into it."""
    with pytest.MonkeyPatch.context() as patch:
        with django_db_blocker.unblock():
            keep_initial_rows(patch)
        yield


@pytest.fixture(scope="session", autouse=True)
def empty_static_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Give WhiteNoise, which otherwise warns in every test with a client, a folder to look for collected files in."""
    settings.STATIC_ROOT = tmp_path_factory.mktemp("static")


@pytest.fixture(autouse=True)
def folders(settings, tmp_path: Path) -> None:
    """Give each test its own science data and media folders, static files as they are, and quick passwords."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.SCIENCE_DATA_ROOT = tmp_path / "data"
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.SCIENCE_DATA_ROOT.mkdir()
    settings.MEDIA_ROOT.mkdir()
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
