"""Vocabularies at an address are read every day, and new words reach the cubes that have them in their header."""

import ssl
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import trustme
from celery.schedules import crontab
from django.core.management import call_command
from django.utils import timezone

import celeryconfig
from datacubes import vocabulary_update
from datacubes.models import DataCube, Tag, Vocabulary
from datacubes.steps.base import IngestRequest
from datacubes.tasks import update_vocabularies
from datacubes.vocabulary import _words, vocabulary
from ingestion.conductor import ingest


class Page:
    """What the server at the address answers."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.content, self.status, self.headers = b"Sunspot\nGiraffe\n", 200, {}


@pytest.fixture(scope="module")
def certificates(tmp_path_factory) -> tuple[trustme.CA, str]:
    authority = trustme.CA()
    path = tmp_path_factory.mktemp("certificates") / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return authority, str(path)


@pytest.fixture
def page(certificates, monkeypatch, settings) -> Iterator[Page]:
    """Serve the features' vocabulary over HTTPS, and set its address."""
    authority, bundle = certificates

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(page.status)
            for name, value in page.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(page.content)

        def log_message(self, *arguments: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(context)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        page = Page(f"https://localhost:{server.server_port}/features.txt")
        settings.TAG_VOCABULARIES = settings.TAG_VOCABULARIES | {"feature": page.url}
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", bundle)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield page
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def nothing_read_yet() -> None:
    _words.clear()


def later() -> None:
    """As if a minute had passed in this process."""
    _words.clear()


def copy() -> Vocabulary:
    return Vocabulary.objects.get(kind=Tag.Kind.FEATURE)


def tags(oid: str) -> set[str]:
    return set(DataCube.objects.get(oid=oid).tags.values_list("name", flat=True))


def test_the_words_of_a_url_are_those_of_its_last_good_copy(db, page):
    assert "polar region" in vocabulary(Tag.Kind.FEATURE)  # Until it is read: the words that come with the archive.
    update_vocabularies()
    later()
    assert vocabulary(Tag.Kind.FEATURE) == {"sunspot": "Sunspot", "giraffe": "Giraffe"}
    assert (copy().source, copy().error) == (page.url, "")
    assert timezone.now() - copy().read_at < timedelta(minutes=1)
    page.content = b"Zebra\n"
    update_vocabularies()
    later()
    assert vocabulary(Tag.Kind.FEATURE) == {"zebra": "Zebra"}


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"status": 404}, "404 Client Error"),
        ({"status": 302, "headers": {"Location": "http://localhost/"}}, "No connection adapters were found"),
        ({"content": b"<html><body>Log in</body></html>"}, "not a plain text of one word a line"),
        ({"content": b"Sunspot\0\n"}, "not a plain text"),
        ({"content": b"\xff\xfe"}, "utf-8"),
        ({"content": b"# Nothing\n\n"}, "no words"),
        ({"content": b"x" * (vocabulary_update.MAX_BYTES + 1)}, "more than 1048576 bytes"),
    ],
)
def test_an_answer_that_is_not_a_vocabulary_keeps_the_last_good_copy_and_gives_the_reason(
    db, page, caplog, answer, why
):
    update_vocabularies()
    read_at = copy().read_at
    for name, value in answer.items():
        setattr(page, name, value)
    update_vocabularies()
    assert set(copy().words) == {"Sunspot", "Giraffe"}
    assert copy().read_at == read_at
    assert copy().error.startswith(f"{page.url} cannot be read: ")
    assert why in copy().error
    assert "The vocabulary of features keeps its last copy." in caplog.text
    page.content, page.status = b"Sunspot\n", 200
    update_vocabularies()
    assert (set(copy().words), copy().error) == ({"Sunspot"}, "")


def test_an_endless_answer_is_abandoned_in_time(db, page, monkeypatch):
    monkeypatch.setattr(vocabulary_update, "MAX_SECONDS", 0.0)
    update_vocabularies()
    assert "was not read within" in copy().error


def test_a_word_that_a_vocabulary_admits_reaches_the_cubes_that_have_it_without_their_files(
    archive_cube, page, data_root
):
    update_vocabularies()
    later()
    begins = {"one": "giraffe,Zebra", "two": "Sunspot", "three": "MISSING"}
    for name, features in begins.items():
        archive_cube({"FEATURES": features}, path=f"{name}.fits", oid=name)
        (data_root / f"{name}.fits").unlink()
    DataCube.objects.get(oid="two").tags.add(Tag.objects.create(kind=Tag.Kind.FEATURE, name="Of staff"))
    page.content = b"Zebra\nSunspot\n"
    call_command("update_vocabularies")
    assert tags("one") == {"Giraffe", "Zebra"}  # What a vocabulary no longer has stays until the next export.
    assert tags("two") == {"Sunspot", "Of staff"}
    assert tags("three") == set()


def test_a_cube_whose_ingestion_ended_after_the_update_has_its_tag_the_day_after(archive_cube, page):
    update_vocabularies()
    # This process still has the words of before.
    archive_cube({"FEATURES": "Giraffe"})
    DataCube.tags.through.objects.all().delete()
    update_vocabularies()
    assert DataCube.objects.get().tags.get().name == "Giraffe"


def test_long_known_words_are_not_searched_again(archive_cube, page, django_assert_max_num_queries):
    archive_cube({"FEATURES": "Giraffe"})
    update_vocabularies()
    DataCube.tags.through.objects.all().delete()
    for vocabulary_copy in Vocabulary.objects.all():
        vocabulary_copy.words = dict.fromkeys(vocabulary_copy.words, "2020-01-01")
        vocabulary_copy.save()
    with django_assert_max_num_queries(6):
        update_vocabularies()
    assert not DataCube.objects.get().tags.exists()


def test_a_file_is_read_again_too(archive_cube, settings, tmp_path, capsys):
    file = tmp_path / "features.txt"
    file.write_text("Sunspot\n")
    settings.TAG_VOCABULARIES = settings.TAG_VOCABULARIES | {"feature": str(file)}
    cube = archive_cube({"FEATURES": "Giraffe,Sunspot"})
    assert tags(cube.oid) == {"Sunspot"}
    file.write_text("Sunspot\nGiraffe\n")
    call_command("update_vocabularies")
    assert capsys.readouterr().out.startswith("Features: 2 words, 1 tags given to cubes.\n")
    assert tags(cube.oid) == {"Sunspot", "Giraffe"}
    file.unlink()
    call_command("update_vocabularies")
    assert "No such file" in capsys.readouterr().err


def test_cubes_of_many_batches_are_tagged(archive_cube, page, monkeypatch, place_cube):
    monkeypatch.setattr(vocabulary_update, "BATCH_SIZE", 2)
    for number in range(5):
        ingest(IngestRequest(place_cube({"FEATURES": "Giraffe"}, f"{number}.fits"), oid=str(number)))
    update_vocabularies()
    assert DataCube.objects.filter(tags__name="Giraffe").count() == 5


def test_beat_updates_them_before_the_synchronisation_with_the_svo(settings):
    entries = {entry["task"]: entry["schedule"] for entry in celeryconfig.beat_schedule.values()}
    before, after = entries[update_vocabularies.name], entries["svo.tasks.synchronise_with_svo"]
    assert isinstance(before, crontab)
    assert isinstance(after, crontab)
    assert (before.hour, before.minute) == ({(settings.SVO_SYNC_HOUR - 1) % 24}, {30})
    assert (after.hour, after.minute) == ({settings.SVO_SYNC_HOUR}, {0})
