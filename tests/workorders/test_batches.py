"""POST /api/v1/ingest/batch/: many cubes in one request, and polling many orders in one request."""

import errno
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.support.broken_storage import no_answer_about
from workorders.batches import MAX_ORDERS, ORDERS_AT_ONCE
from workorders.models import WorkOrder
from workorders.queue import claim

URL = "/api/v1/ingest/batch/"


@pytest.fixture(autouse=True)
def wake_ups(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the wake-ups instead of sending them to a broker."""
    sent: list[str] = []
    monkeypatch.setattr("workorders.batches.send_wake_up", lambda task: sent.append(task.name))
    return sent


def names(data_root: Path, count: int) -> list[str]:
    """Make empty files with the names of cubes."""
    paths = [f"{number}.fits" for number in range(count)]
    for path in paths:
        (data_root / path).touch()
    return paths


def post(api, *orders):
    return api.post(URL, {"orders": list(orders)}, format="json")


def test_each_cube_gets_an_order_as_if_it_was_posted_alone(api, data_root):
    first, second = names(data_root, 2)
    answer = post(api, {"relative_path": second, "force": True}, {"relative_path": first, "oid": "x"})
    assert answer.status_code == 207
    results = answer.json()["results"]
    assert [result["status"] for result in results] == [202, 202]
    assert [result["order"]["relative_path"] for result in results] == [second, first]
    requests = {order.relative_path: order.request for order in WorkOrder.objects.all()}
    assert requests == {first: {"oid": "x"}, second: {"force": True}}
    for result in results:
        assert api.get(result["order"]["url"]).json() == result["order"]


def test_a_wrong_one_harms_no_other(api, data_root, wake_ups, django_capture_on_commit_callbacks):
    first, second, away = names(data_root, 3)
    with no_answer_about(away, errno.EIO), django_capture_on_commit_callbacks(execute=True):
        answer = post(
            api,
            {"relative_path": first},
            {"relative_path": "none.fits"},
            "a.fits",
            {"relative_path": first, "forced": True},
            {"relative_path": away},
            {"relative_path": second},
        )
    results = answer.json()["results"]
    assert [result["status"] for result in results] == [202, 400, 400, 400, 503, 202]
    assert list(results[1]["refusal"]) == ["relative_path"]
    assert results[3]["refusal"] == {"forced": ["This field is not known."]}
    assert "cannot be looked up" in results[4]["refusal"]["detail"]
    assert all("order" in result or "refusal" in result for result in results)
    assert set(WorkOrder.objects.values_list("relative_path", flat=True)) == {first, second}
    assert wake_ups == ["workorders.tasks.process_next_order"]


def test_grants_need_the_permission_for_grants(api, pipeline, data_root):
    pipeline.user_permissions.set(Permission.objects.filter(codename="add_workorder"))
    first, second = names(data_root, 2)
    answer = post(api, {"relative_path": first, "swedish_data": True}, {"relative_path": second})
    results = answer.json()["results"]
    assert [result["status"] for result in results] == [403, 202]
    assert "leave out" in results[0]["refusal"]["detail"]


@pytest.mark.parametrize("token", [None, "wrong"])
def test_only_accounts_that_may_post_reach_it(client, db, token):
    headers = {"authorization": f"Token {token}"} if token else {}
    answer = client.post(URL, {"orders": []}, content_type="application/json", headers=headers)
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "body", [{}, [], "text", {"orders": {}}, {"orders": []}, {"orders": [{}] * (MAX_ORDERS + 1)}, {"order": [{}]}]
)
def test_what_is_not_a_batch_is_refused_whole(api, body):
    answer = api.post(URL, body, format="json")
    assert answer.status_code == 400
    assert not WorkOrder.objects.exists()


def test_a_path_that_is_given_twice_is_one_order_with_both_requests(api, data_root):
    [path] = names(data_root, 1)
    answer = post(api, {"relative_path": path, "force": True}, {"relative_path": path, "oid": "x"})
    one, other = (result["order"]["id"] for result in answer.json()["results"])
    assert one == other
    assert WorkOrder.objects.get().request == {"force": True, "oid": "x"}


def test_an_order_under_way_takes_the_request_when_its_run_ends(api, data_root):
    first, second = names(data_root, 2)
    post(api, {"relative_path": first})
    started = claim("w")
    post(api, {"relative_path": second}, {"relative_path": first, "force": True})
    started.refresh_from_db()
    assert (started.status, started.next_request) == ("started", {"force": True})


def test_statements_grow_with_the_hundreds_and_not_with_the_cubes(api, data_root):
    orders = [{"relative_path": path} for path in names(data_root, 2 * ORDERS_AT_ONCE)]
    counts = []
    for some in (orders[:2], orders[:ORDERS_AT_ONCE], orders):
        with CaptureQueriesContext(connection) as captured:
            post(api, *some)
        counts.append(len(captured))
    few, hundred, two_hundreds = counts
    assert hundred - few <= 4  # SQLite has a limit for the values of one statement.
    assert two_hundreds - hundred <= 10


def test_many_orders_are_polled_in_one_request(api, data_root):
    answer = post(api, *({"relative_path": path} for path in names(data_root, 3)))
    first, second, third = (result["order"]["id"] for result in answer.json()["results"])
    found = api.get(f"/api/v1/work-orders/?id={first}&id={third}&id=999999").json()["results"]
    assert [order["id"] for order in found] == [third, first]
    assert second not in (first, third)


@pytest.mark.parametrize("query", ["id=x", "id=-1", "id=" + "9" * 19, "&".join(["id=1"] * 301)])
def test_wrong_numbers_are_refused_by_name(api, query):
    answer = api.get(f"/api/v1/work-orders/?{query}")
    assert answer.status_code == 400
    assert list(answer.json()) == ["id"]
