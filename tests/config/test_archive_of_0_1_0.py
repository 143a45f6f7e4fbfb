"""An archive that was made with the migrations of 0.1.0 comes to the present state with every row and value."""

import io
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.apps.registry import Apps
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState
from django.test import Client
from django.urls import reverse

from accounts.models import APIToken
from cubefile.hdu import read_hdu
from datacubes.models import DataCube
from devtools.services import execute, of_database
from tests.support.cube_fixtures import SAMPLE_OID
from workorders.models import WorkOrder

RELEASED = [("datacubes", "0003_keywords_index"), ("svo", "0001_initial"), ("workorders", "0001_initial")]
LIBRARIES = {"admin", "auth", "axes", "contenttypes", "sessions"}
"""The other apps of 0.1.0 that have tables, but for that of its tokens, which the archive no longer has."""
TOKEN = "9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b"

BEGIN = datetime(2019, 4, 19, 17, 34, 55, 503950, tzinfo=UTC)
END = datetime(2019, 4, 19, 17, 35, 4, 303950, tzinfo=UTC)
LATER = datetime(2026, 11, 26, 8, 30, tzinfo=UTC)
EMBARGO = date(2999, 12, 31)
OTHER_OID = "2016-09-19T09:28:36_3950_å"
OVERWRITTEN_OID = "2016-09-19T09:30:00_3950"
PEOPLE = ("owner@observatory.example", "member@observatory.example", "stranger@observatory.example")

Rows = dict[str, dict[Any, dict[str, Any]]]


@pytest.fixture
def own_database(django_db_blocker, tmp_path: Path) -> Iterator[None]:
    """Put an empty database in the place of the one that the other tests share."""
    connection = connections["default"]
    shared = connection.settings_dict["NAME"]
    own = f"{shared}_of_0_1_0" if connection.vendor == "postgresql" else str(tmp_path / "archive.sqlite3")

    def execute_on_server(statement: str) -> None:
        if connection.vendor == "postgresql":
            execute(of_database(os.environ["DATABASE_URL"], "postgres"), statement)

    def switch_to(name: str) -> None:
        connection.close()
        connection.settings_dict["NAME"] = name
        ContentType.objects.clear_cache()

    with django_db_blocker.unblock():
        execute_on_server(f'DROP DATABASE IF EXISTS "{own}"')
        execute_on_server(f'CREATE DATABASE "{own}"')
        switch_to(own)
        try:
            yield
        finally:
            switch_to(shared)
            execute_on_server(f'DROP DATABASE "{own}" WITH (FORCE)')


def test_an_archive_of_0_1_0_comes_to_the_present_with_every_row_and_value(own_database, cube_path):
    released = migrate_to_release()
    fill(released, cube_path)
    add_token_as_0_1_0_did()
    before = {model._meta.label: rows_of(model) for model in models_of(released)}
    assert [label for label, rows in before.items() if not rows] == []

    call_command("migrate", verbosity=0)

    for label, rows in before.items():
        assert rows_of(apps.get_model(label), fields_of(released, label)) == rows, label
    check_that_it_is_shown()
    check_that_the_token_is_valid_and_no_longer_in_the_database()
    check_that_the_cube_without_a_path_is_withdrawn()
    check_downloads()
    check_that_the_cube_can_be_ingested_again(cube_path)
    check_downloads()


def migrate_to_release() -> Apps:
    """Bring the database to the migrations of 0.1.0, and return the models as they were then."""
    executor = MigrationExecutor(connections["default"])
    leaves = executor.loader.graph.leaf_nodes()
    return executor.migrate([*RELEASED, *(node for node in leaves if node[0] in LIBRARIES)]).apps


def add_token_as_0_1_0_did() -> None:
    """Make the table of Django REST framework's tokens with its own migration, and put a token into it."""
    state = ProjectState.from_apps(apps)
    with connections["default"].schema_editor() as editor:
        first = import_module("rest_framework.authtoken.migrations.0001_initial")
        state = first.Migration("0001_initial", "authtoken").apply(state, editor)
    token = state.apps.get_model("authtoken", "Token")
    token.objects.create(key=TOKEN, user_id=User.objects.get(username="owner").pk)


