"""Observations follow their cubes."""

import pytest
from django.db.models import ProtectedError

from datacubes.models import DataCube, Observation
from datacubes.steps.base import IngestRequest
from datacubes.withdrawal import change_all, restore, withdraw
from ingestion.conductor import ingest

pytestmark = pytest.mark.django_db

BEGIN, END = "2019-04-19T17:34:55.50395", "2019-04-19T17:35:30"


@pytest.fixture
def add(place_cube):
    """Ingest a cube of an observation."""

    def ingest_cube(oid: str, point_id: str | None = None, begin: str = BEGIN, end: str = END) -> DataCube:
        path = place_cube({"POINT_ID": point_id, "DATE-BEG": begin, "DATE-END": end}, path=f"{oid}.fits")
        ingest(IngestRequest(path, oid=oid))
        return DataCube.objects.get(oid=oid)

    return ingest_cube


def span(observation: Observation) -> tuple[str, str]:
    observation.refresh_from_db()
    return observation.date_beg.isoformat()[11:19], observation.date_end.isoformat()[11:19]


def test_without_point_id_an_observation_is_known_by_its_begin(add):
    cube = add("a")
    assert cube.observation.point_id == BEGIN
    assert cube.observation.kind == "" == Observation.Kind.SINGLE
    assert span(cube.observation) == ("17:34:55", "17:35:30")


@pytest.mark.parametrize(
    ("point_id", "kind"),
    [
        ("2019-04-19T17:34:39_grouped", "grouped"),
        ("2019-04-19T17:34:39_mosaic", "mosaic"),
        ("2019-04-19T17:34:39", ""),
        ("grouped", ""),
        ("mosaic_of_2019", ""),
    ],
)
def test_the_ending_of_point_id_gives_the_kind(add, point_id, kind):
    observation = add("a", point_id).observation
    assert (observation.point_id, observation.kind) == (point_id, kind)


@pytest.mark.parametrize("point_id", ["", "   "])
def test_an_empty_point_id_counts_as_missing(add, point_id):
    assert add("a", point_id).observation.point_id == BEGIN


def test_a_point_id_written_as_a_number_counts(add):
    assert add("a", 42).observation == add("b", "42").observation


def test_cubes_of_one_point_id_belong_together_and_begin_and_end_follow(add):
    first = add("a", "p_grouped", "2019-04-19T17:00:00", "2019-04-19T17:10:00")
    assert span(first.observation) == ("17:00:00", "17:10:00")
    second = add("b", "p_grouped", "2019-04-19T16:50:00", "2019-04-19T17:05:00")
    assert second.observation == first.observation
    assert span(first.observation) == ("16:50:00", "17:10:00")
    add("c", "p_grouped", "2019-04-19T17:00:00", "2019-04-19T17:30:00")
    assert span(first.observation) == ("16:50:00", "17:30:00")


def test_begin_and_end_follow_a_cube_whose_times_change(add):
    observation = add("a", "p", "2019-04-19T17:00:00", "2019-04-19T17:10:00").observation
    add("b", "p", "2019-04-19T17:05:00", "2019-04-19T17:20:00")
    add("a", "p", "2019-04-19T17:06:00", "2019-04-19T17:07:00")
    assert span(observation) == ("17:05:00", "17:20:00")


def test_begin_and_end_follow_a_deleted_cube(add):
    observation = add("a", "p", "2019-04-19T17:00:00", "2019-04-19T17:10:00").observation
    add("b", "p", "2019-04-19T17:05:00", "2019-04-19T17:20:00")
    DataCube.objects.get(oid="a").delete()
    assert span(observation) == ("17:05:00", "17:20:00")


def test_an_observation_is_removed_with_its_last_cube(add):
    add("a", "p")
    add("b", "p")
    DataCube.objects.get(oid="a").delete()
    assert Observation.objects.count() == 1
    DataCube.objects.get(oid="b").delete()
    assert Observation.objects.count() == 0


def test_an_observation_is_also_removed_when_a_queryset_of_cubes_is_deleted(add):
    add("a", "p", "2019-04-19T17:00:00", "2019-04-19T17:10:00")
    add("b", "p", "2019-04-19T17:05:00", "2019-04-19T17:20:00")
    kept = add("c", "q", "2019-04-19T17:00:00", "2019-04-19T17:10:00").observation
    add("d", "q", "2019-04-19T17:05:00", "2019-04-19T17:20:00")
    DataCube.objects.filter(oid__in=["a", "b", "d"]).delete()
    assert list(Observation.objects.all()) == [kept]
    assert span(kept) == ("17:00:00", "17:10:00")


def test_both_observations_follow_a_cube_that_moves_between_them(add):
    add("a", "p", "2019-04-19T17:00:00", "2019-04-19T17:10:00")
    left = add("b", "p", "2019-04-19T17:05:00", "2019-04-19T17:20:00").observation
    joined = add("b", "q_mosaic", "2019-04-19T17:05:00", "2019-04-19T17:20:00").observation
    assert joined.point_id == "q_mosaic"
    assert span(joined) == ("17:05:00", "17:20:00")
    assert span(left) == ("17:00:00", "17:10:00")


def test_an_observation_that_its_last_cube_leaves_is_removed(add):
    add("a", "p")
    add("a", "q")
    assert list(Observation.objects.values_list("point_id", flat=True)) == ["q"]


def test_an_observation_cannot_be_deleted_under_its_cubes(add):
    with pytest.raises(ProtectedError):
        add("a").observation.delete()


def test_an_observation_whose_cubes_are_all_withdrawn_is_not_listed_until_one_is_restored(add, anybody):
    def listed() -> list[tuple[str, int]]:
        found = anybody.get("/api/v1/observations/").json()["results"]
        return [(observation["point_id"], observation["n_cubes"]) for observation in found]

    add("a", "one")
    observation = add("b", "two").observation
    for change, expected in ((withdraw_by_staff, [("one", 1)]), (restore, [("two", 1), ("one", 1)])):
        assert change_all(DataCube.every.filter(oid="b"), change) == 1
        assert listed() == expected
    observation.refresh_from_db()
    assert observation.is_listed


def withdraw_by_staff(cube: DataCube) -> None:
    withdraw(cube, "Wrong line.")
