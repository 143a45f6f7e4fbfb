"""Which dataset a cube is in: an instrument's own, one that several share, another than before, or none."""

import pytest

from datacubes.models import DataCube, Instrument
from svo.models import InstrumentInSVO, Submission
from svo.planning import Options, datasets_to_synchronise, make_plan
from svo.synchronisation import synchronise

pytestmark = pytest.mark.django_db

CRISP, CHROMIS = {"INSTRUME": "CRISP"}, {"INSTRUME": "CHROMIS"}
UPDATE = Options(update_existing=True)


@pytest.fixture
def instrument_in_svo(db):
    """Return a function that sets how an instrument goes into the SVO."""

    def instrument_in_svo(name: str, **values: object) -> None:
        InstrumentInSVO.objects.update_or_create(instrument=Instrument.objects.get(name=name), defaults=values)

    return instrument_in_svo


@pytest.mark.parametrize("instruments", [(), ("CRISP",), ("CHROMIS",), ("CRISP", "CHROMIS")])
def test_instruments_that_share_a_dataset_leave_each_other_s_records(
    configured, archive_cube, instrument_in_svo, instruments, send_all
):
    instrument_in_svo("CHROMIS", dataset="CRISP")
    archive_cube(CRISP, path="1.fits", oid="of CRISP")
    archive_cube(CHROMIS, path="2.fits", oid="of CHROMIS")
    assert send_all() == ["submitted", "submitted"]
    plan = make_plan("CRISP", datasets_to_synchronise(instruments)["CRISP"], UPDATE)
    assert (len(plan.add), len(plan.update), len(plan.remove)) == (0, 0, 0)
    report = synchronise(Options(instruments, update_existing=True, allow_mass_removal=True))
    assert (report.added, report.updated, report.removed, report.failed) == (0, 0, 0, 0)
    assert configured.oids("CRISP") == ["of CHROMIS", "of CRISP"]


def test_an_instrument_that_is_left_out_later_keeps_its_records_as_they_are(
    configured, archive_cube, instrument_in_svo, send_all
):
    instrument_in_svo("CHROMIS", dataset="CRISP")
    archive_cube(CRISP, path="1.fits", oid="of CRISP")
    cube = archive_cube(CHROMIS, path="2.fits", oid="of CHROMIS")
    send_all()
    instrument_in_svo("CHROMIS", is_left_out=True)
    cube.metadata.keywords["OBSERVER"] = "Somebody Else"
    cube.metadata.save()
    report = synchronise(UPDATE)
    assert (report.added, report.updated, report.removed, report.failed) == (0, 0, 0, 0)
    assert configured.record("CRISP", "of CHROMIS")["observer"] != "Somebody Else"


def test_what_waits_for_an_instrument_that_is_then_left_out_is_not_sent(
    configured, archive_cube, instrument_in_svo, send_all
):
    archive_cube()
    instrument_in_svo("CRISP", is_left_out=True)
    send_all()
    assert not Submission.objects.exists()
    assert configured.oids("CRISP") == []


def test_a_change_that_waits_for_an_instrument_that_is_then_left_out_is_not_sent(
    submitted, configured, instrument_in_svo, send_all
):
    Submission.objects.update(state="pending", digest="")
    instrument_in_svo("CRISP", is_left_out=True)
    assert send_all() == ["failed"]
    assert "CRISP is left out of the SVO" in Submission.objects.get().error
    assert configured.counts() == {}
    submitted.delete()
    assert send_all() == ["submitted"]
    assert configured.oids("CRISP") == []


def test_a_cube_that_changes_its_instrument_moves_to_the_other_dataset(configured, archive_cube, send_all):
    archive_cube(CRISP, oid="moved")
    send_all()
    archive_cube(CHROMIS, oid="moved")
    assert send_all() == ["submitted", "submitted"]
    assert (configured.oids("CRISP"), configured.oids("CHROMIS")) == ([], ["moved"])
    assert configured.locations("CRISP") == []
    assert Submission.objects.get().dataset == "CHROMIS"


