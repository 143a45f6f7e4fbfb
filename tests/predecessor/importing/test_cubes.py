"""The cubes of sst_archive: orders, OIDs, release dates, grants and tags."""

from datetime import date

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError

from common.errors import PermanentError
from datacubes.models import DataCube
from datacubes.steps.base import IngestRequest
from ingestion.conductor import ingest
from predecessor.models import ImportedCube
from workorders import queue
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db

EMBARGOED = "2019-04-19/CRISP/embargoed.fits"


def carry_out_all() -> list[str]:
    """Ingest the cubes of all orders, and return the paths of those that failed."""
    failed = []
    for order in WorkOrder.objects.filter(status="queued").order_by("id"):
        try:
            ingest(order.as_ingest_request())
        except PermanentError:
            failed.append(order.relative_path)
    return failed


def access_of(oid: str) -> tuple[date | None, str]:
    rules = DataCube.objects.get(oid=oid).access
    return rules.release_date, rules.release_comment


def grants_of(oid: str) -> tuple[list[str], list[str]]:
    cube = DataCube.objects.get(oid=oid)
    emails = [grant.email.lower() for grant in cube.email_grants.all()]
    return sorted(emails), sorted(str(grant) for grant in cube.group_grants.all())


def tags_of(oid: str) -> set[tuple[str, str]]:
    return set(DataCube.objects.get(oid=oid).tags.values_list("kind", "name"))


def test_orders_are_posted_with_the_oids_of_the_predecessor(import_all, files):
    import_all()
    orders = dict(WorkOrder.objects.values_list("relative_path", "request"))
    assert orders == {
        EMBARGOED: {"oid": "embargoed"},
        "2019-04-20/CRISP/open.fits": {"oid": "open"},
        "2019-04-21/CRISP/no_date.fits": {"oid": "no date"},
        "2019-04-21/TRIPPEL/spectrum.fits": {"oid": "spectrum"},
    }


def test_a_cube_has_its_release_grants_and_tags_from_its_first_ingestion_on(import_all, files):
    import_all()
    assert carry_out_all() == ["2019-04-21/TRIPPEL/spectrum.fits"]
    assert access_of("embargoed") == (date(2999, 12, 31), "Thesis of Å. Öhman")
    assert grants_of("embargoed") == (["asa@astro.example", "guest@not.registered.example"], ["Swedish User"])
    # FEATURES of the header holds; EVENTS is absent.
    assert tags_of("embargoed") == {
        ("feature", "Pore"),
        ("feature", "Sunspot"),
        ("event", "Flare"),
        ("event", "Jet"),
    }
    assert access_of("open") == (date(2020, 5, 1), "")
    assert ImportedCube.objects.get(oid="embargoed").original_data_class == "swedish_university"


def test_a_cube_without_a_release_date_stays_restricted(import_all, files):
    printed = import_all()
    carry_out_all()
    assert access_of("no date") == (None, "")
    assert "1 × cubes without a release date: they stay restricted until staff set one (“no date”)" in printed


def test_a_release_of_the_predecessor_outlasts_a_further_ingestion(import_all, files):
    import_all()
    carry_out_all()
    queue.post_order(EMBARGOED, {"oid": "embargoed", "force": True})
    carry_out_all()
    assert access_of("embargoed") == (date(2999, 12, 31), "Thesis of Å. Öhman")


def test_whoever_posts_a_cube_its_embargo_holds(import_all, files):
    import_all()
    ingest(IngestRequest(EMBARGOED, oid="embargoed", owner_email_addresses=["x@y.example"]))
    assert access_of("embargoed")[0] == date(2999, 12, 31)
    assert "x@y.example" in grants_of("embargoed")[0]


def test_a_cube_that_is_here_already_is_given_what_it_lacks_and_is_not_ingested(import_all, files):
    ingest(IngestRequest(EMBARGOED, oid="embargoed"))
    import_all()
    assert not WorkOrder.objects.filter(relative_path=EMBARGOED).exists()
    assert access_of("embargoed")[0] == date(2999, 12, 31)
    assert grants_of("embargoed")[1] == ["Swedish User"]
    assert ("event", "Flare") in tags_of("embargoed")


def test_what_staff_have_set_here_stays(import_all, files):
    ingest(IngestRequest(EMBARGOED, oid="embargoed"))
    access = DataCube.objects.get(oid="embargoed").access
    access.release_date = date(2500, 1, 1)
    access.save()
    import_all()
    assert access_of("embargoed") == (date(2500, 1, 1), "of the header")


def test_what_staff_take_back_is_not_given_again(import_all, files):
    import_all()
    carry_out_all()
    cube = DataCube.objects.get(oid="embargoed")
    cube.email_grants.all().delete()
    cube.tags.clear()
    assert "nothing new" in import_all()
    queue.post_order(EMBARGOED, {"oid": "embargoed", "force": True})
    carry_out_all()
    assert grants_of("embargoed")[0] == []
    assert ("event", "Flare") not in tags_of("embargoed")


def test_what_the_predecessor_adds_later_is_brought_by_the_next_import(import_all, former, files):
    import_all()
    carry_out_all()
    DataCube.objects.get(oid="embargoed").email_grants.all().delete()
    former.run(
        """INSERT INTO "data_access_datacubeusergrant" ("id", "data_cube_id", "user_email")
        VALUES (90, 101, 'new@astro.example');
        UPDATE "data_access_datacubeaccesscontrol" SET "release_date" = '2400-01-01' WHERE "data_cube_id" = 101;"""
    )
    import_all()
    assert grants_of("embargoed")[0] == ["new@astro.example"]
    assert access_of("embargoed")[0] == date(2400, 1, 1)


