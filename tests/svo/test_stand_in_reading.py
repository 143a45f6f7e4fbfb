"""The stand-in SVO reads as the real one does. Asked without the client, as others would."""

import subprocess
import sys

import pytest
import requests

from devtools.svo import KeywordDefinition, SvoServer

LIST = "/metadata/metadata_crisp/"


@pytest.fixture
def oids(svo: SvoServer) -> list[str]:
    svo.add_dataset("CRISP", [KeywordDefinition("DATE-BEG", "time (ISO 8601)")])
    svo.fill("CRISP", 250)
    return svo.oids("CRISP")


def get(svo: SvoServer, path: str, **params: object) -> requests.Response:
    return requests.get(svo.url + path, params=params, timeout=5, allow_redirects=False)


def listed(svo: SvoServer, **params: object) -> list[str]:
    return [record["oid"] for record in get(svo, LIST, **params).json()["objects"]]


def test_a_dataset_gives_absolute_paths_on_the_host(svo: SvoServer) -> None:
    answer = get(svo, "/dataset/CRISP/")

    assert answer.json()["metadata"]["resource_uri"] == "/service/api/svo/metadata/metadata_crisp/"
    assert answer.json()["resource_uri"] == "/service/api/svo/dataset/CRISP/"


@pytest.mark.parametrize("path", ["/dataset/TRIPPEL/", "/metadata/metadata_trippel/", f"{LIST}nothing/", "/else/"])
def test_what_is_not_there_is_404_and_empty(svo: SvoServer, path: str) -> None:
    answer = get(svo, path)

    assert (answer.status_code, answer.content) == (404, b"")
    assert answer.headers["Content-Type"].startswith("text/html")


def test_an_address_without_a_final_slash_redirects(svo: SvoServer) -> None:
    answer = get(svo, "/keyword", limit=0)

    assert (answer.status_code, answer.headers["Location"]) == (301, "/service/api/svo/keyword/?limit=0")


def test_keywords_come_all_at_once_with_limit_0(svo: SvoServer) -> None:
    everything = get(svo, "/keyword/", dataset__name="CRISP", limit=0).json()["objects"]

    assert len({keyword["name"] for keyword in everything}) == len(everything) > 200
    assert len(get(svo, "/keyword/", dataset__name="CRISP").json()["objects"]) == 20
    assert {keyword["type"] for keyword in everything} == {"text", "real", "integer", "boolean", "time (ISO 8601)"}
    assert all(keyword["dataset"].endswith("/CRISP/") for keyword in everything)


@pytest.mark.parametrize(
    ("limit", "given"), [({}, 20), ({"limit": 50}, 50), ({"limit": 1000}, 100), ({"limit": 0}, 100)]
)
def test_pages_hold_a_hundred_at_most(svo: SvoServer, oids: list[str], limit: dict[str, int], given: int) -> None:
    answer = get(svo, LIST, order_by="oid", **limit).json()

    assert len(answer["objects"]) == answer["meta"]["limit"] == given


def test_pages_ordered_by_oid_hold_every_record_once(svo: SvoServer, oids: list[str]) -> None:
    pages = [listed(svo, limit=100, offset=offset, order_by="oid") for offset in (0, 100, 200, 300)]

    assert [oid for page in pages for oid in page] == oids
    assert listed(svo, limit=3, order_by="-oid") == oids[:-4:-1]


def test_pages_ordered_by_start_overlap_or_skip(svo: SvoServer) -> None:
    svo.add_records("CRISP", [{"oid": f"o{n}", "date_beg": "2019-04-19T07:30:00"} for n in range(50)])

    pages = [listed(svo, limit=25, offset=offset) for offset in (0, 25)]

    assert len(set(pages[0] + pages[1])) < 50


def test_the_order_of_oids_is_not_that_of_python(svo: SvoServer) -> None:
    svo.add_records("CRISP", [{"oid": oid} for oid in ("B", "a", "a_c", "ab", "A")])

    assert svo.oids("CRISP") == ["A", "a", "ab", "a_c", "B"]


def test_the_count_is_cached_and_ends_next_early(svo: SvoServer, oids: list[str]) -> None:
    before = get(svo, LIST, limit=100).json()["meta"]
    svo.fill("CRISP", 100, first=250)

    after = get(svo, LIST, limit=100, offset=200).json()

    assert before["next"] == f"/service/api/svo{LIST}?limit=100&offset=100"
    assert after["meta"] == {
        "limit": 100,
        "offset": 200,
        "total_count": 250,
        "previous": f"/service/api/svo{LIST}?limit=100&offset=100",
        "next": None,
    }
    assert len(after["objects"]) == 100


def test_a_filter_by_oid_gives_one_record_or_none(svo: SvoServer, oids: list[str]) -> None:
    assert listed(svo, oid=oids[7]) == [oids[7]]
    assert listed(svo, oid="nothing") == []


def test_unknown_filters_are_ignored(svo: SvoServer, oids: list[str]) -> None:
    assert listed(svo, oid__exactly=oids[7], order_by="oid") == oids[:20]
    assert listed(svo, data_location="/service/api/svo/data_location/1/", order_by="oid") == oids[:20]


def test_a_record_is_found_under_its_encoded_oid_only(svo: SvoServer) -> None:
    svo.add_records("CRISP", [{"oid": "17:34,5"}])

    assert get(svo, f"{LIST}17%3A34%2C5/").json()["resource_uri"] == f"/service/api/svo{LIST}17%3A34%2C5/"
    assert get(svo, f"{LIST}17:34,5/").status_code == 404


def test_locations_are_filtered_by_dataset_url_and_path(svo: SvoServer) -> None:
    svo.fill("CRISP", 3)
    svo.fill("CHROMIS", 3)
    [location, *_] = svo.locations("CRISP")

    def found(**params: str) -> list[int]:
        return [one["id"] for one in get(svo, "/data_location/", **params).json()["objects"]]

    assert len(found()) == 6
    assert len(found(dataset__name="CRISP")) == 3
    assert found(dataset__name="CRISP", file_url=location["file_url"]) == [location["id"]]
    assert found(dataset__name="CRISP", file_path=location["file_path"]) == [location["id"]]
    assert found(dataset__name="CHROMIS", file_url=location["file_url"]) == []


def test_an_invalid_page_number_is_refused(svo: SvoServer) -> None:
    answer = get(svo, LIST, offset=-1)

    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "Invalid offset '-1' provided. Please provide a positive integer."},
    )


def test_it_runs_as_its_own_process() -> None:
    command = [sys.executable, "-m", "devtools.svo.__main__", "--port", "0", "--key", "demo-key"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            url = process.stdout.readline().split()[-1]
            posted = requests.post(
                f"{url}{LIST}", json={"oid": "a"}, headers={"Authorization": "ApiKey archive:demo-key"}, timeout=5
            )
            assert posted.status_code == 201
            assert requests.get(f"{url}{LIST}a/", timeout=5).json()["oid"] == "a"
        finally:
            process.terminate()
        assert process.wait(timeout=10) == 0


def test_a_process_without_a_key_does_not_start() -> None:
    process = subprocess.run(
        [sys.executable, "-m", "devtools.svo.__main__"], env={}, capture_output=True, text=True, check=False
    )

    assert process.returncode == 2
    assert "an API key is needed" in process.stderr
