"""What staff, monitoring and visitors see of what the keeper finds."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone

from accounts.groups import ARCHIVE_STAFF
from datacubes.models import DataCube
from keeper.models import AuditDay, AuditedFile, GoneFile, Incident, Walk
from tests.operations.test_front_page import front_page
from tests.operations.test_metrics import metrics
from tests.support.admin_actions import act

pytestmark = pytest.mark.django_db


@pytest.fixture
def damaged(archive_cube) -> DataCube:
    """A cube with an open incident."""
    cube = archive_cube()
    now = timezone.now()
    audited = AuditedFile.objects.create(cube=cube, result="damaged", details="Bits.", tried_at=now, sha256="0" * 64)
    Incident.objects.create(
        audited=audited,
        oid=cube.oid,
        relative_path=cube.relative_path,
        sentence="Its <bits> changed.",
        found_at=now,
        sha256="1" * 64,
    )
    return cube


def test_the_front_page_has_the_numbers(admin_client, damaged):
    page = front_page(admin_client)
    assert '<a href="/admin/keeper/incident/?state__exact=open">Files damaged</a></dt><dd>1</dd>' in page
    assert '<a href="/admin/keeper/gonefile/">Files missing</a></dt><dd>0</dd>' in page
    assert "The storage was never searched." in page
    now = timezone.now()
    GoneFile.objects.create(relative_path="a.fits", size=1, told_at=now)
    GoneFile.objects.create(relative_path="b.fits", size=1)
    AuditDay.objects.create(day="2026-11-28", files=3, bytes=2_000_000, errors=1)
    Walk.objects.create(finished_at=now, files=12, new=3, error="Not <mounted>.")
    page = front_page(admin_client)
    assert "Files missing</a></dt><dd>1</dd>" in page
    assert "1 more files are gone, but not for long." in page
    assert "12 files, 3 new, 0 changed" in page
    assert "The last walk through the storage ended early. Not &lt;mounted&gt;." in page
    assert "Last audits on 2026-11-28: 3 files, 2.00 MB, 1 errors." in page


def test_the_metrics_have_them(admin_client, damaged):
    assert ("archive_last_walk_timestamp_seconds",) not in metrics(admin_client)
    now = timezone.now()
    GoneFile.objects.create(relative_path="a.fits", size=1, told_at=now)
    AuditDay.objects.create(day="2026-11-28", bytes=7)
    Walk.objects.create(finished_at=now)
    Walk.objects.create(finished_at=now + timedelta(hours=1), error="Away.")
    told = metrics(admin_client)
    assert told["archive_files_gone", "missing"] == 1
    assert told["archive_files_gone", "noticed"] == 0
    assert told[("archive_fixity_incidents",)] == 1
    assert told[("archive_last_walk_timestamp_seconds",)] == pytest.approx(now.timestamp(), abs=0.01)
    assert told[("archive_audited_bytes",)] == 7
    assert told[("archive_hosts_without_storage",)] == 0


def test_the_page_of_the_cube_warns(client, admin_client, damaged):
    warning = "This file is damaged: since"
    assert warning in client.get(f"/cubes/{damaged.oid}/").content.decode()
    admin_page = admin_client.get(f"/admin/datacubes/datacube/{damaged.pk}/change/").content.decode()
    assert "File damaged since" in admin_page
    assert f"/admin/keeper/incident/?q={damaged.oid.replace(':', '%3A')}" in admin_page
    Incident.objects.update(state="ended")
    assert warning not in client.get(f"/cubes/{damaged.oid}/").content.decode()


def test_staff_see_the_pages_and_accept_incidents(client, damaged):
    staff = User.objects.create_user("staff", is_staff=True)
    staff.groups.add(Group.objects.get(name=ARCHIVE_STAFF))
    client.force_login(staff)
    GoneFile.objects.create(relative_path="a.fits", size=1)
    Walk.objects.create(refused=1, refused_names=[{"what": "b\\xff.fits", "reason": "The name is not UTF-8."}])
    AuditDay.objects.create(day="2026-11-28")
    for model in (GoneFile, Walk, AuditDay, AuditedFile, Incident):
        base = f"/admin/keeper/{model._meta.model_name}/"
        assert client.get(base).status_code == 200, base
        assert client.get(f"{base}{model.objects.get().pk}/change/").status_code == 200
    incident = Incident.objects.get()
    assert "1 incidents were accepted." in act(client, "/admin/keeper/incident/", "accept", incident)
    incident.refresh_from_db()
    assert incident.state == "accepted"


def test_who_may_only_look_accepts_nothing(client, damaged):
    User.objects.create_user("visitor", is_staff=True)
    client.force_login(User.objects.get(username="visitor"))
    assert client.get("/admin/keeper/incident/").status_code == 403
    assert "Files damaged" not in front_page(client)
