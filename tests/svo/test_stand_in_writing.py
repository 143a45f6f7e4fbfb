"""The stand-in SVO is written to as the real one is. Asked without the client, as others would."""

import json
from typing import Any

import pytest
import requests

from devtools.svo import KeywordDefinition, SvoServer

LIST = "/service/api/svo/metadata/metadata_crisp/"
OF_EACH_TYPE = [
    KeywordDefinition("A_TEXT", "text"),
    KeywordDefinition("A_REAL", "real"),
    KeywordDefinition("A_INTEGER", "integer"),
    KeywordDefinition("A_BOOLEAN", "boolean"),
    KeywordDefinition("A_TIME", "time (ISO 8601)"),
]


@pytest.fixture(autouse=True)
def _one_keyword_of_each_type(svo: SvoServer) -> None:
    svo.add_dataset("CRISP", OF_EACH_TYPE)


def send(svo: SvoServer, method: str, uri: str, body: Any = None, key: str | None = None) -> requests.Response:
    return requests.request(
        method,
        svo.url.removesuffix("/service/api/svo") + uri,
        # Not as requests would: that refuses NaN.
        data=None if body is None else json.dumps(body),
        headers={"Authorization": f"ApiKey {svo.username}:{key or svo.key}"},
        timeout=5,
    )


def post(svo: SvoServer, **fields: Any) -> requests.Response:
    return send(svo, "POST", LIST, {"oid": "a"} | fields)


def location(name: str = "a", **changes: Any) -> dict[str, Any]:
    return {
        "dataset": "/service/api/svo/dataset/CRISP/",
        "file_url": f"https://archive.example.org/{name}",
        "file_size": 5,
        "file_path": name,
    } | changes


def refused(answer: requests.Response) -> Any:
    assert answer.status_code == 400
    return answer.json()


def test_a_record_comes_back_whole_with_its_address(svo: SvoServer) -> None:
    answer = post(svo, a_integer=7, tags=[{"name": "Sunspot"}], fits_header="END", data_location=location())

    assert answer.status_code == 201
    assert answer.headers["Location"] == answer.json()["resource_uri"] == f"{LIST}a/"
    assert answer.json() == send(svo, "GET", f"{LIST}a/").json() == svo.record("CRISP", "a")
    assert answer.json()["data_location"] == location() | {
        "id": 1,
        "file_size": "5",
        "thumbnail_url": None,
        "offline": False,
        "resource_uri": "/service/api/svo/data_location/1/",
    }


@pytest.mark.parametrize(
    ("field", "sent", "received"),
    [
        ("a_text", "text", "text"),
        ("a_text", 60, "60"),
        ("a_text", 60.5, "60.5"),
        ("a_real", 60, 60.0),
        ("a_real", 60.5, 60.5),
        ("a_integer", 60, 60),
        ("a_integer", 60.0, 60),
        ("a_boolean", True, True),
        ("a_time", "2019-04-19T17:34:55.50395", "2019-04-19T17:34:55.503Z"),
        ("a_time", "2019-04-19", "2019-04-19T00:00:00.000Z"),
        ("a_time", "2019-04-19T17:34:55+02:00", "2019-04-19T15:34:55.000Z"),
        ("a_real", None, None),
        ("a_integer", None, None),
        ("a_boolean", None, None),
        ("a_time", None, None),
    ],
)
def test_a_value_comes_back_as_its_keywords_type(svo: SvoServer, field: str, sent: Any, received: Any) -> None:
    value = post(svo, **{field: sent}).json()[field]

    assert value == received
    assert type(value) is type(received)


@pytest.mark.parametrize(
    ("field", "sent"),
    [
        ("a_text", float("nan")),
        ("a_text", ["a"]),
        ("a_real", float("nan")),
        ("a_real", float("inf")),
        ("a_real", "many"),
        ("a_integer", 60.5),
        ("a_integer", float("-inf")),
        ("a_integer", "many"),
        ("a_boolean", "T"),
        ("a_time", "yesterday"),
        ("a_time", 20190419),
        ("fits_header", 5),
        ("tags", ["Sunspot"]),
    ],
)
def test_a_value_of_another_type_is_refused(svo: SvoServer, field: str, sent: Any) -> None:
    assert list(refused(post(svo, **{field: sent}))["metadata_crisp"]) == [field]
    assert svo.oids("CRISP") == []


