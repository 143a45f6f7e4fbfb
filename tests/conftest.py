"""Fixtures of all tests."""

from importlib import import_module
from pathlib import Path

import pytest
from django.apps import AppConfig, apps
from django.conf import settings
from django.db import connections
from django.db.models.signals import post_migrate

from tests.support.archived_cubes import anybody, archive_cube, client_of, person
from tests.support.cube_fixtures import data_root, nobody_writes, place_cube, sample_cube
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


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that use the database, before they are selected by their marks.

    pytest-django refuses the database to all others.
    """
    for item in items:
        if item.get_closest_marker("django_db") or not USE_THE_DATABASE.isdisjoint(item.fixturenames):
            item.add_marker("database")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    tmp_path_factory: pytest.TempPathFactory, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """Keep the SQLite database of the tests in a file: threads then share it as processes do."""
    database = connections["default"]
    if database.vendor == "sqlite":
        database.settings_dict["TEST"]["NAME"] = tmp_path_factory.mktemp("database") / "test.sqlite3"


@pytest.fixture(scope="session", autouse=True)
def rows_of_migrations_are_put_back() -> None:
    """Bring instruments and groups back after a test that commits, which empties all tables in the end."""
    instruments = import_module("datacubes.migrations.0002_instruments")
    to_ask_for = import_module("accounts.access_requests.migrations.0002_swedish_data")
    groups = import_module("operations.migrations.0001_ready_made_groups")
    of_keeper = import_module("operations.migrations.0003_permissions_of_the_keeper")
    of_webhooks = import_module("operations.migrations.0002_webhooks")
    last_with_models = [app.label for app in apps.get_app_configs() if list(app.get_models())][-1]

    def put_back(sender: AppConfig, **kwargs: object) -> None:
        if sender.label == "datacubes":
            instruments.add_instruments(apps, None)
        elif sender.label == "access_requests":
            to_ask_for.add_swedish_data(apps, None)
        elif sender.label == last_with_models:  # All permissions are there.
            groups.make_groups(apps)
            of_keeper.give_permissions(apps)
            of_webhooks.add_permissions(apps)

    post_migrate.connect(put_back, weak=False)


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
