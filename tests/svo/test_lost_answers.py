"""A POST whose answer is lost is never sent again blindly."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from urllib3.util import Retry

from devtools.svo import SvoServer
from svo.client import SvoClient
from svo.errors import RecordExists, SvoRefused, SvoUnavailable
from svo.resources import Dataset
from tests.svo.bodies import record_body
from tests.svo.conftest import connect

OID = "2019-04-19T17:34:55.50395_6173_0-4"


def test_a_post_that_was_carried_out_is_found_and_not_repeated(
    svo: SvoServer, client: SvoClient, crisp: Dataset
) -> None:
    svo.drop_after_work(methods=["POST"], times=1)

    with pytest.raises(RecordExists) as error:
        client.create(crisp.metadata_uri, OID, record_body(crisp))

    assert error.value.record.oid == OID
    assert error.value.record.location.file_path == "2019-04-19/CRISP/cube.fits"
    assert [request.method for request in svo.requests] == ["POST", "GET"]
    assert svo.oids("CRISP") == [OID]
    assert len(svo.locations("CRISP")) == 1


def test_a_post_whose_answer_broke_off_is_found_and_not_repeated(
    svo: SvoServer, client: SvoClient, crisp: Dataset
) -> None:
    svo.drop_in_answer(methods=["POST"], times=1)

    with pytest.raises(RecordExists):
        client.create(crisp.metadata_uri, OID, record_body(crisp))

    assert [request.method for request in svo.requests] == ["POST", "GET"]


def test_a_post_that_was_not_carried_out_is_sent_again_after_a_get(
    svo: SvoServer, client: SvoClient, crisp: Dataset
) -> None:
    svo.drop(methods=["POST"], times=1)

    record = client.create(crisp.metadata_uri, OID, record_body(crisp))

    assert record.oid == OID
    assert [request.method for request in svo.requests] == ["POST", "GET", "POST"]


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_post_that_an_overloaded_server_rejected_is_sent_again_after_a_get(
    svo: SvoServer, client: SvoClient, crisp: Dataset, status: int
) -> None:
    svo.answer(status, methods=["POST"], times=2)

    client.create(crisp.metadata_uri, OID, record_body(crisp))

    assert [request.method for request in svo.requests] == ["POST", "GET", "POST", "GET", "POST"]
    assert svo.oids("CRISP") == [OID]


def test_a_post_that_is_carried_out_during_the_get_is_found_by_the_second_post(
    svo: SvoServer, client: SvoClient, crisp: Dataset
) -> None:
    # The look finds nothing yet: the server is still at work on the first POST.
    svo.drop_after_work(methods=["POST"], times=1)
    svo.answer(404, methods=["GET"], times=1)

    with pytest.raises(RecordExists):
        client.create(crisp.metadata_uri, OID, record_body(crisp))

    assert [request.method for request in svo.requests] == ["POST", "GET", "POST", "GET"]
    assert len(svo.locations("CRISP")) == 1


def test_a_post_that_hangs_is_looked_for(svo: SvoServer, crisp: Dataset) -> None:
    svo.hang(methods=["POST"], times=1)
    client = SvoClient(connect(svo, timeout=(1, 0.2)))

    client.create(crisp.metadata_uri, OID, record_body(crisp))

    assert [request.method for request in svo.requests] == ["POST", "GET", "POST"]


def test_a_server_that_stays_unavailable_ends_the_attempts(svo: SvoServer, client: SvoClient, crisp: Dataset) -> None:
    svo.answer(503, methods=["POST"])

    with pytest.raises(SvoUnavailable, match=r"failed at POST .* \(503\)"):
        client.create(crisp.metadata_uri, OID, record_body(crisp))

    # The first and three more, with a look after each.
    assert svo.counts() == {"POST": 4, "GET": 4}


def test_a_post_that_fails_with_500_is_left_for_later(svo: SvoServer, client: SvoClient, crisp: Dataset) -> None:
    svo.answer(500, {"error_message": "division by zero", "traceback": "…"}, oids=[OID])

    with pytest.raises(SvoUnavailable, match=r"500.*: division by zero$"):
        client.create(crisp.metadata_uri, OID, record_body(crisp))
    client.create(crisp.metadata_uri, "another", record_body(crisp))

    assert [request.method for request in svo.requests] == ["POST", "POST"]


def test_a_created_answer_without_a_record_is_left_for_later(svo: SvoServer, client: SvoClient, crisp: Dataset) -> None:
    svo.answer(201, {"message": "thank you"}, methods=["POST"])

    with pytest.raises(SvoUnavailable, match=r"new record .* has an unexpected form"):
        client.create(crisp.metadata_uri, OID, record_body(crisp))


def test_two_clients_that_create_the_same_record_at_once_make_one(svo: SvoServer, crisp: Dataset) -> None:
    def create(_: int) -> str:
        try:
            SvoClient(connect(svo)).create(crisp.metadata_uri, OID, record_body(crisp))
        except RecordExists:
            return "exists"
        return "created"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(create, range(8)))

    assert sorted(outcomes) == ["created"] + ["exists"] * 7
    assert len(svo.locations("CRISP")) == 1


def test_changes_and_deletions_are_simply_repeated(svo: SvoServer, client: SvoClient, crisp: Dataset) -> None:
    client.create(crisp.metadata_uri, OID, record_body(crisp))
    svo.forget_requests()
    svo.drop_after_work(methods=["PATCH"], times=1)
    svo.drop_after_work(methods=["DELETE"], times=1)

    client.update(crisp.metadata_uri, OID, {"filter1": "8542"})
    # The second DELETE finds nothing any more, which is what was wanted.
    assert client.delete(crisp.metadata_uri, OID) is False

    assert [request.method for request in svo.requests] == ["PATCH", "PATCH", "DELETE", "DELETE"]
    assert svo.oids("CRISP") == []


def test_a_refused_post_is_not_repeated(svo: SvoServer, client: SvoClient, crisp: Dataset) -> None:
    with pytest.raises(SvoRefused):
        client.create(crisp.metadata_uri, OID, record_body(crisp, naxis1="many"))

    assert svo.counts()["POST"] == 1


def test_without_retries_a_lost_post_is_still_looked_for(svo: SvoServer, crisp: Dataset) -> None:
    svo.drop_after_work(methods=["POST"], times=1)

    with pytest.raises(RecordExists):
        SvoClient(connect(svo, retries=Retry(total=0))).create(crisp.metadata_uri, OID, record_body(crisp))
