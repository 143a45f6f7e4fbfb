"""Staff change the access to a cube that is ingested at the same time, on a database where that can be."""

import threading
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection, transaction

from datacubes.models import AccessRules, DataCube, EmailGrant
from datacubes.steps.base import IngestRequest
from devtools.sample_cubes import edit_keyword
from ingestion.conductor import Reading, read_cube, write_cube
from tests.support.admin_actions import act
from tests.support.archived_cubes import archive_cube

__all__ = ["archive_cube"]

LIST = "/admin/datacubes/datacube/"
DAY = date(2031, 5, 6)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one transaction write at a time"),
]


@pytest.fixture
def cube(archive_cube) -> DataCube:
    return archive_cube({"RELEASE": "2999-12-31", "RELEASEC": None})


@pytest.fixture
def next_reading(cube, data_root) -> Callable[..., Reading]:
    """Give the cube's file another RELEASE and RELEASEC, and read it."""

    def read_with(release: str | None, comment: str | None = None, **request: object) -> Reading:
        edit_keyword(data_root / cube.relative_path, "RELEASE", release)
        edit_keyword(data_root / cube.relative_path, "RELEASEC", comment)
        return read_cube(IngestRequest(cube.relative_path, **request))

    return read_with


def at_once(first: Callable[[], object], second: Callable[[], object]) -> None:
    """Do the second, on another connection, while the transaction of the first has not ended."""

    def do_the_second() -> None:
        try:
            with transaction.atomic():
                second()
        finally:
            connection.close()

    thread = threading.Thread(target=do_the_second)
    with transaction.atomic():
        first()
        thread.start()
        thread.join(1)  # It waits for this transaction, or has gone on without regard to it.
    thread.join()


def on_its_page(client, cube: DataCube) -> None:
    data = {
        "access-TOTAL_FORMS": 1,
        "access-INITIAL_FORMS": 1,
        "access-0-cube": cube.pk,
        "access-0-release_date": DAY.isoformat(),
    }
    for name in ("email_grants", "group_grants", "metadata", "fits_header"):
        data |= {f"{name}-TOTAL_FORMS": 0, f"{name}-INITIAL_FORMS": 0}
    page = client.post(f"{LIST}{cube.pk}/change/", data, follow=True).content.decode()
    assert "was changed successfully" in page


def in_the_list(client, cube: DataCube) -> None:
    act(client, LIST, "edit_access", cube, release="date", release_date=DAY.isoformat())


@pytest.mark.parametrize("set_the_date", [on_its_page, in_the_list])
def test_a_date_that_staff_are_setting_is_not_undone_by_an_ingestion(admin_client, cube, next_reading, set_the_date):
    without_release = next_reading(None, "Ask us.")
    at_once(lambda: set_the_date(admin_client, cube), lambda: write_cube(without_release))
    rules = AccessRules.objects.get()
    assert (rules.release_date, rules.named_release_date) == (DAY, date(2999, 12, 31))
    assert (rules.header_release_date, rules.header_release_comment) == (None, "Ask us.")


@pytest.mark.parametrize("set_the_date", [on_its_page, in_the_list])
def test_what_an_ingestion_is_writing_of_the_header_is_not_undone_by_staff(
    admin_client, cube, next_reading, set_the_date
):
    reading = next_reading("2998-12-31")
    at_once(lambda: write_cube(reading), lambda: set_the_date(admin_client, cube))
    rules = AccessRules.objects.get()
    assert (rules.release_date, rules.named_release_date) == (DAY, date(2998, 12, 31))
    assert (rules.header_release_date, rules.header_release_comment) == (date(2998, 12, 31), "")


def test_staff_can_remove_a_grant_that_an_ingestion_is_adding(admin_client, cube, next_reading):
    reading = next_reading("2999-12-31", owner_email_addresses=["a@b.example"])
    at_once(
        lambda: write_cube(reading),
        lambda: act(admin_client, LIST, "edit_access", cube, release="keep", remove_emails="a@b.example"),
    )
    assert not EmailGrant.objects.exists()