def models_of(registry: Apps) -> list[Any]:
    """Return the models of the archive's own apps, tables between them included."""
    labels = {app for app, _ in RELEASED}
    return [model for model in registry.get_models(include_auto_created=True) if model._meta.app_label in labels]


def fields_of(registry: Apps, label: str) -> list[str]:
    return [field.attname for field in registry.get_model(label)._meta.concrete_fields]


def rows_of(model: Any, fields: list[str] | None = None) -> dict[Any, dict[str, Any]]:
    """Return the values of all rows by primary key."""
    fields = fields or [field.attname for field in model._meta.concrete_fields]
    return {row[model._meta.pk.attname]: row for row in model._base_manager.values(*fields)}


def fill(registry: Apps, path: str) -> None:
    """Fill every table: a cube with everything, another with as little as a cube may have."""

    def add(label: str, **values: Any) -> Any:
        return registry.get_model(label)._base_manager.create(**values)

    people = [add("auth.User", username=address.partition("@")[0], email=address) for address in PEOPLE]
    group = add("auth.Group", name="Swedish User")
    people[1].groups.add(group)
    crisp = registry.get_model("datacubes", "Instrument").objects.get(name="CRISP")
    other = add("datacubes.Instrument", name="TRIPPEL", description="Spectrograph, “Ångström”")
    fill_cube(registry, add, path, crisp, group)
    observation = add("datacubes.Observation", point_id="2016_mos", kind="mosaic", date_beg=BEGIN, date_end=BEGIN)
    bare = add(
        "datacubes.DataCube",
        oid=OTHER_OID,
        relative_path="2016-09-19/å.fits",
        filename="å.fits",
        size=10**13,
        instrument=other,
        observation=observation,
    )
    add("datacubes.AccessRules", cube=bare)
    add("datacubes.Metadata", cube=bare, date_beg=BEGIN, date_end=BEGIN, instrument=other)
    overwritten = add(
        "datacubes.DataCube",
        oid=OVERWRITTEN_OID,
        relative_path="",
        filename="overwritten.fits",
        size=1,
        instrument=other,
        observation=observation,
    )
    add("datacubes.AccessRules", cube=overwritten, release_date=BEGIN.date())
    add("datacubes.Metadata", cube=overwritten, date_beg=BEGIN, date_end=BEGIN, instrument=other)
    fill_orders(add, path)
    fill_svo(add, other)


def header_of(path: str) -> str:
    """Return the header of a cube as 0.1.0 stored it, END and padding included: downloads compare it with the file."""
    with (settings.SCIENCE_DATA_ROOT / path).open("rb") as file:
        return read_hdu(file.fileno(), 0).header_bytes.decode("latin-1")


