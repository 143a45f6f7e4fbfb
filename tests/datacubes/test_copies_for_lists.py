"""The metadata's copies of the instrument and of the release date are the same as what they are copies of."""

from datetime import date

import pytest

from datacubes.models import AccessRules, DataCube, EmailGrant, Metadata
from datacubes.models.metadata import NEVER_PUBLIC
from operations.admin.access import AccessChange
from tests.support.archived_cubes import RESTRICTED, archive_cube

__all__ = ["archive_cube"]


def copies():
    """Compare all copies, and return the release dates."""
    cubes = DataCube.objects.select_related("access", "metadata").order_by("pk")
    for cube in cubes:
        assert cube.metadata.public_from == (cube.access.release_date or NEVER_PUBLIC)
        assert cube.metadata.instrument_id == cube.instrument_id
    return [cube.access.release_date for cube in cubes]


@pytest.fixture
def two_cubes(archive_cube):
    archive_cube({"RELEASE": "2020-01-01"}, path="a.fits", oid="a")
    archive_cube({"DATE-BEG": "2019-05-01T00:00:00", "RELEASE": None}, path="b.fits", oid="b")


def test_a_new_cube_has_them(two_cubes):
    assert copies() == [date(2020, 1, 1), None]


def test_a_header_with_a_new_release_date_changes_them(archive_cube):
    archive_cube({"RELEASE": "2020-01-01"})
    archive_cube(RESTRICTED | {"INSTRUME": "CHROMIS"})
    assert copies() == [date(2999, 12, 31)]
    assert Metadata.objects.get().instrument.name == "CHROMIS"
    archive_cube({"RELEASE": None, "RELEASEC": None})
    assert copies() == [None]


@pytest.mark.parametrize("day", [date(2030, 1, 1), None])
def test_saved_rules_change_them(two_cubes, day):
    rules = AccessRules.objects.get(cube__oid="a")
    rules.release_date = day
    rules.save()
    assert copies() == [day, None]


@pytest.mark.parametrize("day", [date(2030, 1, 1), None])
def test_updated_rules_change_them(two_cubes, day):
    assert AccessRules.objects.exclude(release_date=day).update(release_date=day) == (1 if day is None else 2)
    assert copies() == [day, day]


def test_an_update_of_other_columns_keeps_them(two_cubes, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert AccessRules.objects.update(release_comment="By agreement.") == 2
    assert copies() == [date(2020, 1, 1), None]


@pytest.mark.parametrize("day", [date(2030, 1, 1), None])
def test_a_change_of_many_cubes_changes_them(two_cubes, day):
    assert AccessChange(sets_release=True, release_date=day).apply(DataCube.objects.all()) == 2
    assert copies() == [day, day]


def test_rules_made_later_change_them(two_cubes):
    AccessRules.objects.all().delete()
    EmailGrant.objects.all().delete()
    AccessRules.objects.bulk_create(
        AccessRules(cube=cube, release_date=date(2031, 1, 1)) for cube in DataCube.objects.all()
    )
    assert copies() == [date(2031, 1, 1)] * 2


def test_ingesting_again_keeps_the_date_that_staff_have_set(archive_cube):
    archive_cube({"RELEASE": "2020-01-01"})
    AccessRules.objects.update(release_date=date(2030, 1, 1))
    archive_cube({"RELEASE": "2020-01-01", "OBSERVER": "Somebody else"}, force=True)
    assert copies() == [date(2030, 1, 1)]