def test_a_cube_that_moves_there_and_back_is_where_it_belongs(configured, archive_cube, send_all):
    archive_cube(CRISP, oid="moved")
    send_all()
    archive_cube(CHROMIS, oid="moved")
    archive_cube(CRISP, oid="moved")
    send_all()
    assert (configured.oids("CRISP"), configured.oids("CHROMIS")) == (["moved"], [])


def test_an_instrument_that_gets_another_dataset_moves_when_it_is_synchronised(
    configured, archive_cube, instrument_in_svo, send_all
):
    for number in range(3):
        archive_cube({"DATE-BEG": f"2019-04-0{number + 1}T00:00:00"}, path=f"{number}.fits", oid=str(number))
    send_all()
    instrument_in_svo("CRISP", dataset="CHROMIS")
    assert synchronise(UPDATE).added == 3
    configured.forget_requests()
    assert send_all() == ["submitted"] * 3
    assert (configured.oids("CRISP"), configured.oids("CHROMIS")) == ([], ["0", "1", "2"])
    assert configured.locations("CRISP") == []
    assert configured.counts() == {"GET": 4, "DELETE": 6}


def test_a_record_that_stayed_in_a_former_dataset_is_removed_by_the_synchronisation(configured, archive_cube, send_all):
    archive_cube(CRISP, path="1.fits", oid="stays")
    archive_cube(CHROMIS, path="2.fits", oid="moved")
    configured.add_records("CRISP", [{"oid": "moved"}])
    report = synchronise(Options())
    assert (report.added, report.removed) == (2, 1)
    assert (configured.oids("CRISP"), configured.oids("CHROMIS")) == (["stays"], ["moved"])


def test_a_dataset_that_an_instrument_gets_and_loses_at_once_leaves_the_record_where_it_was(
    configured, archive_cube, instrument_in_svo, send_all, anybody
):
    cube = archive_cube(CRISP)
    send_all()
    instrument_in_svo("CRISP", dataset="CHROMIS")
    synchronise(UPDATE)
    instrument_in_svo("CRISP", dataset="")
    send_all()
    assert configured.oids("CRISP") == [cube.oid]
    place = anybody.get(f"/api/v1/data-cubes/{cube.oid}/svo/").json()
    assert (place["state"], place["dataset"]) == ("submitted", "CRISP")


def test_the_page_of_a_cube_that_moved_shows_its_present_place(configured, archive_cube, send_all, admin_client):
    archive_cube(CRISP, oid="moved")
    send_all()
    cube = archive_cube(CHROMIS, oid="moved")
    configured.answer(400, {"error": "Odd."}, methods=["DELETE"])
    send_all()
    page = admin_client.get(f"/admin/datacubes/datacube/{cube.pk}/change/").content.decode()
    assert '<span class="status status-submitted">Submitted</span>' in page
    assert "Odd." not in page


def test_the_records_of_an_instrument_without_cubes_stay_in_a_dataset_that_others_share(
    configured, archive_cube, instrument_in_svo, send_all
):
    instrument_in_svo("CHROMIS", dataset="CRISP")
    archive_cube(CRISP, path="1.fits", oid="of CRISP")
    send_all()
    configured.fill("CRISP", 3)
    for instruments in ((), ("CRISP",), ("CHROMIS",)):
        report = synchronise(Options(instruments, allow_mass_removal=True))
        assert (report.removed, report.failed) == (0, 1)
        assert "no cube of CHROMIS at all" in report.failures[0]["reason"]
    instrument_in_svo("CHROMIS", is_left_out=True)
    assert synchronise(Options()).removed == 3


def test_a_missing_dataset_is_reported_and_the_others_are_synchronised(configured, archive_cube, instrument_in_svo):
    instrument_in_svo("CHROMIS", dataset="NONE")
    archive_cube(CRISP)
    report = synchronise(Options())
    assert (report.added, report.failed) == (1, 1)
    assert "no dataset NONE" in report.failures[0]["reason"]
    assert DataCube.objects.get().oid in configured.oids("CRISP")
