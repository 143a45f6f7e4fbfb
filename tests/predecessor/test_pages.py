"""The other pages of sst_archive, and whatever else was below its prefix."""

from urllib.parse import quote

import pytest
from django.utils import timezone

from datacubes.models import Observation
from predecessor.addresses.numbers import remember_observations

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def observations() -> None:
    times = {"date_beg": timezone.now(), "date_end": timezone.now()}
    Observation.objects.create(point_id="2019-04-19T17:34:39 & more", **times)
    Observation.objects.create(point_id="withdrawn", is_listed=False, **times)
    remember_observations(
        [(7, "2019-04-19T17:34:39 & more"), (8, "withdrawn"), (9, "never ingested"), (2**63 - 1, "x")]
    )


@pytest.mark.parametrize(
    "address", ["/observations/7", "/observations/7/", "/sst_archive/observations/7", "/observations/007"]
)
def test_an_observation_leads_to_its_cubes_for_ever(visitor, address):
    answer = visitor.get(address)
    assert answer.status_code == 301
    assert answer["Location"] == "/?observation=2019-04-19T17%3A34%3A39+%26+more"
    assert visitor.get(answer["Location"]).status_code == 200


@pytest.mark.parametrize(
    "number",
    [
        "8",
        "9",
        "10",
        "0",
        "-7",
        "7.0",
        "7x",
        "٧",
        "²",
        "9" * 18,
        str(2**63 - 1),
        str(2**63),
        "9" * 5000,
        "7/8",
        "\0",
        "%",
    ],
)
def test_a_number_without_an_observation_ends_in_404_with_a_sentence(visitor, number):
    answer = visitor.get(f"/observations/{quote(number)}")
    assert answer.status_code == 404
    assert "no observation with this number" in answer.content.decode()
    assert "withdrawn" not in answer.content.decode()


@pytest.mark.parametrize("address", ["/sst_archive", "/sst_archive/"])
def test_the_landing_page_is_the_catalogue(visitor, address):
    answer = visitor.get(address)
    assert (answer.status_code, answer["Location"]) == (301, "/")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("login/", "/accounts/login/"),
        ("login/?next=/cubes/a/", "/accounts/login/?next=/cubes/a/"),
        ("password/reset/", "/accounts/password/reset/"),
        ("confirm-email/MQ:1abc:x_y-z/", "/accounts/confirm-email/MQ%3A1abc%3Ax_y-z/"),
        ("", "/accounts/"),
        ("//evil.example/", "/accounts///evil.example/"),
        ("%0d%0aLocation:%20http://evil.example", "/accounts/%0D%0ALocation%3A%20http%3A//evil.example"),
        ("%00", "/accounts/%00"),
    ],
)
def test_pages_of_accounts_are_the_same_without_the_prefix(visitor, address, expected):
    answer = visitor.get(f"/sst_archive/accounts/{address}")
    assert (answer.status_code, answer["Location"]) == (301, expected)
    assert len([name for name in answer.headers if name.lower() == "location"]) == 1


@pytest.mark.parametrize(
    "rest", ["media/previews/a.jpg", "admin/", "x" * 5000, "//evil.example", "<script>", "\0", "a\r\nb"]
)
def test_whatever_else_was_there_ends_in_404_with_a_sentence(visitor, rest):
    answer = visitor.get(f"/sst_archive/{quote(rest)}")
    assert answer.status_code == 404
    assert "address of sst_archive" in answer.content.decode()


def test_only_reading_is_answered(visitor):
    for address in (
        "/search",
        "/observations/7",
        "/download-multiple",
        "/sst_archive/",
        "/sst_archive/accounts/login/",
    ):
        assert visitor.post(address).status_code == 405