def test_fields_that_are_not_given_are_empty(svo: SvoServer) -> None:
    record = post(svo).json()

    assert record["a_text"] == record["fits_header"] == ""
    assert record["a_real"] is record["a_integer"] is record["a_boolean"] is record["a_time"] is None
    assert record["tags"] == []
    assert record["data_location"] is None


def test_a_field_that_the_dataset_does_not_have_is_ignored(svo: SvoServer) -> None:
    assert "b_text" not in post(svo, b_text=float("nan")).json()


def test_an_oid_that_exists_is_refused(svo: SvoServer) -> None:
    post(svo)

    assert refused(post(svo)) == {"metadata_crisp": {"oid": ["CRISP with this Observation ID already exists."]}}


def test_an_oid_in_a_patch_is_refused_always(svo: SvoServer) -> None:
    post(svo)

    assert "oid" in refused(send(svo, "PATCH", f"{LIST}a/", {"oid": "a"}))["metadata_crisp"]


def test_a_patch_changes_what_is_given(svo: SvoServer) -> None:
    post(svo, a_integer=7, a_text="x", data_location=location())

    answer = send(svo, "PATCH", f"{LIST}a/", {"a_text": "y"})

    assert answer.status_code == 202
    assert (answer.json()["a_integer"], answer.json()["a_text"]) == (7, "y")
    assert answer.json()["data_location"]["file_path"] == "a"


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff"])
def test_malformed_json_is_refused(svo: SvoServer, body: bytes) -> None:
    answer = requests.post(svo.url.removesuffix("/service/api/svo") + LIST, data=body, timeout=5)

    assert list(refused(answer)) == ["error"]


@pytest.mark.parametrize("change", [{"file_url": "https://archive.example.org/b"}, {"file_path": "b"}])
def test_url_and_path_of_a_location_are_each_unique_in_a_dataset(svo: SvoServer, change: dict[str, str]) -> None:
    post(svo, data_location=location())

    assert list(refused(post(svo, oid="b", data_location=location(**change)))["data_location"]) == ["__all__"]
    assert svo.oids("CRISP") == ["a"]
    elsewhere = location(dataset="/service/api/svo/dataset/CHROMIS/")
    assert post(svo, oid="c", data_location=elsewhere).status_code == 201


@pytest.mark.parametrize("left_out", ["resource_uri", "id"])
def test_a_location_that_does_not_name_itself_twice_is_another(svo: SvoServer, left_out: str) -> None:
    own = post(svo, data_location=location()).json()["data_location"]
    changed = own | {"file_size": 6}

    nameless = {name: value for name, value in changed.items() if name != left_out}
    assert list(refused(send(svo, "PATCH", f"{LIST}a/", {"data_location": nameless}))["data_location"]) == ["__all__"]
    assert svo.locations("CRISP")[0]["file_size"] == 5

    assert send(svo, "PATCH", f"{LIST}a/", {"data_location": changed}).status_code == 202
    assert [held["file_size"] for held in svo.locations("CRISP")] == [6]


def test_another_location_leaves_the_first_behind(svo: SvoServer) -> None:
    post(svo, data_location=location())

    send(svo, "PATCH", f"{LIST}a/", {"data_location": location("b")})

    assert [held["used_by"] for held in svo.locations("CRISP")] == [[], ["a"]]


