"""GET /api/v1/work-orders/: polling one order, listing all."""

import pytest
from django.contrib.auth.models import Permission, User
from rest_framework.test import APIClient

from workorders import queue
from workorders.models import WorkOrder
from workorders.worker import carry_out

URL = "/api/v1/work-orders/"


@pytest.fixture
def reader(db, client_of) -> APIClient:
    """A client that may only read."""
    user = User.objects.create_user("reader")
    user.user_permissions.add(Permission.objects.get(codename="view_workorder"))
    return client_of(user)


def test_an_order_is_polled_until_it_has_ended(reader, cube_path):
    order = queue.post_order(cube_path, {})
    pending = reader.get(f"{URL}{order.pk}/")
    assert pending.json()["status"] == "queued"
    assert pending["Retry-After"] == "1"
    carry_out(queue.claim("w"))
    ended = reader.get(f"{URL}{order.pk}/")
    assert "Retry-After" not in ended
    body = ended.json()
    assert body["status"] == "completed"
    assert body["oid"] == "2019-04-19T17:34:55.50395_6173_0-4"
    assert body["checksum_status"] == "verified"
    assert len(body["checksum"]) == 16
    assert body["attempts"] == 1
    assert body["created_at"] <= body["started_at"] <= body["finished_at"]
    assert body["finished_at"].endswith("Z")
    steps = {step["name"]: step for step in body["steps"]}
    names = ["data_cube", "data_access", "fits_header", "metadata", "tags"]
    assert [name for name in steps if name in names] == names
    assert all(steps[name]["outcome"] == "created" for name in names)
    assert all(step.keys() == {"name", "outcome", "reason", "seconds"} for step in steps.values())


@pytest.mark.usefixtures("nobody_writes")
def test_an_order_that_failed_says_why(reader, data_root):
    (data_root / "a.fits").write_bytes(b"")
    order = queue.post_order("a.fits", {})
    carry_out(queue.claim("w"))
    body = reader.get(f"{URL}{order.pk}/").json()
    assert (body["status"], body["error"]) == ("failed", "The file is empty.")


def test_orders_are_listed_newest_first_page_by_page(reader):
    for number in range(5):
        queue.post_order(f"{number}.fits", {})
    first = reader.get(URL, {"page_size": 3}).json()
    assert [order["relative_path"] for order in first["results"]] == ["4.fits", "3.fits", "2.fits"]
    second = reader.get(first["next"]).json()
    assert [order["relative_path"] for order in second["results"]] == ["1.fits", "0.fits"]
    assert second["next"] is None
    assert reader.get(second["previous"]).json() == first
    assert list(first) == ["next", "previous", "results"]


def test_orders_are_filtered_by_status_and_path(reader):
    queue.post_order("a.fits", {})
    queue.claim("w")
    queue.post_order("b.fits", {})
    started = reader.get(URL, {"status": "started"}).json()["results"]
    assert [order["relative_path"] for order in started] == ["a.fits"]
    assert [order["relative_path"] for order in reader.get(URL, {"relative_path": "b.fits"}).json()["results"]] == [
        "b.fits"
    ]


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("status", "lost"),
        ("staus", "failed"),
        ("page_size", "abc"),
        ("page_size", "0"),
        ("page_size", "501"),
        ("cursor", "x"),
        ("ordering", "status"),
    ],
)
def test_a_parameter_that_is_wrong_or_not_known_is_refused(reader, parameter, value):
    answer = reader.get(URL, {parameter: value})
    assert (answer.status_code, list(answer.json())) == (400, [parameter])


def test_a_page_has_as_many_as_are_asked_for(reader):
    for number in range(60):
        queue.post_order(f"{number}.fits", {})
    assert len(reader.get(URL).json()["results"]) == 50
    assert len(reader.get(URL, {"page_size": 500}).json()["results"]) == 60


@pytest.mark.parametrize("page_size", [1, 30])
def test_a_page_costs_the_same_whatever_its_size(reader, page_size, django_assert_max_num_queries):
    for number in range(30):
        queue.post_order(f"{number}.fits", {})
        queue.claim("w")
    with django_assert_max_num_queries(5):
        assert len(reader.get(URL, {"page_size": page_size}).json()["results"]) == page_size


def test_an_order_that_is_not_there_is_not_found(reader):
    assert reader.get(f"{URL}4711/").status_code == 404
    assert reader.get(f"{URL}{10**30}/").status_code == 404


def test_without_a_token_nobody_reads(db):
    assert APIClient().get(URL).status_code == 401


def test_without_the_permission_nobody_reads(pipeline, api):
    pipeline.user_permissions.set(Permission.objects.filter(codename="add_workorder"))
    assert api.get(URL).status_code == 403


def test_orders_cannot_be_changed_over_http(api):
    order = queue.post_order("a.fits", {})
    for method in ("put", "patch", "delete"):
        assert getattr(api, method)(f"{URL}{order.pk}/").status_code in (403, 405)
    assert WorkOrder.objects.exists()


@pytest.mark.parametrize("number", ["0", "99999999999999999999", "-1", "0.5", "x", "%00", "a%2Fb", "%0A"])
def test_an_order_that_is_not_there_is_refused_as_json(reader, number):
    answer = reader.get(f"{URL}{number}/")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/json")
    assert list(answer.json()) == ["detail"]


def test_every_parameter_of_the_list_is_described(reader):
    description = reader.get("/api/v1/schema/", HTTP_ACCEPT="application/json").json()
    parameters = {p["name"]: p["schema"] for p in description["paths"][URL]["get"]["parameters"]}
    assert set(parameters) == {"id", "status", "relative_path", "ordering", "cursor", "page_size"}
    assert parameters["page_size"] == {"type": "integer", "minimum": 1, "maximum": 500, "default": 50}


@pytest.mark.parametrize(
    ("path", "method", "codes"),
    [
        ("/api/v1/work-orders/", "get", {"200", "400", "401", "403"}),
        ("/api/v1/work-orders/{id}/", "get", {"200", "401", "403", "404"}),
        ("/api/v1/ingest/", "post", {"201", "202", "400", "401", "403", "413", "415", "503"}),
        ("/api/v1/ingest/batch/", "post", {"207", "400", "401", "403", "413", "415"}),
    ],
)
def test_every_refusal_is_described(reader, path, method, codes):
    description = reader.get("/api/v1/schema/", HTTP_ACCEPT="application/json").json()
    responses = description["paths"][path][method]["responses"]
    assert set(responses) == codes
    assert all(responses[code]["description"] for code in codes if code >= "400")
    for code in codes & {"401", "403", "404", "413", "415"}:
        assert responses[code]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Refusal"}
