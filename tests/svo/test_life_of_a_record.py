"""A cube's record from the first ingestion to the end, with what each stage asks of the server."""

import pytest

from datacubes.models import DataCube
from svo.models import Submission
from svo.planning import Options
from svo.synchronisation import synchronise

pytestmark = pytest.mark.django_db

NEIGHBOUR = "2019-04-20T00:00:00_6173_0-4"


@pytest.fixture
def neighbour(archive_cube) -> DataCube:
    """A cube that stays while the other goes."""
    return archive_cube({"DATE-BEG": "2019-04-20T00:00:00"}, path="neighbour.fits", oid=NEIGHBOUR)


def test_from_the_first_ingestion_to_the_end(configured, neighbour, archive_cube, send_all):
    send_all()  # From now on keywords and dataset are known.

    def requests_of_sending() -> dict[str, int]:
        configured.forget_requests()
        send_all()
        return dict(configured.counts())

    cube = archive_cube()
    assert requests_of_sending() == {"POST": 1}
    assert configured.record("CRISP", cube.oid)["observer"] != "Somebody Else"

    archive_cube()
    assert requests_of_sending() == {}

    archive_cube({"OBSERVER": "Somebody Else"})
    assert requests_of_sending() == {"GET": 1, "PATCH": 1}
    assert configured.record("CRISP", cube.oid)["observer"] == "Somebody Else"

    archive_cube({"OBSERVER": "Somebody Else"}, force=True)
    assert requests_of_sending() == {"GET": 1, "PATCH": 1}

    # The record is read for its location, and the list of one page for who else uses that.
    cube.delete()
    assert requests_of_sending() == {"GET": 2, "DELETE": 2}
    assert configured.oids("CRISP") == [NEIGHBOUR]
    assert [location["used_by"] for location in configured.locations("CRISP")] == [[NEIGHBOUR]]

    configured.forget_requests()
    report = synchronise(Options(("CRISP",), update_existing=True))
    assert (report.added, report.updated, report.removed, report.failed) == (0, 0, 0, 0)
    assert dict(configured.counts()) == {"GET": 1}
    assert Submission.objects.get().oid == NEIGHBOUR
