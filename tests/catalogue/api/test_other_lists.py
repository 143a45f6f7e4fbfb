"""GET /api/v1/observations/, instruments/ and tags/."""

import pytest

from datacubes.models import Instrument


def test_observations_are_listed_newest_first_with_a_link_to_their_cubes(archive_cube, anybody):
    grouped = {"POINT_ID": "2019-04-19T17:34:39_grouped"}
    archive_cube(grouped | {"DATE-BEG": "2019-04-19T18:00:00"}, oid="a")
    archive_cube(grouped | {"DATE-BEG": "2019-04-19T17:35:00"}, path="b.fits", oid="b")
    archive_cube({"DATE-BEG": "2020-01-01T00:00:00"}, path="c.fits", oid="c")
    page = anybody.get("/api/v1/observations/").json()
    single, group = page["results"]
    assert (single["kind"], single["n_cubes"]) == ("", 1)
    assert (group["point_id"], group["kind"], group["n_cubes"]) == ("2019-04-19T17:34:39_grouped", "grouped", 2)
    assert group["date_beg"] == "2019-04-19T17:35:00Z"
    cubes = anybody.get(group["data_cubes_url"]).json()["results"]
    assert [cube["oid"] for cube in cubes] == ["a", "b"]


def test_observations_come_in_pages(archive_cube, anybody):
    for day in range(1, 6):
        archive_cube({"DATE-BEG": f"2019-04-0{day}T00:00:00"}, path=f"{day}.fits", oid=str(day))
    first = anybody.get("/api/v1/observations/?page_size=3&ordering=date_beg").json()
    second = anybody.get(first["next"]).json()
    days = [observation["date_beg"][9] for page in (first, second) for observation in page["results"]]
    assert days == ["1", "2", "3", "4", "5"]
    assert anybody.get(second["previous"]).json()["results"] == first["results"]


def test_instruments_are_listed(db, anybody):
    listed = anybody.get("/api/v1/instruments/").json()
    assert [instrument["name"] for instrument in listed] == ["CHROMIS", "CRISP"]
    assert all(
        instrument["description"] == Instrument.objects.get(name=instrument["name"]).description
        for instrument in listed
    )


def test_tags_are_listed(archive_cube, anybody):
    archive_cube({"EVENTS": "Flare"})
    assert anybody.get("/api/v1/tags/").json() == [
        {"kind": "event", "name": "Flare"},
        {"kind": "feature", "name": "Pore"},
        {"kind": "feature", "name": "Sunspot"},
    ]


@pytest.mark.parametrize("url", ["/api/v1/observations/", "/api/v1/instruments/", "/api/v1/tags/"])
def test_unknown_parameters_are_refused(db, anybody, url):
    response = anybody.get(url, {"limit": "0"})
    assert (response.status_code, response.json()) == (400, {"limit": ["This parameter is not known."]})


@pytest.mark.parametrize(
    ("parameter", "value"),
    [("page_size", "0"), ("page_size", "1000"), ("ordering", "point_id"), ("cursor", "x"), ("ordering", "-size")],
)
def test_a_wrong_parameter_of_observations_is_refused(db, anybody, parameter, value):
    response = anybody.get("/api/v1/observations/", {parameter: value})
    assert (response.status_code, list(response.json())) == (400, [parameter])


def test_the_root_of_the_api_says_what_there_is(db, anybody):
    addresses = anybody.get("/api/v1/").json()
    assert addresses["data_cubes"] == "http://testserver/api/v1/data-cubes/"
    for name, address in addresses.items():
        expected = {"ingest": 401, "work_orders": 401, "selections": 405}.get(name, 200)
        assert anybody.get(address).status_code == expected, name
