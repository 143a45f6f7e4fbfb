"""The conditions on ranges that are added to a query: they follow from its own, and so change no result."""

import random

import pytest
from django.db import connection

from datacubes.models import Metadata
from tests.support.archived_cubes import copy_of
from vo.adql import parse, translate
from vo.execution import prepare

ENDS = {
    "ivoa.obscore": (("t_min", "t_max"), ("em_min", "em_max")),
    "archive.epn_core": (("time_min", "time_max"), ("spectral_range_min", "spectral_range_max")),
    "archive.data_cubes": (("date_beg", "date_end"), ("wavelength_min", "wavelength_max")),
}
MJD, JD, NM = (58592.0, 58592.5, 58592.55, 58593.0, 1e300, -5), 2400000.5, (0.0, 630.0, 630.2, 854.2, 1e-320, 1e300)
CONSTANTS = {
    "t": MJD,
    "time": tuple(one + JD for one in MJD),
    "date": ("'2019-04-19'", "'2019-04-19T12:00:00'", "'2019-04-19T13:12:00'", "'2019-04-20'", "'9999-01-01'"),
    "em": tuple(one * 1e-9 for one in NM),
    "spectral": (0, -1, 1e300, 1e-300, *(299792458e9 / one for one in NM[1:4])),
    "wavelength": NM,
}


def sql(where: str, table: str = "ivoa.obscore") -> str:
    return translate(parse(f"SELECT 1 FROM {table} WHERE {where}"), 9).sql.partition(" WHERE ")[2]


def test_two_ends_bound_a_range_and_one_end_bounds_it_on_one_side():
    assert 't1."during" && tstzrange(least(' in sql("t_min < 59001 AND 59000 < t_max")
    assert "t1.\"during\" && tstzrange(%s::timestamptz, NULL, '[]')" in sql("t_min > 59000")
    assert "archive.float_range(NULL, %s::float8, '[]')" in sql("em_min <= 6e-7")
    assert "archive.float_range(%s::float8, NULL, '[]')" in sql("spectral_range_min < 5e14", "archive.epn_core")


@pytest.mark.parametrize(
    "where",
    [
        "t_min < 59001 OR t_max > 59000", "NOT (t_min < 59001)", "t_min <> 59000", "t_min < t_max", "t_min + 1 < 59000",
        "t_min NOT BETWEEN 1 AND 2", "t_min IS NULL", "t_exptime > 5", "t_min < NULL",
    ],
)  # fmt: skip
def test_nothing_is_added_where_nothing_follows(where):
    assert "&&" not in sql(where)


@pytest.mark.django_db
def test_results_are_those_of_the_query_without_them(role, archive_cube, monkeypatch):
    cube = archive_cube({"DATE-BEG": "2019-04-19T12:00:00", "DATE-END": "2019-04-19T13:12:00"})
    wavelengths = [
        (630.1, 630.3),
        (854.0, 854.4),
        (None, 630.2),
        (630.2, None),
        (None, None),
        (631.0, 630.0),
        (0.0, 1e308),
    ]
    for number, (low, high) in enumerate(wavelengths):
        copy_of(cube, f"copy-{number}", wavelength_min=low, wavelength_max=high)
    Metadata.objects.filter(cube__oid="copy-0").update(date_end="2019-04-19T11:00:00Z")  # Before its begin.
    Metadata.objects.filter(cube__oid="copy-1").update(date_beg="0001-01-02T00:00:00Z")
    source = random.Random(5)
    queries = [_query(source) for _ in range(300)]
    with_ranges = [_count(query) for query in queries]
    monkeypatch.setattr("vo.adql.translation.implied_conditions", lambda *arguments: [])
    assert [_count(query) for query in queries] == with_ranges
    assert len(set(with_ranges)) > 4


def _query(source: random.Random) -> str:
    table, pairs = source.choice(list(ENDS.items()))
    conditions = []
    for _ in range(source.randint(1, 3)):
        column = source.choice(source.choice(pairs))
        constants = CONSTANTS[column.split("_")[0]]
        first, second = source.choice(constants), source.choice(constants)
        conditions.append(
            source.choice(
                (
                    f"{column} {source.choice(('<', '<=', '>', '>=', '='))} {first}",
                    f"{first} {source.choice(('<', '<=', '>', '>='))} {column}",
                    f"{column} BETWEEN {first} AND {second}",
                )
            )
        )
    return f"SELECT COUNT(*) FROM {table} WHERE {' AND '.join(conditions)}"


def _count(query: str) -> int:
    translation = prepare(query, 10)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TimeZone = 'UTC'")
        cursor.execute("SELECT set_config('archive.base_url', '', true)")
        cursor.execute(translation.sql, translation.parameters)
        return cursor.fetchone()[0]
