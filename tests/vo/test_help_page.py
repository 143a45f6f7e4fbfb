"""What the page for astronomers says of TAP is true; an archive without TAP says nothing of it."""

import pytest
from django.db import connection

from tests.support.html import parse_html


@pytest.mark.django_db(transaction=True)
def test_the_program_of_the_page_runs(role, live_server, settings, archive_cube, client, capsys):
    settings.ARCHIVE_BASE_URL = live_server.url
    cube = archive_cube()
    page = parse_html(client.get("/help/").content.decode())
    [program] = [block.text_as_written for block in page.all("pre") if "pyvo" in block.text_as_written]
    names: dict[str, object] = {}
    exec(program, names)
    assert list(names["found"]["obs_id"]) == [cube.observation.point_id]
    for path in ("/tap/examples", "/tap/tables"):
        assert client.get(path).status_code == 200


@pytest.mark.django_db
def test_an_archive_on_sqlite_does_not_speak_of_tap(client):
    assert ("TOPCAT and pyvo" in client.get("/help/").content.decode()) is (connection.vendor == "postgresql")
