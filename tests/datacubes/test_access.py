"""When a cube becomes public, and who may have it before."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from common.errors import PermanentError
from datacubes.models import AccessRules, DataCube, EmailGrant, GroupGrant
from datacubes.steps.base import IngestRequest
from devtools.sample_cubes import edit_keyword
from ingestion.conductor import IngestResult, ingest

pytestmark = pytest.mark.django_db


@pytest.fixture
def release(place_cube, data_root):
    """Ingest the sample cube with this RELEASE and RELEASEC, again and again; None removes one."""
    path = place_cube({"RELEASEC": None})

    def ingest_with(day: object, comment: object = None, **asked: object) -> IngestResult:
        edit_keyword(data_root / path, "RELEASE", day)
        edit_keyword(data_root / path, "RELEASEC", comment)
        return ingest(IngestRequest(path, **asked))

    return ingest_with


def rules() -> AccessRules:
    return AccessRules.objects.get()


def step(result: IngestResult) -> tuple[str, str]:
    return next((step.outcome, step.reason) for step in result.steps if step.name == "data_access")


def test_the_header_gives_the_release_date(release):
    result = release("2020-08-05", "After that they are free.")
    assert rules().release_date == date(2020, 8, 5)
    assert rules().release_comment == "After that they are free."
    assert rules().is_public
    assert step(result) == ("created", "")


def test_without_release_a_cube_is_restricted(release):
    release(None, "Ask us.")
    assert rules().release_date is None
    assert rules().release_comment == "Ask us."
    assert not rules().is_public


@pytest.mark.parametrize("value", ["", "    "])
def test_an_empty_release_is_none(release, value):
    release(value)
    assert rules().release_date is None
    assert not rules().is_public


def test_a_release_in_the_future_is_not_yet_public(release):
    tomorrow = timezone.now().date() + timedelta(days=1)
    release(tomorrow.isoformat())
    assert rules().release_date == tomorrow
    assert not rules().is_public


def test_a_release_today_is_public(release):
    release(timezone.now().date().isoformat())
    assert rules().is_public


@pytest.mark.parametrize("value", ["soon", "MISSING", "2020-13-05", 20200805, True])
def test_a_release_that_is_no_date_is_refused_and_changes_nothing(release, value):
    release("2050-01-01")
    with pytest.raises(PermanentError, match="RELEASE is "):
        release(value)
    assert rules().release_date == date(2050, 1, 1)


def test_the_release_follows_the_header(release):
    release("2020-08-05", "one")
    result = release("2050-01-01", "two")
    assert (rules().release_date, rules().release_comment) == (date(2050, 1, 1), "two")
    assert step(result)[0] == "updated"


def test_a_date_that_staff_set_survives(release):
    release(None)
    AccessRules.objects.update(release_date=date(2049, 1, 1), release_comment="As agreed.")
    for asked in ({}, {"force": True}):
        release(None, **asked)
        assert (rules().release_date, rules().release_comment) == (date(2049, 1, 1), "As agreed.")


def test_an_embargo_that_staff_prolonged_survives(release):
    release("2020-08-05")
    AccessRules.objects.update(release_date=date(2050, 1, 1))
    for asked in ({}, {"force": True}):
        result = release("2020-08-05", **asked)
        assert rules().release_date == date(2050, 1, 1)
        assert not rules().is_public
        assert step(result)[0] == "skipped"


def test_another_keyword_of_the_header_does_not_undo_what_staff_set(release, place_cube, data_root):
    release("2020-08-05")
    AccessRules.objects.update(release_date=date(2050, 1, 1))
    edit_keyword(data_root / "2019-04-19/CRISP/cube.fits", "OBJECT", "AR 12739")
    release("2020-08-05")
    assert rules().release_date == date(2050, 1, 1)


def test_a_header_with_a_new_release_date_is_followed(release):
    release("2020-08-05")
    AccessRules.objects.update(release_date=date(2050, 1, 1))
    release("2051-01-01")
    assert rules().release_date == date(2051, 1, 1)


def test_a_header_without_its_former_release_removes_the_date(release):
    release("2020-08-05", "Free.")
    release(None)
    assert (rules().release_date, rules().release_comment) == (None, "")
    assert not rules().is_public


def test_a_header_without_its_former_release_keeps_what_staff_set(release):
    release("2020-08-05")
    AccessRules.objects.update(release_date=date(2050, 1, 1), release_comment="As agreed.")
    release(None)
    assert (rules().release_date, rules().release_comment) == (date(2050, 1, 1), "As agreed.")


@pytest.mark.parametrize("day_of_staff", [date(2050, 1, 1), None])
def test_a_release_that_returns_after_an_export_without_it_keeps_what_staff_set(release, day_of_staff):
    release("2020-08-05")
    AccessRules.objects.update(release_date=day_of_staff)
    for day in (None, "2020-08-05", None):
        result = release(day)
        assert rules().release_date == day_of_staff
        assert step(result) == ("skipped", "Release and grants are as before.")
    release("2051-01-01")
    assert rules().release_date == date(2051, 1, 1)


def test_a_release_that_returns_keeps_what_staff_set_meanwhile(release):
    release("2020-08-05")
    release(None)
    AccessRules.objects.update(release_date=date(2050, 1, 1))
    assert step(release("2020-08-05"))[0] == "skipped"
    assert rules().release_date == date(2050, 1, 1)
    assert not rules().is_public


def test_the_very_day_of_an_earlier_header_that_staff_set_survives(release):
    release("2020-08-05")
    AccessRules.objects.update(release_date=date(2050, 1, 1))
    release(None)
    AccessRules.objects.update(release_date=date(2020, 8, 5))
    release(None, "Reworded.")
    assert (rules().release_date, rules().release_comment) == (date(2020, 8, 5), "Reworded.")


def test_a_date_that_staff_set_and_removed_stays_removed_when_the_release_returns(release):
    release("2020-08-05")
    AccessRules.objects.update(release_date=date(2050, 1, 1))
    release(None)
    AccessRules.objects.update(release_date=None)
    release("2020-08-05")
    assert rules().release_date is None


def test_a_release_that_returns_is_followed_if_staff_changed_nothing(release):
    for day in ("2020-08-05", None, "2020-08-05"):
        result = release(day)
    assert rules().release_date == date(2020, 8, 5)
    assert step(result)[0] == "updated"


def test_a_reworded_comment_leaves_the_date_that_staff_set(release):
    release("2020-08-05", "One.")
    AccessRules.objects.update(release_date=date(2090, 1, 1))
    result = release("2020-08-05", "Two.")
    assert (rules().release_date, rules().release_comment) == (date(2090, 1, 1), "Two.")
    assert not rules().is_public
    assert step(result)[0] == "updated"
    assert step(release("2020-08-05", "Two."))[0] == "skipped"


def test_a_reworded_comment_does_not_release_what_staff_restricted(release):
    release("2020-08-05", "One.")
    AccessRules.objects.update(release_date=None)
    release("2020-08-05", "Two.")
    assert (rules().release_date, rules().release_comment) == (None, "Two.")


def test_a_reworded_comment_leaves_the_comment_that_staff_wrote(release):
    release("2020-08-05", "One.")
    AccessRules.objects.update(release_date=date(2090, 1, 1), release_comment="As agreed.")
    release("2020-08-05", "Two.")
    assert (rules().release_date, rules().release_comment) == (date(2090, 1, 1), "As agreed.")


def test_a_comment_that_staff_removed_stays_removed(release):
    release("2020-08-05", "One.")
    AccessRules.objects.update(release_date=date(2090, 1, 1), release_comment="")
    release("2020-08-05", "Two.")
    assert rules().release_comment == ""


def test_a_reworded_comment_is_followed_if_staff_changed_nothing(release):
    release("2020-08-05", "One.")
    release("2020-08-05", "Two.")
    assert (rules().release_date, rules().release_comment) == (date(2020, 8, 5), "Two.")


def test_a_new_day_in_the_header_brings_its_comment_along(release):
    release("2020-08-05", "One.")
    AccessRules.objects.update(release_comment="As agreed.")
    release("2051-01-01", "Prolonged.")
    assert (rules().release_date, rules().release_comment) == (date(2051, 1, 1), "Prolonged.")


def test_a_header_without_its_former_release_removes_the_date_but_keeps_the_comment_of_staff(release):
    release("2020-08-05", "One.")
    AccessRules.objects.update(release_comment="As agreed.")
    release(None)
    assert (rules().release_date, rules().release_comment) == (None, "As agreed.")


def test_missing_rules_are_created_again(release):
    release("2020-08-05")
    AccessRules.objects.all().delete()
    release("2020-08-05")
    assert rules().release_date == date(2020, 8, 5)


def owners() -> list[str]:
    return list(EmailGrant.objects.order_by("email").values_list("email", flat=True))


def test_owners_get_grants_also_without_an_account(place_cube):
    ingest(IngestRequest(place_cube(), owner_email_addresses=["a@su.se", "b@su.se"]))
    assert owners() == ["a@su.se", "b@su.se"]
    assert EmailGrant.objects.filter(cube=DataCube.objects.get()).count() == 2


def test_owners_are_replaced(place_cube):
    path = place_cube()
    ingest(IngestRequest(path, owner_email_addresses=["a@su.se", "b@su.se"]))
    result = ingest(IngestRequest(path, owner_email_addresses=["b@su.se", "c@su.se"]))
    assert owners() == ["b@su.se", "c@su.se"]
    assert step(result)[0] == "updated"


def test_owners_that_are_left_out_stay(place_cube):
    path = place_cube()
    ingest(IngestRequest(path, owner_email_addresses=["a@su.se"]))
    for asked in ({}, {"force": True}, {"owner_email_addresses": None}):
        result = ingest(IngestRequest(path, **asked))
        assert owners() == ["a@su.se"]
        assert step(result)[0] == "skipped"


def test_an_empty_list_removes_all_grants_by_address(place_cube):
    path = place_cube()
    ingest(IngestRequest(path, owner_email_addresses=["a@su.se"]))
    ingest(IngestRequest(path, owner_email_addresses=[]))
    assert owners() == []


def test_the_case_of_addresses_does_not_matter(place_cube):
    path = place_cube()
    ingest(IngestRequest(path, owner_email_addresses=["Anna@SU.se", "anna@su.se"]))
    assert len(owners()) == 1
    result = ingest(IngestRequest(path, owner_email_addresses=["ANNA@su.SE"]))
    assert len(owners()) == 1
    assert step(result)[0] == "skipped"


def test_owners_of_one_cube_are_not_those_of_another(place_cube):
    path = place_cube()
    ingest(IngestRequest(path, oid="one", owner_email_addresses=["a@su.se"]))
    ingest(IngestRequest(path, oid="two", owner_email_addresses=["b@su.se"]))
    ingest(IngestRequest(path, oid="two", owner_email_addresses=[]))
    assert list(EmailGrant.objects.values_list("cube__oid", "email")) == [("one", "a@su.se")]


def swedish() -> bool:
    return GroupGrant.objects.filter(cube=DataCube.objects.get(), group__name="Swedish User").exists()


def test_swedish_data_are_granted_to_the_group_and_revoked(place_cube):
    path = place_cube()
    ingest(IngestRequest(path))
    assert not swedish()
    assert step(ingest(IngestRequest(path, swedish_data=True)))[0] == "updated"
    assert swedish()
    assert step(ingest(IngestRequest(path, swedish_data=True)))[0] == "skipped"
    assert step(ingest(IngestRequest(path)))[0] == "skipped"
    assert swedish()
    assert step(ingest(IngestRequest(path, swedish_data=False)))[0] == "updated"
    assert not swedish()
    assert Group.objects.filter(name="Swedish User").count() == 1


def test_grants_of_other_groups_stay(place_cube):
    path = place_cube()
    ingest(IngestRequest(path))
    GroupGrant.objects.create(cube=DataCube.objects.get(), group=Group.objects.create(name="Guests"))
    ingest(IngestRequest(path, swedish_data=True))
    ingest(IngestRequest(path, swedish_data=False, force=True))
    assert list(GroupGrant.objects.values_list("group__name", flat=True)) == ["Guests"]


def test_a_cube_is_never_without_rules(place_cube):
    ingest(IngestRequest(place_cube()))
    assert not DataCube.objects.filter(access=None).exists()
