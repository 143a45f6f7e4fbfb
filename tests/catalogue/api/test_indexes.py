"""PostgreSQL can read a page of the list of cubes from an index, and need neither look at all rows nor sort them.

In a table as small as a test's, to read and sort all of it is as good, so PostgreSQL is told to avoid that if it can.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from catalogue import filters
from datacubes.models import AccessRules, DataCube, Instrument, Metadata, Observation, Tag

_OF_PLACES = re.compile(r"ORDER BY .* LIMIT \d+( OFFSET \d+)?$")
URL = "/api/v1/data-cubes/"
N_CUBES = 3000
TEXT_INDEXES = (
    "datacubes_datacube_oid_text",
    "datacubes_datacube_filename_text",
    "datacubes_metadata_observer_text",
)
FIRST_DAY = datetime(2015, 1, 1, tzinfo=UTC)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="of PostgreSQL's plans"),
]


@pytest.fixture(scope="module")
def archive(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Cubes of many days, which PostgreSQL has had a look at; the same ones for all of these tests."""
    with django_db_blocker.unblock():
        fill()
    yield
    with django_db_blocker.unblock():
        call_command("flush", interactive=False, verbosity=0)


def fill() -> None:
    instruments = list(Instrument.objects.filter(name__in=["CRISP", "CHROMIS"]))
    tag = Tag.objects.create(kind="feature", name="Pore")
    observation = Observation.objects.create(point_id="all", date_beg=FIRST_DAY, date_end=FIRST_DAY)
    cubes = DataCube.objects.bulk_create(
        DataCube(
            oid=f"cube {n:05}",
            filename=f"{n:05}.fits",
            size=n * 7919 % 3001,
            instrument=instruments[n % 2],
            observation=observation,
        )
        for n in range(N_CUBES)
    )
    Metadata.objects.bulk_create(
        Metadata(
            cube=cube,
            instrument_id=cube.instrument_id,
            date_beg=FIRST_DAY + timedelta(days=n),
            date_end=FIRST_DAY + timedelta(days=n, minutes=20),
            wavelength_min=600 + n % 4,
            wavelength_max=601 + n % 4,
            spectral_line=str(n % 4),
            has_polarimetry=n % 3 == 0,
            mu=n % 10 / 10,
            size_x=n % 5,
            size_y=n % 6,
            pointing_x=n,
            pointing_y=n,
            r0_median=n % 7 / 20,
            duration=n % 8,
            cadence=n % 9,
            n_scans=n % 10,
            exposure=n % 11,
            observer=f"Observer {n}",
            keywords={"N": n, "PARITY": n % 2, "ALL": "same", "AGE": "old" if n < N_CUBES // 10 else "new"},
        )
        for n, cube in enumerate(cubes)
    )
    AccessRules.objects.bulk_create(
        AccessRules(cube=cube, release_date=FIRST_DAY + timedelta(days=n)) for n, cube in enumerate(cubes)
    )
    DataCube.tags.through.objects.bulk_create(
        # Every other four, so that each wavelength has cubes with the tag and without it.
        DataCube.tags.through(datacube=cube, tag=tag)
        for n, cube in enumerate(cubes)
        if n // 4 % 2
    )
    with connection.cursor() as cursor:
        for index in ("metadata_keywords", *TEXT_INDEXES):
            cursor.execute("SELECT gin_clean_pending_list(%s)", [index])  # As autovacuum does.
        cursor.execute("ANALYZE")


@pytest.fixture
def plans(archive, db, anybody):
    """Return a function that asks, and returns the plans of the statements that look for the places of a page."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")

    def ask(**parameters):
        with CaptureQueriesContext(connection) as captured:
            response = anybody.get(URL, parameters)
        assert response.status_code == 200, response.content
        looking = [each["sql"] for each in captured if _OF_PLACES.search(each["sql"])]
        with connection.cursor() as cursor:
            for sql in looking:
                cursor.execute("EXPLAIN (FORMAT JSON) " + sql.replace("%", "%%"), [])
                [[[plan]]] = cursor.fetchall()
                yield list(nodes(plan["Plan"]))

    return lambda **parameters: list(ask(**parameters))


def nodes(plan):
    yield plan
    for part in plan.get("Plans", []):
        yield from nodes(part)


def kinds(plan):
    return {node["Node Type"] for node in plan}


def indexes(plan):
    return {node["Index Name"] for node in plan if "Index Name" in node}


@pytest.mark.parametrize(
    ("ordering", "index"),
    [
        ("-date_beg", "metadata_newest"),
        ("date_beg", "metadata_newest"),
        ("wavelength", "metadata_by_wavelength"),
        ("-wavelength", "metadata_by_wavelength"),
        ("size", "cube_by_size"),
        ("-size", "cube_by_size"),
    ],
)
def test_each_order_has_an_index(plans, anybody, ordering, index):
    [first] = plans(ordering=ordering)
    cursor = anybody.get(URL, {"ordering": ordering}).json()["next"].partition("cursor=")[2].partition("&")[0]
    [second] = plans(ordering=ordering, cursor=cursor)
    for plan in (first, second):
        assert index in indexes(plan)
        assert not kinds(plan) & {"Seq Scan", "Sort", "Incremental Sort"}


@pytest.mark.parametrize(
    ("ordering", "index"), [("-date_beg", "metadata_newest"), ("-wavelength", "metadata_by_wavelength")]
)
@pytest.mark.parametrize(
    "given",
    [
        {"time_from": "2019-01-01", "time_to": "2021-01-01"},
        {"wavelength_from": "601.5"},
        {"wavelength_to": "602.5"},
        {"polarimetry": "true"},
        {"instrument": "CRISP"},
        {"release": "public"},
        {"mu_from": "0.5"},
        {"size_x_from": "2", "size_y_to": "4"},
        {"r0_from": "0.1"},
        {"duration_from": "2", "duration_to": "6"},
        {"cadence_to": "6"},
        {"scans_from": "3"},
        {"exposure_to": "8"},
    ],
    ids=lambda given: next(iter(given)),
)
def test_the_orders_by_time_and_wavelength_answer_filters_from_their_index_alone(plans, ordering, index, given):
    [plan] = plans(ordering=ordering, **given)
    [walk] = [node for node in plan if node.get("Index Name") == index]
    assert "Filter" not in walk
    assert not kinds(plan) & {"Seq Scan", "Sort", "Incremental Sort"}


@pytest.mark.parametrize(
    ("index", "given"),
    [
        ("metadata_spans", {"time_from": "2015-06-01", "time_to": "2015-06-01"}),
        ("metadata_band", {"wavelength_from": "700", "wavelength_to": "701"}),
    ],
    ids=lambda value: next(iter(value)),
)
@pytest.mark.parametrize("ordering", ["-date_beg", "date_beg", "-wavelength"])
def test_a_short_span_is_found_by_the_index_of_spans(plans, ordering, index, given):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = on")
    [plan] = plans(ordering=ordering, **given)
    assert index in indexes(plan)


def test_a_short_span_that_a_walk_by_size_does_not_find_is_found_by_the_index_of_spans(plans, monkeypatch):
    monkeypatch.setattr(filters, "LONG_WALK", 200)
    [_, _, collected] = plans(ordering="size", time_from="2015-06-01", time_to="2015-06-01")
    assert "metadata_spans" in indexes(collected)


def test_a_spectral_line_is_found_in_order(plans):
    [plan] = plans(spectral_line="2")
    assert indexes(plan) & {"metadata_line", "metadata_newest"}
    assert not kinds(plan) & {"Seq Scan", "Sort", "Incremental Sort"}


@pytest.mark.parametrize("given", [{"tag": "Pore"}, {"keyword": "ALL:same"}], ids=lambda given: next(iter(given)))
@pytest.mark.parametrize(
    ("ordering", "index"),
    [("-date_beg", "metadata_newest"), ("wavelength", "metadata_by_wavelength"), ("-size", "cube_by_size")],
)
def test_frequent_values_are_found_on_a_walk_through_an_index(plans, monkeypatch, ordering, index, given):
    monkeypatch.setattr(filters, "LONG_WALK", 200)
    monkeypatch.setattr(filters, "SHORT_WALK", 200)
    end, on_the_way = plans(ordering=ordering, **given)
    assert index in indexes(end) & indexes(on_the_way)
    assert not {"Sort", "Incremental Sort"} & kinds(end)


@pytest.mark.parametrize("question", ["N:77", "AGE:old", "N:none"])
def test_keywords_that_a_walk_does_not_find_are_found_by_their_index(plans, monkeypatch, question):
    monkeypatch.setattr(filters, "SHORT_WALK", 200)
    [_, _, collected] = plans(keyword=question)
    assert "metadata_keywords" in indexes(collected)


def test_a_part_of_a_name_that_a_walk_does_not_find_is_found_by_indexes(plans, monkeypatch):
    monkeypatch.setattr(filters, "LONG_WALK", 200)
    [_, _, collected] = plans(search="be 00077")
    assert {"datacubes_datacube_oid_text", "datacubes_datacube_filename_text"} <= indexes(collected)
    assert "Seq Scan" not in kinds(collected)


def test_an_observer_that_a_walk_does_not_find_is_found_by_an_index(plans, monkeypatch):
    monkeypatch.setattr(filters, "LONG_WALK", 200)
    [_, _, collected] = plans(observer="server 77")
    assert "datacubes_metadata_observer_text" in indexes(collected)
    assert "Seq Scan" not in kinds(collected)


@pytest.mark.parametrize("given", [{"box": "77,77,78,78"}, {"circle": "77,77,1"}], ids=lambda given: next(iter(given)))
def test_a_place_that_a_walk_does_not_find_is_found_by_the_index_of_fields_of_view(plans, monkeypatch, given):
    monkeypatch.setattr(filters, "LONG_WALK", 200)
    [_, _, collected] = plans(**given)
    assert "metadata_field_of_view" in indexes(collected)
    assert "Seq Scan" not in kinds(collected)
