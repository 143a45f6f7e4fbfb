"""Filters and the API agree with the one list of searched columns, on any database."""

import json
import re

import pytest
from rest_framework.utils.encoders import JSONEncoder

from catalogue.filters import DataCubeFilter
from catalogue.models import Selection
from datacubes.columns import SEARCHED, SEARCHED_COLUMNS, SEARCHED_FILTERS
from datacubes.models import DataCube, Instrument, Metadata, Tag

pytestmark = pytest.mark.django_db

RANGES = ("x", "y", "size_x", "size_y", "rotation", "mu", "duration", "cadence", "scans", "exposure")
ASKED = {
    "instrument": "CRISP",
    "time_from": "2019-01-01",
    "time_to": "2020-01-01",
    "wavelength_from": "617",
    "wavelength_to": "618",
    "spectral_line": "6173",
    "polarimetry": "true",
    "tag": "Pore",
    "observation": "p",
    "release": "public",
    **{f"{name}_{end}": "0.5" for name in RANGES for end in ("from", "to")},
    "r0_from": "0.1",
    "box": "0,0,1,1",
    "circle": "0,0,1",
    "overlaps": "a cube",
    "observer": "A. Observer",
    "search": "nb_6173",
    "keyword": "OBJECT:Sun",
    "selection": "kept",
}
LISTED_ONLY = ("datacubes_datacube", "withdrawn_at")
"""Compared by every list, whatever the filter."""
COLUMNS_IN_THE_DATABASE = {Metadata._meta.get_field(name).column: name for name in SEARCHED_COLUMNS}


def columns_read(name: str) -> set[tuple[str, str]]:
    """Return the tables and columns that a filter compares."""
    value = [ASKED[name]] if name in ("instrument", "tag", "keyword", "spectral_line") else ASKED[name]
    filters = DataCubeFilter({name: value}, DataCube.objects.order_by())
    assert filters.is_valid(), filters.errors
    _, where, condition = str(filters.qs.query).partition(" WHERE ")
    assert where
    return set(re.findall(r'"(\w+)"\."(\w+)"', condition)) - {LISTED_ONLY}


@pytest.mark.parametrize("name", list(DataCubeFilter.base_filters))
def test_a_filter_is_in_the_list_if_and_only_if_the_indexes_answer_it(archive_cube, name):
    Tag.objects.get_or_create(kind="feature", name="Pore")
    archive_cube(oid="a cube")
    Selection.objects.create(key="kept", oids=["a"])
    indexed = {("datacubes_metadata", column) for column in COLUMNS_IN_THE_DATABASE}
    assert (columns_read(name) <= indexed) == (name in SEARCHED_FILTERS)


@pytest.mark.parametrize("searched", SEARCHED, ids=lambda searched: searched.columns[0])
def test_a_filter_compares_its_column_and_an_end_of_a_range_the_other_end(searched):
    compared = [COLUMNS_IN_THE_DATABASE[column] for name in searched.filters for _, column in columns_read(name)]
    other_ends = searched.columns[::-1] if len(searched.columns) == 2 else searched.columns * len(searched.filters)
    assert compared == list(other_ends)


@pytest.mark.parametrize("searched", SEARCHED, ids=lambda searched: searched.columns[0])
def test_the_api_shows_the_columns_under_their_names(archive_cube, anybody, searched):
    metadata = archive_cube().metadata
    [cube] = anybody.get("/api/v1/data-cubes/").json()["results"]
    for column, path in zip(searched.columns, searched.shown_as, strict=True):
        shown, value = cube, getattr(metadata, column)
        for name in path.split("."):
            shown = shown[name]
        expected = value.name if isinstance(value, Instrument) else value
        assert shown == json.loads(json.dumps(expected, cls=JSONEncoder))