def fill_cube(registry: Apps, add: Any, path: str, instrument: Any, group: Any) -> None:
    """Add the cube of the sample file, under an embargo that staff have set."""
    observation = add("datacubes.Observation", point_id="2019-04-19T17:34:55.50395", date_beg=BEGIN, date_end=END)
    cube = add(
        "datacubes.DataCube",
        oid=SAMPLE_OID,
        relative_path=path,
        filename=path.rpartition("/")[2],
        size=213120,
        instrument=instrument,
        observation=observation,
        sources={"metadata": "8IkkAIji1Iji8Iji 10d01510 v2 eENQeDKQeDKQeDKQ", "plot_data": "cd3a7544 v2"},
    )
    cube.tags.set(
        [
            add("datacubes.Tag", kind="feature", name="Sunspot"),
            add("datacubes.Tag", kind="event", name="Flare"),
        ]
    )
    add(
        "datacubes.AccessRules",
        cube=cube,
        release_date=EMBARGO,
        release_comment="Embargo of A. Åke",
        header_release_date=date(2020, 8, 5),
        header_release_comment="Until the release date …",
        named_release_date=date(2020, 8, 5),
        release_set_by_staff=True,
    )
    add("datacubes.EmailGrant", cube=cube, email=PEOPLE[0])
    add("datacubes.GroupGrant", cube=cube, group=group)
    add("datacubes.FITSHeader", cube=cube, text=header_of(path))
    add(
        "datacubes.Metadata",
        cube=cube,
        date_beg=BEGIN,
        date_end=END,
        wavelength_min=617.299,
        wavelength_max=617.369,
        spectral_line="6173",
        has_polarimetry=True,
        n_scans=2,
        n_wavelengths=3,
        size_x=69.4,
        size_y=68.5,
        pointing_x=-352.4,
        pointing_y=118.9,
        keywords={"INSTRUME": "CRISP", "NAXIS": 5, "AO_LOCK": 0.97, "SIMPLE": True, "CAMPAIGN": None, "DW3": ["a", 1]},
        instrument=instrument,
        public_from=EMBARGO,
    )
    add(
        "datacubes.PlotData",
        cube=cube,
        seeing={
            "units": {"times": "UTC", "r0": "m"},
            "times": ["2019-04-19T17:34:55.500Z", None],
            "r0_low": [0.11631, 0.09979],
            "r0_low_and_high": [0.09553, None],
            "scans": [["2019-04-19T17:34:55.500Z", "2019-04-19T17:34:59.500Z"]],
            "scans_missing": "",
        },
        line_profile={
            "units": {"wavelengths": "nm", "intensity": "W m^-2 Hz^-1 sr^-1"},
            "wavelengths": [617.299, 617.369],
            "stokes": {"I": [3.5e-08, None]},
            "scans": 2,
        },
        sparkline="<svg></svg>",
    )
    for name, side in {"thumbnail": 240, "page": 800}.items():
        file = f"previews/2019-04-19/{name}.jpg"
        add("datacubes.ImagePreview", cube=cube, size_name=name, file=file, width=side, height=side, size=363)
    add(
        "datacubes.VideoPreview",
        cube=cube,
        file="previews/2019-04-19/movie.webm",
        poster="previews/2019-04-19/poster.jpg",
        width=8,
        height=8,
        seconds=1.5,
        size=547,
    )


def fill_orders(add: Any, path: str) -> None:
    """Add an order of each status, with the runs that it had."""
    owner = {"owner_email_addresses": [PEOPLE[0]]}
    completed, failed, started = (
        add("workorders.WorkOrder", relative_path=each, created_at=BEGIN, queued_at=LATER, attempts=attempts, **values)
        for each, attempts, values in [
            (path, 1, {"status": "completed", "request": owner, "oid": SAMPLE_OID}),
            ("2016-09-19/no-cube.fits", 2, {"status": "failed"}),
            ("2016-09-19/å.fits", 1, {"status": "started", "next_request": {"force": True}, "oid": OTHER_OID}),
        ]
    )
    add("workorders.WorkOrder", relative_path="2016-09-19/waits.fits", request={"swedish_data": False})
    steps = [{"name": "data_cube", "outcome": "created", "reason": "", "seconds": 0.023209}]
    completed.run = add(
        "workorders.WorkOrderRun",
        order=completed,
        status="completed",
        worker="worker-1",
        request=owner,
        started_at=LATER,
        finished_at=LATER,
        oid=SAMPLE_OID,
        checksum="8IkkAIji1Iji8Iji",
        checksum_status="verified",
        steps=steps,
        warnings=["The image preview could not be read."],
    )
    add("workorders.WorkOrderRun", order=failed, status="lost", started_at=BEGIN, finished_at=LATER)
    failed.run = add(
        "workorders.WorkOrderRun", order=failed, status="failed", attempt=2, finished_at=LATER, error="No FITS file."
    )
    started.run = add("workorders.WorkOrderRun", order=started, worker="worker-2")
    started.lease_expires_at = datetime(2999, 1, 1, tzinfo=UTC)
    for order in (completed, failed, started):
        order.save()


def fill_svo(add: Any, instrument: Any) -> None:
    """Add a submission of each state, and the report of a synchronisation."""
    add("svo.InstrumentInSVO", instrument=instrument, dataset="trippel level 2", is_left_out=True)
    add(
        "svo.Submission",
        oid=SAMPLE_OID,
        dataset="CRISP",
        state="submitted",
        token=UUID(int=7),
        digest="d" * 64,
        location_uri="/svo/data_location/17/",
        attempts=1,
    )
    add("svo.Submission", oid=OTHER_OID, dataset="TRIPPEL", state="failed", error="400: “file_size” is too large.")
    add("svo.Submission", oid="gone", dataset="CRISP", action="remove", due_at=LATER, claimed_until=LATER)
    add(
        "svo.Synchronisation",
        is_running=None,
        alive_until=LATER,
        started_at=BEGIN,
        finished_at=LATER,
        instruments=["CRISP"],
        added=1,
        updated=2,
        removed=3,
        failed=1,
        failures=[{"what": OTHER_OID, "reason": "no answer"}],
    )