@pytest.mark.parametrize(
    "path",
    [
        "/a",
        "C:/a",
        "a/",
        "",
        *(f"a{character}b" for character in "\\:*?\"'<>|\r\n\0"),
        "NUL",
        "x/con.fits",
        "lpt1 .x/y",
    ],
)
def test_a_path_that_is_not_safe_is_refused(svo: SvoServer, path: str) -> None:
    assert list(refused(post(svo, data_location=location(file_path=path)))["data_location"]) == ["file_path"]
    assert svo.oids("CRISP") == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("dataset", "/service/api/svo/dataset/TRIPPEL/"),
        ("dataset", "CRISP"),
        ("file_url", "archive.example.org/a"),
        ("file_size", -1),
        ("file_size", None),
        ("thumbnail_url", "a.png"),
        ("offline", "no"),
    ],
)
def test_a_location_with_a_wrong_field_is_refused(svo: SvoServer, field: str, value: Any) -> None:
    assert list(refused(post(svo, data_location=location(**{field: value})))["data_location"]) == [field]


def test_a_location_that_does_not_exist_is_refused(svo: SvoServer) -> None:
    assert "Could not find" in refused(post(svo, data_location="/service/api/svo/data_location/7/"))["error"]


def test_deleting_a_record_leaves_its_location_which_blocks_others(svo: SvoServer) -> None:
    post(svo, data_location=location())

    assert send(svo, "DELETE", f"{LIST}a/").status_code == 204

    assert "__all__" in refused(post(svo, oid="b", data_location=location()))["data_location"]
    assert send(svo, "DELETE", f"{LIST}a/").status_code == 404


def test_deleting_a_location_leaves_its_records_without(svo: SvoServer) -> None:
    uri = post(svo, data_location=location()).json()["data_location"]["resource_uri"]

    assert send(svo, "DELETE", uri).status_code == 204

    assert send(svo, "GET", f"{LIST}a/").json()["data_location"] is None
    assert send(svo, "DELETE", uri).status_code == 404


def test_a_location_can_be_changed_by_itself(svo: SvoServer) -> None:
    uri = post(svo, data_location=location()).json()["data_location"]["resource_uri"]

    answer = send(svo, "PATCH", uri, {"offline": True})

    assert (answer.status_code, answer.json()["offline"], answer.json()["file_path"]) == (202, True, "a")


def test_writing_without_the_key_is_401_with_nothing_done(svo: SvoServer) -> None:
    uri = post(svo, data_location=location()).json()["data_location"]["resource_uri"]
    writes = [
        ("POST", LIST, {"oid": "b", "data_location": location("b")}),
        ("PATCH", f"{LIST}a/", {"a_text": "changed"}),
        ("DELETE", f"{LIST}a/", None),
        ("PATCH", uri, {"offline": True}),
        ("DELETE", uri, None),
    ]
    before = svo.record("CRISP", "a")

    for method, address, body in writes:
        answer = send(svo, method, address, body, key="wrong")
        assert (answer.status_code, answer.content) == (401, b"")
        assert answer.headers["Content-Type"].startswith("text/html")

    assert svo.record("CRISP", "a") == before
    assert len(svo.locations("CRISP")) == 1


def test_data_that_is_also_invalid_is_400_before_401(svo: SvoServer) -> None:
    assert send(svo, "POST", LIST, {"oid": "a", "a_integer": 60.5}, key="wrong").status_code == 400


def test_a_post_that_follows_a_redirect_loses_its_body(svo: SvoServer) -> None:
    send(svo, "POST", LIST.rstrip("/"), {"oid": "a"})

    assert [request.method for request in svo.requests] == ["POST", "GET"]
    assert svo.oids("CRISP") == []


def tag_names(svo: SvoServer, oid: str = "a") -> list[str]:
    return [tag["name"] for tag in svo.record("CRISP", oid)["tags"]]


