"""``/download/<filename>`` of sst_archive leads to the file."""

from urllib.parse import quote

import pytest
from django.utils import timezone

from datacubes.models import Companion, DataCube, Instrument, Observation
from devtools.sample_cubes import cube_filename
from predecessor.addresses import files
from predecessor.addresses.numbers import remember_cubes
from tests.support.archived_cubes import RESTRICTED
from tests.support.path_tricks import lay_out, path_tricks

pytestmark = pytest.mark.django_db


def row(oid: str, filename: str = "cube.fits", **values: object) -> DataCube:
    """A cube without a file, for the choice among several."""
    observation, _ = Observation.objects.get_or_create(
        point_id="here", defaults={"date_beg": timezone.now(), "date_end": timezone.now()}
    )
    return DataCube.every.create(
        oid=oid, filename=filename, relative_path=f"{oid}/{filename}", size=1, observation=observation,
        instrument=Instrument.objects.get(name="CRISP"), **values,
    )  # fmt: skip


@pytest.mark.parametrize("prefix", ["", "/sst_archive"])
def test_it_leads_to_the_file_for_ever(visitor, archive_cube, prefix):
    name = cube_filename()
    cube = archive_cube(path=f"2019-04-19/CRISP/{name}")
    answer = visitor.get(f"{prefix}/download/{quote(name)}")
    assert answer.status_code == 301
    assert answer["Location"] == f"/data/{quote(cube.oid, safe=':,=@')}/{quote(name, safe=':,=@')}"
    file = visitor.get(answer["Location"])
    assert file.status_code == 200
    assert len(b"".join(file.streaming_content)) == cube.size


def test_a_file_that_is_not_public_is_refused_by_its_new_address(visitor, archive_cube):
    archive_cube(RESTRICTED, path="2019-04-19/CRISP/cube.fits")
    answer = visitor.get("/download/cube.fits", follow=True)
    assert [status for _, status in answer.redirect_chain] == [301]
    assert answer.status_code == 403
    assert "2999-12-31" in answer.content.decode()


def test_the_cube_that_had_the_name_in_sst_archive_comes_before_later_ones(visitor):
    for oid in ("a", "b", "c"):
        row(oid)
    remember_cubes([(1, "b", "cube.fits"), (2, "c", "another.fits")])
    assert visitor.get("/download/cube.fits")["Location"] == "/data/b/cube.fits"


def test_of_several_others_the_last_whose_file_is_there_is_taken(visitor):
    row("a")
    row("b")
    row("c", missing_since=timezone.now())
    assert visitor.get("/download/cube.fits")["Location"] == "/data/b/cube.fits"


def test_only_some_rows_of_a_name_are_looked_at(visitor, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(files, "MOST_OF_A_NAME", 3)
    for number in range(5):
        row(str(number), missing_since=timezone.now() if number > 1 else None)
    with django_assert_max_num_queries(5):
        assert visitor.get("/download/cube.fits")["Location"] == "/data/4/cube.fits"


def test_a_cube_that_has_another_file_by_now_is_shown_instead(visitor):
    row("a", "new.fits")
    remember_cubes([(1, "a", "old.fits")])
    answer = visitor.get("/download/old.fits")
    assert (answer.status_code, answer["Location"]) == (302, "/cubes/a/")


def test_a_companion_is_found_after_the_cubes(visitor):
    row("a", "cube_im.fits")
    Companion.objects.create(
        oid="a", kind="sp", relative_path="cube_sp.fits", filename="cube_sp.fits", size=1, modified_ns=1,
        header_digest="x", product="p",
    )  # fmt: skip
    assert visitor.get("/download/cube_sp.fits")["Location"] == "/data/a/cube_sp.fits"


def test_a_withdrawn_cube_is_found_last_and_says_that_it_is(visitor):
    row("a", withdrawn_at=timezone.now(), withdrawal_reason="The calibration is wrong.")
    answer = visitor.get("/download/cube.fits", follow=True)
    assert answer.redirect_chain == [("/data/a/cube.fits", 301)]
    assert answer.status_code == 410
    row("b")
    assert visitor.get("/download/cube.fits")["Location"] == "/data/b/cube.fits"


HOSTILE = [
    *(
        "absent.fits",
        "x" * 5000,
        "a\0b",
        "//evil.example/",
        "../../etc/passwd",
        "a/b.fits",
        "cube.fits/",
        "%",
        "%2e%2e",
    ),
    *(
        "\r\nSet-Cookie: a=b",
        "<script>alert(1)</script>",
        "' OR 1=1 --",
        "\u202e.fits",
        "http://evil.example/",
        "\\\\evil",
    ),
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_ends_in_404_with_a_sentence(visitor, name):
    row("a")
    answer = visitor.get(f"/download/{quote(name)}")
    assert answer.status_code == 404
    text = answer.content.decode()
    assert "The archive has no " in text
    assert "<script>alert" not in text


def test_no_path_trick_leads_anywhere(visitor, data_root):
    lay_out(data_root)
    for trick in path_tricks(data_root):
        assert visitor.get(f"/download/{quote(trick)}").status_code == 404, trick


def test_bytes_that_are_no_text_end_in_404(visitor):
    assert visitor.get("/download/%ff%fe.fits").status_code == 404


def test_names_with_a_meaning_in_urls_stay_names(visitor):
    row("a/../b", "c?d#e&f=//g.fits".replace("/", "_"))
    location = visitor.get(f"/download/{quote('c?d#e&f=__g.fits')}")["Location"]
    assert location == "/data/a%2F..%2Fb/c%3Fd%23e%26f=__g.fits"


def test_nothing_can_be_posted(visitor):
    assert visitor.post("/download/cube.fits").status_code == 405
    assert visitor.head("/download/absent.fits").status_code == 404
