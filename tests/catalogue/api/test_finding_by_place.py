"""GET /api/v1/data-cubes/ by box, by circle, and by the overlap with another cube."""

import math
from datetime import timedelta
from itertools import product

import pytest

from datacubes.fields_of_view import FARTHEST
from datacubes.models import DataCube, Metadata
from tests.support.archived_cubes import copy_of

URL = "/api/v1/data-cubes/"
FIELDS = {
    "upright": {"pointing_x": 0, "pointing_y": 0, "size_x": 40, "size_y": 20, "rotation": 0},
    "turned": {"pointing_x": 500, "pointing_y": 0, "size_x": 200, "size_y": 20, "rotation": 45},
    "upside down": {"pointing_x": -500, "pointing_y": 0, "size_x": 40, "size_y": 20, "rotation": 180},
    "off the disk": {"pointing_x": 1200, "pointing_y": 0, "size_x": 60, "size_y": 60, "rotation": -90, "mu": None},
    "point": {"pointing_x": 0, "pointing_y": 500, "size_x": None, "size_y": None, "rotation": None},
    "nowhere": {"pointing_x": None, "pointing_y": None, "size_x": 40, "size_y": 40, "rotation": 0},
    "absurd": {"pointing_x": 1e308, "pointing_y": -1e308, "size_x": 1e308, "size_y": 1e308, "rotation": 1e308},
    "smallest": {"pointing_x": 5e-324, "pointing_y": 800, "size_x": 5e-324, "size_y": 5e-324, "rotation": 5e-324},
    "far": {"pointing_x": -1.7e308, "pointing_y": 1, "size_x": 0, "size_y": -1e308, "rotation": 5},
}


@pytest.fixture
def archive(archive_cube):
    """A cube for each of FIELDS."""
    cube = archive_cube(oid="sample")
    for oid, field in FIELDS.items():
        copy_of(cube, oid, **field)
    Metadata.objects.filter(cube=cube).update(pointing_x=None)


@pytest.fixture
def found(archive, anybody):
    def ask(**parameters):
        response = anybody.get(URL, parameters)
        assert response.status_code == 200, response.content
        oids = [cube["oid"] for cube in response.json()["results"]]
        assert len(set(oids)) == len(oids)
        return set(oids)

    return ask


def test_a_box_finds_fields_that_it_cuts_holds_or_lies_in(found):
    assert found(box="-100,-100,100,100") == {"upright"}
    assert found(box="-1,-1,1,1") == {"upright"}
    assert found(box="19,9,100,100") == {"upright"}
    assert found(box="20,10,20,10") == {"upright"}
    assert found(box="20.1,-100,100,100") == set()
    assert found(box="-100,10.1,100,100") == set()
    assert found(box="-521,-1,-519,1") == {"upside down"}
    assert found(box="1000,-1000,1300,1000") == {"off the disk"}
    assert found(box="0,500,0,500") == {"point"}
    assert found(box="-1,799,1,801") == {"smallest"}


@pytest.mark.parametrize("question", [{"box": "0,800,5e-324,800"}, {"circle": "5e-324,800,5e-324"}])
def test_the_smallest_numbers_are_zero(found, question):
    assert found(**question) == {"smallest"}


def test_the_rotation_of_a_field_counts(found):
    # The field is a band along the diagonal from the lower left to the upper right.
    assert found(box="560,60,561,61") == {"turned"}
    assert found(box="439,-61,440,-60") == {"turned"}
    assert found(box="560,-61,561,-60") == set()
    assert found(box="439,60,440,61") == set()
    # The corner of a box that reaches the band, and one that just does not.
    assert found(box="530,-100,600,15") == set()
    assert found(box="530,-100,600,16") == {"turned"}


