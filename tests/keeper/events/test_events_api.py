"""The list of events: in order, without gaps, and to each only what they may see."""

from datetime import timedelta

import pytest
from django.utils import timezone

from keeper.events.kinds import Kind
from keeper.events.models import Event, Position
from keeper.events.numbering import number_events
from keeper.events.recording import record
from keeper.events.upkeep import prune_events

pytestmark = pytest.mark.django_db
URL = "/api/v1/events/"


def record_some(number: int) -> None:
    for index in range(number):
        record(Kind.CUBE_CHANGED, oid=f"{index}")


def age(days: int, *numbers: int) -> None:
    Event.objects.filter(number__in=numbers).update(occurred_at=timezone.now() - timedelta(days=days))


def test_an_event_says_which_cube_and_when(archive_cube, events, settings):
    settings.ARCHIVE_BASE_URL = "https://archive.example"
    cube = archive_cube(oid="a/b")
    assert events() == {
        "results": [
            {
                "id": 1,
                "kind": "cube.ingested",
                "oid": "a/b",
                "url": "https://archive.example/api/v1/data-cubes/a%2Fb/",
                "path": "",
                "message": "",
                "occurred_at": Event.objects.get().occurred_at.isoformat().replace("+00:00", "Z"),
            }
        ],
        "next_after": 1,
        "has_more": False,
        "latest": 1,
    }
    assert Event.objects.get().path == cube.relative_path


def test_pages_follow_each_other(events):
    assert events() == {"results": [], "next_after": 0, "has_more": False, "latest": 0}
    record_some(5)
    pages = [events(limit=2)]
    while pages[-1]["has_more"]:
        pages.append(events(limit=2, after=pages[-1]["next_after"]))
    assert [[event["id"] for event in page["results"]] for page in pages] == [[1, 2], [3, 4], [5]]
    assert events(after=5) == {"results": [], "next_after": 5, "has_more": False, "latest": 5}
    assert events(limit=1)["latest"] == 5
    record_some(1)
    assert [event["id"] for event in events(after=5)["results"]] == [6]


def test_events_are_numbered_without_a_worker_however_many(events, monkeypatch):
    monkeypatch.setattr("keeper.events.numbering.EVENTS_AT_ONCE", 3)
    record_some(10)
    assert [event["id"] for event in events(limit=5)["results"]] == [1, 2, 3, 4, 5]
    assert [event["oid"] for event in events(after=5)["results"]] == ["5", "6", "7", "8", "9"]


def test_only_who_may_look_at_orders_sees_failed_orders_paths_and_messages(events, anybody, api, client_of, person):
    record(Kind.ORDER_FAILED, path="secret.fits", message="It is broken.")
    record(Kind.FIXITY_FAILED, oid="a", path="a.fits", message="DATASUM differs.")
    record(Kind.ORDER_FAILED, path="secret.fits", message="It is broken.")
    for client in (anybody, client_of(person)):
        seen = events(client)
        assert [(event["id"], event["path"], event["message"]) for event in seen["results"]] == [(2, "", "")]
        assert (seen["next_after"], seen["has_more"]) == (3, False)
        assert events(client, limit=1)["has_more"] is False
    assert [(event["path"], event["message"]) for event in events(api)["results"]] == [
        ("secret.fits", "It is broken."),
        ("a.fits", "DATASUM differs."),
        ("secret.fits", "It is broken."),
    ]


def test_a_withdrawn_cube_is_told_by_its_oid_only(archive_cube, events):
    archive_cube()
    archive_cube({"DATE-BEG": "2019-04-20T10:00:00"}, oid="another")
    [withdrawn] = [event for event in events()["results"] if event["kind"] == "cube.withdrawn"]
    assert (withdrawn["path"], withdrawn["message"]) == ("", "")


@pytest.mark.parametrize(
    "query",
    [
        "after=-1",
        "after=x",
        "after=1.5",
        f"after={10**18}",
        "limit=0",
        "limit=501",
        "limit=x",
        "x=1",
        "after=1&after=2",
    ],
)
def test_a_wrong_parameter_is_refused_with_a_sentence(anybody, query):
    answer = anybody.get(f"{URL}?{query}")
    assert answer.status_code == 400
    assert query.partition("=")[0] in answer.json()


def test_a_number_that_was_not_given_yet_is_refused(anybody):
    """The reader knows events that the archive does not: it was restored from a backup."""
    record_some(2)
    answer = anybody.get(URL, {"after": 3})
    assert answer.status_code == 400
    assert "restored from a backup" in answer.json()["after"][0]


def test_old_events_are_deleted_and_who_asks_for_them_is_told(anybody, events, settings):
    settings.EVENTS_KEPT_DAYS = 30
    record_some(6)
    number_events()
    age(31, 1, 2, 3, 5)
    assert prune_events() == 3
    for after in (0, 2):
        answer = anybody.get(URL, {"after": after})
        assert answer.status_code == 410
        assert "up to number 3" in answer.json()["detail"]
        assert "after=6" in answer.json()["detail"]
    for parameters in ({"after": 3}, {}):
        assert [event["id"] for event in events(**parameters)["results"]] == [4, 5, 6]
    assert prune_events() == 0


def test_events_that_no_webhook_was_given_yet_are_not_deleted(settings, events):
    record_some(2)
    Event.objects.update(occurred_at=timezone.now() - timedelta(days=3650))
    assert prune_events() == 0
    number_events()
    assert prune_events() == 2
    record_some(1)
    assert [event["id"] for event in events()["results"]] == [3]


def test_many_old_events_are_deleted_in_parts(monkeypatch):
    monkeypatch.setattr("keeper.events.upkeep.EVENTS_AT_ONCE", 2)
    record_some(5)
    number_events()
    age(3650, 1, 2, 3, 4, 5)
    assert prune_events() == 5
    assert Position.objects.get().pruned_until == 5


@pytest.mark.parametrize("number", [1, 40])
def test_a_page_costs_the_same_for_any_number(anybody, number, django_assert_num_queries):
    record_some(number)
    number_events()
    # Whether events wait for numbers; the position, twice; the page.
    with django_assert_num_queries(4):
        anybody.get(URL)


def test_a_page_of_another_origin_may_read_events_and_the_feed(client):
    for url in (URL, "/feed/"):
        answer = client.get(url, headers={"Origin": "https://notebook.example"})
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
