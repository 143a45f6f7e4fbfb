"""The index of all keywords finds the cubes that a look at each finds."""

import pytest
from django.db import connection

from catalogue.keyword_search import Equality
from datacubes.models import DataCube, Metadata
from tests.support.archived_cubes import archive_cube, copy_of

__all__ = ["archive_cube"]

VALUES = {
    "one": 1,
    "one, with a point": 1.0,
    "one, as text": "1",
    "one with a point, as text": "1.0",
    "a half": 0.5,
    "large": 1e22,
    "large, whole": 10**22,
    "very large": 1.5e300,
    "small": -2.5e-300,
    "zero": 0,
    "minus zero": -0.0,
    "true": True,
    "true, as text": "T",
    "none": None,
    "text": "Fe I 6173",
    "beyond ASCII": 'Åke "Ö" \\ hman',
    "equal sign": "=1",
    "empty": "",
    "list": [1, "1", "T"],
}


@pytest.fixture
def archive(archive_cube):
    """A cube for each value, and one without the keyword."""
    sample = archive_cube()
    for name, value in VALUES.items():
        copy_of(sample, name, keywords={"THIS": value, "OTHER": "Fe I 6173"})
    Metadata.objects.filter(cube=sample).update(keywords={})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1", {"one", "one, with a point", "one, as text"}),
        ("1.0", {"one", "one, with a point", "one with a point, as text"}),
        ("5E-1", {"a half"}),
        ("1e22", {"large", "large, whole"}),
        ("10000000000000000000000", {"large", "large, whole"}),
        ("1.5D300", {"very large"}),
        ("-2.5e-300", {"small"}),
        ("0", {"zero", "minus zero"}),
        ("T", {"true", "true, as text"}),
        ("F", set()),
        ("Fe I 6173", {"text"}),
        ('Åke "Ö" \\ hman', {"beyond ASCII"}),
        ("=1", {"equal sign"}),
        ("", {"empty"}),
        ("None", set()),
    ],
)
def test_both_conditions_find_the_same_cubes(archive, value, expected):
    question = Equality("THIS", value)
    for condition in (question.condition, question.indexed_condition):
        found = DataCube.objects.filter(condition(connection.vendor)).values_list("oid", flat=True)
        assert set(found) == expected
