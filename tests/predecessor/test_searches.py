"""``/search`` of sst_archive leads to the catalogue with the same question, or with a sentence."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def cube(archive_cube):
    return archive_cube()


def query_of(location: str) -> dict[str, list[str]]:
    assert urlsplit(location)[:3] == ("", "", "/")
    return parse_qs(urlsplit(location).query)


@pytest.mark.parametrize("prefix", ["", "/sst_archive"])
@pytest.mark.parametrize(
    ("search", "question"),
    [
        ("", {}),
        ("?start_date=&end_date=&query=&page=1", {}),
        ("?start_date=2019-04-19&end_date=2019-04-20", {"time_from": ["2019-04-19"], "time_to": ["2019-04-20"]}),
        ("?start_date=2019-04-19T10:00:00", {"time_from": ["2019-04-19T10:00:00"]}),
        ("?instrument=CRISP&polarimetry=true", {"instrument": ["CRISP"], "polarimetry": ["true"]}),
        ("?polarimetry=on", {"polarimetry": ["true"]}),
        ("?polarimetry=False", {"polarimetry": ["false"]}),
        ("?spectral_lines=Fe+I+6173&spectral_lines=6173", {"spectral_line": ["Fe I 6173", "6173"]}),
    ],
)
def test_a_question_that_the_catalogue_can_ask_is_asked_there_for_ever(visitor, prefix, search, question):
    answer = visitor.get(f"{prefix}/search{search}")
    assert answer.status_code == 301
    assert query_of(answer["Location"]) == question
    page = visitor.get(answer["Location"])
    assert page.status_code == 200
    assert "sst_archive" not in page.content.decode()


@pytest.mark.parametrize(
    ("search", "question", "words"),
    [
        ("?query=not+(a__gt%3D5)", {}, "free query"),
        ("?instrument=NEWCAM&start_date=2019-04-19", {"time_from": ["2019-04-19"]}, "instrument"),
        ("?instrument=CRISP&instrument=NEWCAM", {}, "instrument"),
        ("?spectral_lines=3", {}, "spectral lines"),
        ("?polarimetry=maybe", {}, "polarimetry"),
        ("?polarimetry=true&polarimetry=false", {}, "polarimetry"),
        ("?start_date=2020-01-01&end_date=2019-01-01", {"time_from": ["2020-01-01"]}, "end date"),
        ("?start_date=yesterday&instrument=CRISP", {"instrument": ["CRISP"]}, "start date"),
        ("?start_date=99999999-01-01", {}, "start date"),
        ("?x_pos=5&y%00=1", {}, "a parameter of the address"),
        ("?instrument=CR%00ISP&spectral_lines=%00", {}, "spectral lines, instrument"),
        ("?" + "&".join(f"spectral_lines=Fe+I+6173{' ' * n}x" for n in range(50)), {}, "spectral lines"),
        ("?" + "&".join(f"p{n}=1" for n in range(500)), {}, "a parameter of the address"),
    ],
)
def test_what_the_catalogue_cannot_ask_is_said_there(visitor, search, question, words):
    answer = visitor.get(f"/search{search}")
    assert answer.status_code == 302
    found = query_of(answer["Location"])
    del found["left_out"]
    assert found == question
    page = visitor.get(answer["Location"])
    assert page.status_code == 200
    assert f"cannot be asked here: <b>{words}</b>." in page.content.decode()


def test_the_sentence_is_gone_with_the_next_link(visitor):
    page = visitor.get("/?instrument=CRISP&time_from=2019&left_out=query").content.decode()
    assert "free query" in page
    assert 'href="?instrument=CRISP"' in page
    assert not [link for link in re.findall(r'href="(\?[^"]*)"', page) if "left_out" in link]


@pytest.mark.parametrize("value", ["<script>alert(1)</script>", "%00", "nonsense", ",,,", "query" * 300])
def test_the_sentence_repeats_nothing_of_the_address(visitor, value):
    page = visitor.get(f"/?left_out={value}")
    assert page.status_code == 200
    assert "sst_archive, the archive" not in page.content.decode()
    assert "<script>alert" not in page.content.decode()


def test_more_parameters_than_django_reads_are_refused(visitor):
    assert visitor.get("/search?" + "&".join(f"p{n}=1" for n in range(2000))).status_code == 400
