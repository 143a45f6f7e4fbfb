"""Records that are created, changed and deleted."""

import pytest

from common.errors import PermanentError
from devtools.svo import SvoServer
from svo.client import SvoClient
from svo.errors import LocationTaken, RecordExists, SvoNotFound, SvoRefused
from svo.resources import Dataset
from tests.svo.bodies import location_body, record_body

OID = "2019-04-19T17:34:55.50395_6173_0-4,7"


def test_a_record_is_created_with_its_location_by_one_request(
    svo: SvoServer, client: SvoClient, crisp: Dataset
) -> None:
    record = client.create(crisp.metadata_uri, OID, record_body(crisp))

    assert svo.counts() == {"POST": 1}
    assert svo.requests[0].headers["Content-Type"] == "application/json"
    held = svo.record("CRISP", OID)
    assert held["naxis1"] == 1173
    assert held["date_beg"] == "2019-04-19T17:34:55.503Z"
    assert [tag["name"] for tag in held["tags"]] == ["Sunspot"]
    assert held["data_location"]["file_path"] == "2019-04-19/CRISP/cube.fits"
    assert record.fields == held
    assert record.location.file_size == "1400000000"


def test_a_record_can_share_a_location(svo: SvoServer, client: SvoClient, crisp: Dataset) -> None:
    first = client.create(crisp.metadata_uri, "first", record_body(crisp))

    client.create(crisp.metadata_uri, "second", record_body(crisp, data_location=first.location.uri))

    [location] = svo.locations("CRISP")
    assert location["used_by"] == ["first", "second"]


def test_an_existing_record_is_returned_and_not_changed(svo: SvoServer, client: SvoClient, crisp: Dataset) -> None:
    client.create(crisp.metadata_uri, OID, record_body(crisp))

    with pytest.raises(RecordExists) as error:
        client.create(crisp.metadata_uri, OID, record_body(crisp, "other.fits", filter1="8542"))

    assert error.value.record.fields["filter1"] == "6173"
    assert svo.record("CRISP", OID)["filter1"] == "6173"
    assert len(svo.locations("CRISP")) == 1


@pytest.mark.parametrize("changes", [{"file_url": "https://archive.example.org/else"}, {"file_path": "else.fits"}])
def test_a_taken_location_has_its_own_error(
    svo: SvoServer, client: SvoClient, crisp: Dataset, changes: dict[str, str]
) -> None:
    client.create(crisp.metadata_uri, "first", record_body(crisp))

    with pytest.raises(LocationTaken, match="data_location __all__: Data location with this Dataset and File"):
        client.create(crisp.metadata_uri, "second", record_body(crisp, data_location=location_body(crisp, **changes)))

    assert svo.oids("CRISP") == ["first"]
    assert len(svo.locations("CRISP")) == 1


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("naxis1", 60.5, "metadata_crisp naxis1: Enter a whole number"),
        ("date_beg", "yesterday", "metadata_crisp date_beg: Enter a valid date/time"),
        ("tags", ["Sunspot"], "metadata_crisp tags: Enter a list"),
    ],
)
def test_a_refusal_quotes_the_server(
    svo: SvoServer, client: SvoClient, crisp: Dataset, field: str, value: object, words: str
) -> None:
    with pytest.raises(SvoRefused, match=f"refused POST .*400.*{words}"):
        client.create(crisp.metadata_uri, OID, record_body(crisp, **{field: value}))

    assert svo.oids("CRISP") == []
    assert svo.locations("CRISP") == []


def test_a_number_without_a_json_form_is_never_sent(svo: SvoServer, client: SvoClient, crisp: Dataset) -> None:
    with pytest.raises(PermanentError, match=r"POST .* cannot be sent"):
        client.create(crisp.metadata_uri, OID, record_body(crisp, wavemin=float("nan")))

    assert svo.requests == []


def test_a_value_of_a_thousand_characters_arrives_whole(svo: SvoServer, client: SvoClient, crisp: Dataset) -> None:
    parameters = '{"é": "' + "x" * 991 + '"}'

    client.create(crisp.metadata_uri, OID, record_body(crisp, prpara1=parameters))

    assert len(parameters) == 1000
    assert svo.record("CRISP", OID)["prpara1"] == parameters


def test_an_update_changes_only_the_given_fields(svo: SvoServer, client: SvoClient, crisp: Dataset) -> None:
    client.create(crisp.metadata_uri, OID, record_body(crisp))
    svo.forget_requests()

    client.update(crisp.metadata_uri, OID, {"filter1": "8542", "wavemin": None, "tags": []})

    assert svo.counts() == {"PATCH": 1}
    held = svo.record("CRISP", OID)
    assert (held["filter1"], held["wavemin"], held["tags"]) == ("8542", None, [])
    assert held["naxis1"] == 1173
    assert held["data_location"]["file_path"] == "2019-04-19/CRISP/cube.fits"


def test_the_location_of_a_record_changes_when_it_is_named(svo: SvoServer, client: SvoClient, crisp: Dataset) -> None:
    location = client.create(crisp.metadata_uri, OID, record_body(crisp)).location
    changed = location_body(crisp, file_size=5, offline=True) | {"resource_uri": location.uri, "id": location.id}

    client.update(crisp.metadata_uri, OID, {"data_location": changed})

    [held] = svo.locations("CRISP")
    assert (held["file_size"], bool(held["offline"]), held["used_by"]) == (5, True, [OID])


def test_the_location_of_a_record_is_refused_when_it_is_not_named(
    svo: SvoServer, client: SvoClient, crisp: Dataset
) -> None:
    client.create(crisp.metadata_uri, OID, record_body(crisp))

    with pytest.raises(LocationTaken):
        client.update(crisp.metadata_uri, OID, {"data_location": location_body(crisp, file_size=5)})

    assert svo.locations("CRISP")[0]["file_size"] == 1_400_000_000


def test_an_update_of_a_record_deleted_by_others_says_so(svo: SvoServer, client: SvoClient, crisp: Dataset) -> None:
    client.create(crisp.metadata_uri, OID, record_body(crisp))
    svo.delete_record("CRISP", OID)

    with pytest.raises(SvoNotFound, match=r"nothing at .*17:34:55"):
        client.update(crisp.metadata_uri, OID, {"filter1": "8542"})


def test_deleting_leaves_the_location(svo: SvoServer, client: SvoClient, crisp: Dataset) -> None:
    client.create(crisp.metadata_uri, OID, record_body(crisp))

    assert client.delete(crisp.metadata_uri, OID) is True

    assert svo.oids("CRISP") == []
    assert svo.locations("CRISP")[0]["used_by"] == []


def test_deleting_a_missing_record_is_not_an_error(client: SvoClient, crisp: Dataset) -> None:
    assert client.delete(crisp.metadata_uri, OID) is False