def test_a_circle_finds_fields_that_it_cuts_holds_or_lies_in(found):
    assert found(circle="0,0,1") == {"upright"}
    assert found(circle="0,0,300") == {"upright"}
    assert found(circle="30,10,10") == {"upright"}
    assert found(circle="30,10,9.9") == set()
    assert found(circle="30,20,14.1") == set()
    assert found(circle="30,20,14.2") == {"upright"}
    assert found(circle="560,60,0") == {"turned"}
    assert found(circle="560,-60,70") == set()
    assert found(circle="560,-60,76") == {"turned"}
    assert found(circle="0,500,0") == {"point"}
    assert found(circle="0,0,100000") == {*FIELDS} - {"nowhere", "absurd", "far"}


def test_the_farthest_box_and_circle_are_answered(found):
    edge = int(FARTHEST)
    everywhere = {*FIELDS} - {"nowhere", "absurd", "far"}
    assert found(box=f"-{edge},-{edge},{edge},{edge}") == everywhere
    assert found(circle=f"{edge},{edge},{edge}", box=f"-{edge},-{edge},{edge},{edge}") <= everywhere


def test_what_is_off_the_disk_has_no_mu(found):
    Metadata.objects.exclude(mu=None).update(mu=0.5)
    assert "off the disk" not in found(mu_from="0", mu_to="1")
    assert "upright" in found(mu_from="0.5")
    assert found(box="1000,-1000,1300,1000", mu_to="1") == set()


def test_other_orders_find_the_same(found):
    for order in ("size", "-wavelength", "date_beg"):
        assert found(box="-100,-100,100,100", ordering=order) == {"upright"}
        assert found(circle="0,0,300", ordering=order) == {"upright"}


def test_another_cube_finds_those_that_overlap_it_in_time_and_field(found, archive_cube):
    sample = DataCube.objects.get(oid="upright")
    begin, end = sample.metadata.date_beg, sample.metadata.date_end
    day = timedelta(days=1)
    copy_of(sample, "later", date_beg=end + timedelta(seconds=1), date_end=end + day)
    copy_of(sample, "touches", date_beg=end, date_end=end + day)
    copy_of(sample, "earlier", date_beg=begin - day, date_end=begin - timedelta(seconds=1))
    copy_of(sample, "all day", date_beg=begin - day, date_end=end + day)
    copy_of(sample, "beside", pointing_x=41)
    copy_of(sample, "crossed", rotation=90, pointing_x=29, pointing_y=0)
    copy_of(sample, "not crossed", rotation=90, pointing_x=31, pointing_y=0)
    nearby = {"touches", "all day", "crossed"}
    assert found(overlaps="upright") == nearby | {"nowhere", "sample"}
    assert found(overlaps="touches") == {"upright", "later", "all day", "crossed", "nowhere", "sample"}
    assert found(overlaps="crossed") == {"upright", "touches", "all day", "beside", "not crossed", "nowhere", "sample"}


def test_a_cube_without_a_place_is_compared_by_time_only(found):
    everything = {*FIELDS, "sample"}
    assert found(overlaps="nowhere") == everything - {"nowhere"}
    assert found(overlaps="absurd") >= {"nowhere", "sample"}


def test_a_rotation_of_any_angle_agrees_with_geometry(archive, anybody):
    """The corners of a field, pulled in by a thousandth, are found; pushed out, they are not."""
    corners = ((1, 1), (1, -1), (-1, 1), (-1, -1))
    for degrees, (right, up) in product(range(-180, 181, 15), corners):
        Metadata.objects.filter(cube__oid="turned").update(rotation=degrees)
        angle = math.radians(degrees)
        for factor, expected in ((0.999, 1), (1.001, 0)):
            x, y = right * 100 * factor, up * 10 * factor
            east = 500 + x * math.cos(angle) - y * math.sin(angle)
            north = x * math.sin(angle) + y * math.cos(angle)
            for parameters in ({"box": f"{east},{north},{east},{north}"}, {"circle": f"{east},{north},0"}):
                assert anybody.get(URL, parameters).json()["total"] == expected, (degrees, parameters)
