"""Data locations, which records may share and which outlive them."""

import pytest

from devtools.svo import SvoServer
from svo.client import SvoClient
from svo.errors import LocationTaken, SvoNotFound, SvoUnavailable
from svo.resources import Dataset, Location
from tests.svo.bodies import location_body, record_body

URL = "https://archive.example.org/data/cube.fits"
PATH = "2019-04-19/CRISP/cube.fits"


@pytest.fixture
def location(client: SvoClient, crisp: Dataset) -> Location:
    return client.create(crisp.metadata_uri, "first", record_body(crisp)).location


def test_a_location_is_found_by_its_url(client: SvoClient, crisp: Dataset, location: Location) -> None:
    assert client.find_location(crisp, URL) == location


def test_a_location_is_found_by_its_path(client: SvoClient, crisp: Dataset, location: Location) -> None:
    assert client.find_location_by_path(crisp, PATH) == location


def test_a_location_left_behind_is_found(svo: SvoServer, client: SvoClient, crisp: Dataset, location: Location) -> None:
    client.delete(crisp.metadata_uri, "first")

    assert client.find_location(crisp, URL) == location


def test_a_url_with_a_query_and_escapes_is_found(client: SvoClient, crisp: Dataset) -> None:
    url = "https://archive.example.org/data/a%20b&c=d+e%2Ff.fits?x=1&file_url=y#z"
    made = client.create(
        crisp.metadata_uri, "first", record_body(crisp, data_location=location_body(crisp, file_url=url))
    )

    assert client.find_location(crisp, url) == made.location


def test_what_is_not_there_is_none(client: SvoClient, crisp: Dataset, location: Location) -> None:
    assert client.find_location(crisp, URL + "x") is None
    assert client.find_location_by_path(crisp, PATH + "x") is None


def test_the_same_url_in_another_dataset_is_not_ours(client: SvoClient, crisp: Dataset, location: Location) -> None:
    assert client.find_location(client.dataset("CHROMIS"), URL) is None


@pytest.mark.parametrize("ignored", ["file_url", "dataset__name"])
def test_a_filter_that_is_ignored_gives_no_other_location(
    svo: SvoServer, client: SvoClient, crisp: Dataset, location: Location, ignored: str
) -> None:
    svo.ignore_filter(ignored)

    assert client.find_location(crisp, URL) == location
    assert client.find_location(crisp, URL + "x") is None
    assert client.find_location(client.dataset("CHROMIS"), URL) is None


def test_a_filter_that_is_ignored_on_a_long_list_is_an_error(svo: SvoServer, client: SvoClient, crisp: Dataset) -> None:
    svo.fill("CRISP", 101)
    svo.ignore_filter("file_url")

    with pytest.raises(SvoUnavailable, match="does not filter its data locations by file_url"):
        client.find_location(crisp, URL)


def test_a_location_is_updated_for_all_records_that_share_it(
    svo: SvoServer, client: SvoClient, crisp: Dataset, location: Location
) -> None:
    client.create(crisp.metadata_uri, "second", record_body(crisp, data_location=location.uri))

    client.update_location(location.uri, {"offline": True, "file_size": 7})

    for oid in ("first", "second"):
        held = svo.record("CRISP", oid)["data_location"]
        assert (held["offline"], held["file_size"], held["file_url"]) == (True, "7", URL)


def test_a_location_cannot_take_the_path_of_another(client: SvoClient, crisp: Dataset, location: Location) -> None:
    client.create(crisp.metadata_uri, "second", record_body(crisp, "other.fits"))

    with pytest.raises(LocationTaken):
        client.update_location(location.uri, {"file_path": "2019-04-19/CRISP/other.fits"})


def test_a_location_in_use_is_deleted_and_leaves_its_records_without(
    svo: SvoServer, client: SvoClient, crisp: Dataset, location: Location
) -> None:
    assert client.delete_location(location.uri) is True

    assert svo.record("CRISP", "first")["data_location"] is None
    assert svo.locations("CRISP") == []


def test_a_location_that_is_gone(client: SvoClient, location: Location) -> None:
    client.delete_location(location.uri)

    assert client.delete_location(location.uri) is False
    with pytest.raises(SvoNotFound, match="nothing at /service/api/svo/data_location/"):
        client.update_location(location.uri, {"offline": True})
