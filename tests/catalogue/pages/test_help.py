"""The page for astronomers is true: its programs run against an archive."""

import pytest
from solar_archive_client.fido import SolarArchiveClient
from sunpy.net import Fido

from tests.support.html import parse_html

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def address(live_server, settings, monkeypatch, tmp_path) -> str:
    settings.ARCHIVE_BASE_URL = live_server.url
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOLAR_ARCHIVE_URL", "")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for client in set(Fido.registry) - {SolarArchiveClient}:  # They ask servers that the test cannot reach.
        monkeypatch.delitem(Fido.registry, client)
    return live_server.url


def test_the_programs_of_the_page_find_open_and_download_a_cube(address, archive_cube, client, tmp_path, capsys):
    archive_cube({"FILTER1": "8542", "FEATURES": "Sunspot", "WAVEMIN": 854.0, "WAVEMAX": 854.4})
    page = parse_html(client.get("/help/").content.decode())
    programs = [block.text_as_written for block in page.all("pre") if "data-run" in block.attributes]
    assert len(programs) == 4
    names: dict[str, object] = {}
    for program in programs:
        exec(program, names)
    assert names["frame"].ndim == 2
    assert [path.is_file() for path in names["paths"]] == [True]
    assert len(names["found"]) == 1
    assert "2019-04-19" in capsys.readouterr().out
