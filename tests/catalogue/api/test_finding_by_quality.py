"""GET /api/v1/data-cubes/ by seeing, duration, cadence, scans, exposure and observer."""

import pytest

from datacubes.models import Metadata
from tests.support.archived_cubes import copy_of

URL = "/api/v1/data-cubes/"


@pytest.fixture
def archive(archive_cube):
    """Three cubes: one good and long, one bad and short, and one of which nothing is known."""
    cube = archive_cube(oid="good")
    good = {"r0_median": 0.2, "duration": 3600.0, "cadence": 10.0, "exposure": 0.5, "observer": "Åsa Öhman, B. O'Li"}
    copy_of(cube, "bad", r0_median=0.05, duration=60.0, cadence=40.0, exposure=0.1, observer="50%_A", n_scans=1)
    unknown = dict.fromkeys(("r0_median", "duration", "cadence", "exposure"))
    copy_of(cube, "unknown", n_scans=1, observer="", **unknown)
    Metadata.objects.filter(cube=cube).update(n_scans=100, **good)


@pytest.fixture
def found(archive, anybody):
    def ask(**parameters):
        response = anybody.get(URL, parameters)
        assert response.status_code == 200, response.content
        return {cube["oid"] for cube in response.json()["results"]}

    return ask


def test_by_median_r0(found):
    assert found(r0_from="0.2") == {"good"}
    assert found(r0_from="0.05") == {"good", "bad"}
    assert found(r0_from="0.3") == set()


@pytest.mark.parametrize(("name", "good", "bad"), [("duration", 3600, 60), ("cadence", 10, 40), ("exposure", 0.5, 0.1)])
def test_by_ranges(found, name, good, bad):
    low, high = sorted((good, bad))
    at = {good: {"good"}, bad: {"bad"}}
    assert found(**{f"{name}_from": high}) == at[high]
    assert found(**{f"{name}_to": low}) == at[low]
    assert found(**{f"{name}_from": low, f"{name}_to": high}) == {"good", "bad"}
    assert found(**{f"{name}_from": high + 1}) == set()


def test_by_the_number_of_scans(found):
    assert found(scans_from="2") == {"good"}
    assert found(scans_to="1") == {"bad", "unknown"}
    assert found(scans_from="1.5", scans_to="99.5") == set()


def test_by_a_part_of_the_observer(found):
    assert found(observer="ASA") == set()
    assert found(observer="sa") == {"good"}
    assert found(observer="b. o'l") == {"good"}
    assert found(observer="%") == {"bad"}
    assert found(observer="0%_a") == {"bad"}
    assert found(observer="_%") == set()
    assert found(observer="\\") == set()


def test_the_end_of_a_range_must_not_be_below_its_begin(db, anybody):
    for name in ("duration", "cadence", "scans", "exposure"):
        response = anybody.get(URL, {f"{name}_from": "2", f"{name}_to": "1"})
        assert (response.status_code, list(response.json())) == (400, [f"{name}_to"])
