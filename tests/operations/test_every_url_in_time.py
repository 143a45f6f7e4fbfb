"""Every URL is answered within a second, whatever the stored values are that came from outside."""

import time

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from accounts.access_requests.models import AccessRequest, JoinableGroup
from accounts.models import ResetRequest
from common.mail.models import QueuedMail
from datacubes.links import oid_in_url
from datacubes.models import Companion, DataCube, EmailGrant, Metadata, Tag, Vocabulary
from svo.models import Submission, Synchronisation
from tests.support.every_url import EXAMPLES, all_urls
from workorders.models import WorkOrder, WorkOrderRun

MOST_SECONDS = 1.0
MOST_BYTES = 5_000_000
TRIES = 5
NOT_OFFERED = {501} if connection.vendor == "sqlite" else set()
"""TAP needs PostgreSQL, and says so."""

MANY = 2_000
MOST_TAGS, MOST_GRANTS = 100, 1000
"""What a vocabulary and a request have at most."""

TEXT = "<a href='x&'>\u202e\x1b" * 20_000
LINE = "é<&'\"" * 50
URLS = all_urls(get_resolver().url_patterns)


@pytest.fixture
def hostile(archive_cube, data_root) -> dict[str, str]:
    """Fill an archive with values that are as large or as many as its columns take; return the examples for URLs."""
    cube = archive_cube({"FEATURES": "Sunspot"}, oid=LINE[:200], owner_email_addresses=["a@b.example"])
    tags = Tag.objects.bulk_create(Tag(kind="feature", name=f"{number} {LINE}"[:64]) for number in range(MOST_TAGS))
    cube.tags.add(*tags)
    EmailGrant.objects.bulk_create(EmailGrant(cube=cube, email=f"{number}@b.example") for number in range(MOST_GRANTS))
    keywords = {f"K{number}": [LINE] * 3 for number in range(MANY)} | {"LONG": TEXT}
    Metadata.objects.filter(cube=cube).update(keywords=keywords)
    header = "".join(f"K{number:<7}= '{LINE[:60]}'".ljust(80) for number in range(MANY))
    type(cube.fits_header).objects.filter(cube=cube).update(text=header)
    DataCube.objects.filter(pk=cube.pk).update(withdrawal_reason=TEXT)
    Companion.objects.bulk_create(
        Companion(oid=cube.oid, kind=f"k{number}", relative_path=f"{number}.fits", filename=LINE[:255], size=1,
                  modified_ns=1, header_digest="x", product="p")
        for number in range(100)
    )  # fmt: skip
    order = WorkOrder.objects.create(relative_path=LINE, request={"owner_email_addresses": [LINE] * 1000}, oid=LINE)
    steps = [{"name": LINE, "outcome": "failed", "reason": TEXT, "seconds": 1.0}] * 9
    runs = [
        WorkOrderRun(order=order, status="failed", steps=steps, warnings=[TEXT[:1000]] * 100, error=TEXT)
        for _ in range(20)
    ]
    WorkOrderRun.objects.bulk_create(runs)
    WorkOrder.objects.filter(pk=order.pk).update(status="failed", run=order.runs.first())
    submission = Submission.objects.create(
        oid=cube.oid, dataset="CRISP", action="submit", state="failed", error=TEXT, due_at=timezone.now(),
        left_out=[{"what": LINE, "reason": TEXT[:2000]}] * 300,
    )  # fmt: skip
    synchronisation = Synchronisation.objects.create()
    mail = QueuedMail.objects.create(sender=LINE[:300], recipients=[LINE] * 100, subject=LINE[:255], content=TEXT)
    ResetRequest.objects.create(email=LINE[:254])
    asker = User.objects.create_user(LINE[:150], first_name=LINE[:150], last_name=LINE[:150])
    asked = AccessRequest.objects.bulk_create(
        AccessRequest(person=asker, kind="cube", target=f"{n} {LINE}"[:255], text=TEXT[:2000], answer=TEXT[:1000])
        for n in range(MANY)
    )
    joinable = JoinableGroup.objects.create(title=LINE[:100], group=Group.objects.create(name="x"), text=TEXT)
    Vocabulary.objects.create(kind="feature", source=TEXT, words=dict.fromkeys(map(str, range(MANY)), "2020-01-01"))
    keys = {
        "datacube": cube.pk, "workorder": order.pk, "workorderrun": runs[0].pk, "submission": submission.pk,
        "synchronisation": synchronisation.pk, "queuedmail": mail.pk, "tag": tags[0].pk,
        "accessrequest": asked[0].pk, "joinablegroup": joinable.pk,
    }  # fmt: skip
    return {name: str(key) for name, key in keys.items()} | {"oid": oid_in_url(cube.oid), "filename": cube.filename}


def urls_of(examples: dict[str, str]) -> list[str]:
    """Return each route with the hostile rows in it."""
    urls = all_urls(get_resolver().url_patterns, examples=EXAMPLES | examples)
    with_keys = []
    for url in urls:
        model = next((name for name in examples if f"/{name}/" in url), "")
        with_keys.append(url.replace("/1/", f"/{examples[model]}/") if model else url)
    more = ["/?keyword=K1:x", "/api/v1/data-cubes/?page_size=200"]
    return [*with_keys, f"/api/v1/work-orders/{examples['workorder']}/", *more]


def seconds_and_status(client: Client, url: str) -> tuple[float, int]:
    """Return the time of the processor that an answer takes, and its status."""
    begin = time.process_time()
    answer = client.get(url)
    took = time.process_time() - begin
    assert answer.streaming or len(answer.content) <= MOST_BYTES, url
    return took, answer.status_code


def test_every_url_is_answered_within_a_second(hostile, settings):
    settings.SENDS_MAIL = True
    staff = Client(raise_request_exception=False)
    staff.force_login(User.objects.create_superuser("root"))
    staff.get("/admin/")
    slow, failing = {}, {}
    for client in (staff, Client(raise_request_exception=False)):
        for url in urls_of(hostile):
            took, status = seconds_and_status(client, url)
            for _ in range(TRIES):
                if took > MOST_SECONDS:  # Other processes can slow the processor down for a while.
                    time.sleep(0.5)
                    took = min(took, seconds_and_status(client, url)[0])
            if took > MOST_SECONDS:
                slow[url] = took
            if status >= 500 and status not in NOT_OFFERED:
                failing[url] = status
    assert (slow, failing) == ({}, {})