def test_a_cube_that_is_deleted_and_ingested_again_has_its_embargo_again(import_all, files):
    import_all()
    carry_out_all()
    DataCube.objects.get(oid="embargoed").delete()
    ingest(IngestRequest(EMBARGOED, oid="embargoed"))
    assert access_of("embargoed")[0] == date(2999, 12, 31)


def test_a_second_import_posts_nothing_again(import_all, files):
    import_all()
    orders = list(WorkOrder.objects.order_by("id").values())
    assert "nothing new" in import_all()
    assert list(WorkOrder.objects.order_by("id").values()) == orders
    carry_out_all()
    rows = [list(model.objects.order_by("pk").values()) for model in (WorkOrder, ImportedCube, DataCube)]
    assert "nothing new" in import_all()
    assert [list(model.objects.order_by("pk").values()) for model in (WorkOrder, ImportedCube, DataCube)] == rows


def test_a_file_that_appears_later_is_ordered_by_the_next_import(import_all, files, place_cube):
    import_all()
    place_cube({"DATE-BEG": "2019-04-21T11:00:00"}, "2019-04-21/CRISP/gone.fits")
    assert "1 orders to ingest a cube" in import_all()
    assert WorkOrder.objects.get(relative_path__endswith="gone.fits").request == {"oid": "gone"}


def test_files_that_cannot_be_ordered_are_reported_with_the_reason(import_all, files):
    printed = import_all()
    assert "2 × files: the path is outside of the folder that --media names (“/storage/sst/../../etc/outside" in printed
    assert "1 × files: the file is missing below SCIENCE_DATA_ROOT (“/storage/sst/2019-04-21/CRISP/gone" in printed
    assert "1 × files: the path leaves SCIENCE_DATA_ROOT or is not one of a regular file (“/storage/sst/link" in printed
    assert "1 × cubes of an instrument that is not registered here" in printed
    assert "1 × tags: the word is in no vocabulary here; add it to a vocabulary and import again (“Unicorn”)" in printed
    assert "1 × grants by e-mail address: this is not an e-mail address (“nobody at nowhere”)" in printed


def test_a_file_that_the_archive_has_under_another_oid_is_left_alone(import_all, files):
    oid = ingest(IngestRequest(EMBARGOED)).oid
    printed = import_all()
    assert f"1 × files: the archive has the file under another OID (“{oid}”)" in printed
    assert not WorkOrder.objects.filter(relative_path=EMBARGOED).exists()


def test_an_order_of_somebody_else_is_left_alone(import_all, files):
    queue.post_order(EMBARGOED, {"swedish_data": True})
    assert "1 × files that were posted here before" in import_all()
    assert WorkOrder.objects.get(relative_path=EMBARGOED).request == {"swedish_data": True}


def test_two_cubes_never_share_a_path(import_all, former, files):
    former.run("""UPDATE "observations_datacube" SET "path" = '/storage/sst/2019-04-20/CRISP/open.fits'
        WHERE "id" = 104""")
    assert "1 × files: another cube has the same path" in import_all()
    assert WorkOrder.objects.get(relative_path__endswith="open.fits").request == {"oid": "open"}


def test_groups_that_give_permissions_here_get_no_grants(import_all, files):
    staff, _ = Group.objects.get_or_create(name="Archive staff")
    staff.permissions.add(Permission.objects.get(codename="view_workorder"))
    printed = import_all()
    carry_out_all()
    assert grants_of("no date")[1] == ["Flare study 2019"]
    assert "the group here has permissions; its members and grants are left to staff (“Archive staff”)" in printed


def test_groups_are_made_without_permissions_and_without_look_alikes(import_all, files):
    printed = import_all()
    assert not Group.objects.get(name="Flare study 2019").permissions.exists()
    assert not Group.objects.filter(name="Swedish Usеr").exists()  # With a Cyrillic letter.
    assert "1 × groups: the name has letters that are not Latin" in printed


@pytest.mark.parametrize(
    "name", ["SWEDISH USER", "Flare study 2019\nB", "Ｓｗｅｄｉｓｈ User", "Archive\u200bstaff", ""]
)
def test_a_group_with_a_misleading_name_is_not_made(import_all, former, files, name):
    former.run(f"""INSERT INTO "auth_group" ("id", "name") VALUES (9, '{name}')""")
    assert "× groups: the name" in import_all() or name == "SWEDISH USER"
    assert not Group.objects.filter(name=name).exists()


def test_a_dry_run_prints_the_same_plan_and_changes_nothing(import_all, files):
    plan = import_all("--dry-run")
    assert not WorkOrder.objects.exists()
    assert not ImportedCube.objects.exists()
    assert not Group.objects.filter(name="Flare study 2019").exists()
    assert plan.replace("To be taken over:", "Taken over:") == import_all()


def test_a_missing_storage_ends_the_import(import_all):
    with pytest.raises(CommandError, match=r"run it again\. The science data folder is empty: is its storage mounted"):
        import_all()
    assert not WorkOrder.objects.exists()


def test_staff_see_the_data_class_and_what_waits_in_the_admin(import_all, files, admin_client):
    import_all()
    page = admin_client.get("/admin/predecessor/importedcube/?original_data_class=ipu").content.decode()
    assert "no date" in page
    assert "embargoed" not in page
    assert admin_client.post("/admin/predecessor/importedcube/add/").status_code == 403