def test_a_tag_has_at_most_30_characters_and_a_post_that_is_refused_for_one_has_made_the_record(
    svo: SvoServer,
) -> None:
    answer = post(svo, a_text="x", tags=[{"name": "Pore"}, {"name": "x" * 31}], data_location=location())

    assert "at most 30 characters" in str(refused(answer)["tag"]["name"])
    record = svo.record("CRISP", "a")
    assert (record["a_text"], record["tags"], record["data_location"]["file_path"]) == ("x", [], "a")
    assert "already exists" in str(refused(post(svo)))
    assert send(svo, "PATCH", f"{LIST}a/", {"a_text": "y", "tags": [{"name": "x" * 31}]}).status_code == 400
    assert svo.record("CRISP", "a") == record
    assert send(svo, "PATCH", f"{LIST}a/", {"tags": [{"name": "x" * 30}]}).status_code == 202
    assert tag_names(svo) == ["x" * 30]


def test_without_the_key_a_tag_that_is_too_long_makes_no_record(svo: SvoServer) -> None:
    assert send(svo, "POST", LIST, {"oid": "a", "tags": [{"name": "x" * 31}]}, key="wrong").status_code == 401
    assert svo.oids("CRISP") == []


def test_curators_may_set_tags(svo: SvoServer) -> None:
    post(svo, tags=[{"name": "Pore"}], data_location=location())
    svo.set_tags("CRISP", "a", ["Flux rope"])
    assert tag_names(svo) == ["Flux rope"]
    assert svo.record("CRISP", "a")["data_location"]["file_path"] == "a"


@pytest.mark.parametrize("field", ["file_url", "thumbnail_url"])
@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("http://archive:8000/a", 400),
        ("http://archive_1.example/a", 400),
        ("https://-archive.example/a", 400),
        ("https://archive.example:99999999/a", 400),
        ("https://archive.example/a b", 400),
        ("http://localhost:8000/a", 201),
        ("http://127.0.0.1:8000/a", 201),
        ("http://[::1]:8000/a", 201),
        ("https://archive.example/a:b,c=d@e%2F%20f", 201),
    ],
)
def test_addresses_are_checked_as_django_does(svo: SvoServer, field: str, url: str, status: int) -> None:
    assert post(svo, data_location=location(**{field: url})).status_code == status


def test_text_comes_back_without_outer_white_space(svo: SvoServer) -> None:
    post(
        svo,
        a_text="\u00a0 x  y\n",
        fits_header="SIMPLE  =\nEND   ",
        tags=[{"name": " Pore "}],
        data_location=location(file_path=" a "),
    )

    record = svo.record("CRISP", "a")
    assert (record["a_text"], record["fits_header"]) == ("x  y", "SIMPLE  =\nEND")
    assert (tag_names(svo), record["data_location"]["file_path"]) == (["Pore"], "a")


def test_the_right_key_without_rights_on_the_dataset_is_401_with_nothing_done(svo: SvoServer) -> None:
    uri = post(svo, data_location=location()).json()["data_location"]["resource_uri"]
    svo.take_rights("CRISP")
    before = svo.record("CRISP", "a")

    for method, address, body in [
        ("POST", LIST, {"oid": "b"}),
        ("PATCH", f"{LIST}a/", {"a_text": "changed"}),
        ("DELETE", f"{LIST}a/", None),
        ("PATCH", uri, {"offline": True}),
        ("DELETE", uri, None),
    ]:
        answer = send(svo, method, address, body)
        assert (answer.status_code, answer.content) == (401, b"")

    assert svo.record("CRISP", "a") == before
    assert svo.oids("CRISP") == ["a"]
    chromis = "/service/api/svo/metadata/metadata_chromis/"
    assert send(svo, "POST", chromis, {"oid": "a"}).status_code == 201


def test_times_are_kept_with_microseconds_and_cut_when_read(svo: SvoServer) -> None:
    svo.add_dataset("CRISP", [KeywordDefinition("DATE-BEG", "time (ISO 8601)")])
    starts = {f"{n}": f"2019-04-19T17:34:55.5039{n}9" for n in (3, 9, 0, 6, 1)}
    for oid, start in starts.items():
        post(svo, oid=oid, date_beg=start)

    records = send(svo, "GET", LIST).json()["objects"]
    assert [record["oid"] for record in records] == sorted(starts)
    assert {record["date_beg"] for record in records} == {"2019-04-19T17:34:55.503Z"}
