"""The database of sst_archive and the files of its cubes."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.management import call_command
from django.db import connection

from devtools.services import execute, of_database
from tests.predecessor.importing.databases import FormerDatabase, on_postgresql, on_sqlite
from tests.support.archived_cubes import pure_work_done_once

MEDIA = "/storage/sst"

Run = Callable[..., str]


@pytest.fixture(autouse=True)
def pictures_are_made_once() -> Iterator[None]:
    with pure_work_done_once():
        yield


@pytest.fixture
def former(tmp_path: Path) -> Iterator[FormerDatabase]:
    """The database of sst_archive: on PostgreSQL if the archive's is, else on SQLite."""
    if connection.vendor != "postgresql":
        yield on_sqlite(tmp_path)
        return
    server = of_database(url_of(project.DATABASES["default"]), "postgres")
    database = on_postgresql(server)
    yield database
    execute(server, f"DROP DATABASE {database.url.rpartition('/')[2]} WITH (FORCE)")


def url_of(database: dict) -> str:
    password = f":{database['PASSWORD']}" if database["PASSWORD"] else ""
    return f"postgres://{database['USER']}{password}@{database['HOST']}:{database['PORT'] or 5432}/{database['NAME']}"


@pytest.fixture
def import_all(former: FormerDatabase, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs the import with some options and returns what it prints."""
    monkeypatch.setattr("predecessor.management.commands.import_sst_archive.send_wake_up", lambda task: None)

    def run(*options: str, database: str = former.url) -> str:
        out = io.StringIO()
        call_command("import_sst_archive", "--database", database, "--media", MEDIA, *options, stdout=out)
        return out.getvalue()

    return run


@pytest.fixture
def files(place_cube, data_root: Path) -> None:
    """The files of the cubes that have one; one of them is a link that leaves the folder."""
    observations = {
        "embargoed": "2019-04-19T17:34:39",
        "open": "2019-04-20T08:00:00_mosaic",
        "no_date": "2019-04-21T09:00:00",
    }
    for name, point_id in observations.items():
        begin = point_id.removesuffix("_mosaic")
        place_cube(
            {"DATE-BEG": begin, "POINT_ID": point_id, "RELEASE": "2020-01-01", "RELEASEC": "of the header"},
            f"{begin[:10]}/CRISP/{name}.fits",
        )
    place_cube({"INSTRUME": "TRIPPEL"}, "2019-04-21/TRIPPEL/spectrum.fits")
    (data_root / "link.fits").symlink_to("/etc/hostname")
