"""Datasets, keywords and single records."""

import pytest

from common.errors import PermanentError
from devtools.svo import SvoServer
from svo.client import SvoClient
from svo.errors import SvoNotFound, SvoRefused, SvoUnavailable
from svo.resources import Dataset, Keyword
from tests.svo.bodies import record_body
from tests.svo.conftest import ODD_OIDS


def test_a_dataset_gives_the_uri_of_its_records(client: SvoClient) -> None:
    dataset = client.dataset("CRISP")

    assert dataset.name == "CRISP"
    assert dataset.uri == "/service/api/svo/dataset/CRISP/"
    assert list(client.records(dataset.metadata_uri)) == []


def test_a_dataset_that_does_not_exist_is_a_permanent_error_that_names_it(client: SvoClient) -> None:
    with pytest.raises(SvoNotFound, match="no dataset TRIPPEL: check the name") as error:
        client.dataset("TRIPPEL")

    assert isinstance(error.value, PermanentError)


def test_the_name_of_a_dataset_is_encoded(svo: SvoServer, client: SvoClient) -> None:
    svo.add_dataset("CRISP / level 2", [])

    assert client.dataset("CRISP / level 2").uri == "/service/api/svo/dataset/CRISP%20%2F%20level%202/"


def test_all_keywords_come_with_one_request(svo: SvoServer, client: SvoClient) -> None:
    keywords = client.keywords("CRISP")

    assert len(keywords) > 200
    assert Keyword("date_beg", "DATE-BEG", "time (ISO 8601)", "", "Start of the observation") in keywords
    assert {"DW3 AXIS1", "DW3.AXIS.1"} <= {keyword.verbose_name for keyword in keywords}
    assert len(svo.requests) == 1


def test_keywords_are_those_of_the_dataset(client: SvoClient) -> None:
    assert "POLCANGL" in {keyword.verbose_name for keyword in client.keywords("CRISP")}
    assert "POLCANGL" not in {keyword.verbose_name for keyword in client.keywords("CHROMIS")}


def test_a_record_comes_with_its_location(svo: SvoServer, client: SvoClient, crisp: Dataset) -> None:
    oid = svo.fill("CRISP", 3)[1]

    record = client.record(crisp.metadata_uri, oid)

    assert record.oid == oid
    assert record.location.dataset_uri == crisp.uri
    assert record.location.file_url == svo.record("CRISP", oid)["data_location"]["file_url"]
    assert record.fields["date_beg"].endswith(".503Z")
    assert len(svo.requests) == 1


def test_a_record_without_a_location_can_be_read(svo: SvoServer, client: SvoClient, crisp: Dataset) -> None:
    svo.add_records("CRISP", [{"oid": "alone"}])

    assert client.record(crisp.metadata_uri, "alone").location is None


def test_a_record_that_does_not_exist_is_none(client: SvoClient, crisp: Dataset) -> None:
    assert client.record(crisp.metadata_uri, "2019-04-19T17:34:55_6173_0-4") is None


@pytest.mark.parametrize("oid", ODD_OIDS)
def test_any_oid_can_be_created_read_changed_and_deleted(
    svo: SvoServer, client: SvoClient, crisp: Dataset, oid: str
) -> None:
    assert client.create(crisp.metadata_uri, oid, record_body(crisp)).oid == oid
    assert client.record(crisp.metadata_uri, oid).oid == oid
    client.update(crisp.metadata_uri, oid, {"filter1": "8542"})
    assert svo.record("CRISP", oid)["filter1"] == "8542"
    assert client.delete(crisp.metadata_uri, oid) is True
    assert svo.oids("CRISP") == []


def test_colons_and_commas_leave_percent_encoded(svo: SvoServer, client: SvoClient, crisp: Dataset) -> None:
    client.record(crisp.metadata_uri, "2019-04-19T17:34:55_6173_0-4,7")

    assert svo.requests[-1].target.endswith("/2019-04-19T17%3A34%3A55_6173_0-4%2C7/")


@pytest.mark.parametrize("oid", ["", ".", ".."])
def test_an_oid_that_would_lead_to_another_path_is_never_sent(
    svo: SvoServer, client: SvoClient, crisp: Dataset, oid: str
) -> None:
    with pytest.raises(SvoRefused, match="cannot be"):
        client.delete(crisp.metadata_uri, oid)

    assert svo.requests == []


def test_another_record_than_the_one_asked_for_is_an_error(svo: SvoServer, client: SvoClient, crisp: Dataset) -> None:
    other = svo.record("CRISP", svo.fill("CRISP", 1)[0])
    svo.answer(200, other)

    with pytest.raises(SvoUnavailable, match="answered a request for the record mine with the record 2019"):
        client.record(crisp.metadata_uri, "mine")


def test_an_answer_of_an_unexpected_form_is_an_error(svo: SvoServer, client: SvoClient, crisp: Dataset) -> None:
    svo.answer(200, {"message": "Welcome to the Wi-Fi of this hotel"})

    with pytest.raises(SvoUnavailable, match="keywords of CRISP has an unexpected form: KeyError"):
        client.keywords("CRISP")
    with pytest.raises(SvoUnavailable, match=r"records at /service/.* has an unexpected form"):
        next(client.records(crisp.metadata_uri))