def client_of(name: str) -> Client:
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(username=name))
    return client


def check_that_the_token_is_valid_and_no_longer_in_the_database() -> None:
    client = Client(headers={"host": "localhost", "authorization": f"Token {TOKEN}"})
    assert client.get(f"{reverse('data-cube-list')}?page_size=1").status_code == 200
    [token] = APIToken.objects.all()
    assert (token.user.username, token.last_used_at is None) == ("owner", False)
    assert token.created_at.date() == datetime.now(UTC).date()
    assert TOKEN not in str(APIToken.objects.values())
    assert "authtoken_token" not in connections["default"].introspection.table_names()


def check_that_it_is_shown() -> None:
    """Pages, the API and the admin show what the archive holds."""
    User.objects.create_superuser("staff")
    staff = client_of("staff")
    catalogue = staff.get("/").content.decode()
    for oid in (SAMPLE_OID, OTHER_OID):
        page = reverse("cube", args=[oid])
        assert f'href="{page}"' in catalogue
        assert staff.get(page).status_code == 200
        assert staff.get(reverse("data-cube-detail", args=[oid])).json()["oid"] == oid
    assert {cube["oid"] for cube in staff.get("/api/v1/data-cubes/").json()["results"]} == {SAMPLE_OID, OTHER_OID}
    orders = staff.get("/api/v1/work-orders/").json()["results"]
    assert sorted(order["status"] for order in orders) == ["completed", "failed", "queued", "started"]
    for label in ("datacubes/datacube", "workorders/workorder", "svo/submission", "svo/synchronisation"):
        page = staff.get(f"/admin/{label}/")
        assert page.status_code == 200, label
    [cube] = DataCube.objects.filter(oid=SAMPLE_OID)
    assert staff.get(f"/admin/datacubes/datacube/{cube.pk}/change/").status_code == 200


def check_that_the_cube_without_a_path_is_withdrawn() -> None:
    """Until 0.1.0, a cube whose path was taken by another had an empty path."""
    assert not DataCube.objects.filter(oid=OVERWRITTEN_OID).exists()
    cube = DataCube.every.get(oid=OVERWRITTEN_OID)
    assert cube.withdrawal_reason == "Its file was replaced by that of another cube."
    assert Client().get(reverse("download", args=[cube.oid, cube.filename])).status_code == 410


def check_downloads() -> None:
    """The grants open the file to the owner and to the group, the embargo closes it to others."""
    [cube] = DataCube.objects.filter(oid=SAMPLE_OID)
    statuses = {}
    for address in PEOPLE:
        name = address.partition("@")[0]
        answer = client_of(name).get(reverse("download", args=[cube.oid, cube.filename]))
        answer.close()
        statuses[name] = answer.status_code
    assert statuses == {"owner": 200, "member": 200, "stranger": 403}


def check_that_the_cube_can_be_ingested_again(path: str) -> None:
    """Cube and order stay the same rows; what staff have set and the header does not state stays."""
    [cube] = DataCube.objects.filter(oid=SAMPLE_OID)
    [order] = WorkOrder.objects.filter(relative_path=path)
    call_command("ingest_fits_cube", path, stdout=io.StringIO())
    [again] = order.runs.exclude(pk=order.run_id)
    assert (again.status, again.error) == ("completed", "")
    [cube] = DataCube.objects.filter(pk=cube.pk, oid=SAMPLE_OID)
    assert DataCube.objects.count() == 2
    assert cube.access.release_date == EMBARGO
    assert cube.metadata.public_from == EMBARGO
    assert cube.metadata.keywords["TELESCOP"] == "Swedish 1-meter Solar Telescope"
    assert "OBSERVER" in cube.fits_header.text
    assert sorted(tag.name for tag in cube.tags.all()) == ["Flare", "Pore", "Sunspot"]
    assert sorted(cube.image_previews.values_list("size_name", flat=True)) == ["high_density", "page", "thumbnail"]
