"""The command ``solar-archive``."""

import pytest
from solar_archive_client.cli import main

from tests.client.live_archive import cubes

__all__ = ["cubes"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def address(live_server, cubes, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("SOLAR_ARCHIVE_URL", live_server.url)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


def test_it_lists_cubes(capsys):
    assert main(["search", "--time", "2019", "2020", "--spectral-line", "Ca II 8542"]) == 0
    told = capsys.readouterr()
    assert "b/2" in told.out
    assert "1 cubes" in told.err


def test_it_downloads_and_names_what_it_could_not(capsys, tmp_path):
    assert main(["download", "--text", "closed_im", "--to", str(tmp_path)]) == 1
    assert "closed_im.fits: The file is public from 2999-12-31" in capsys.readouterr().err
    assert main(["download", "--tag", "Pore", "--to", str(tmp_path), "--verify"]) == 0
    assert (tmp_path / "nb_8542_im.fits").is_file()


def test_a_refusal_is_a_sentence(capsys):
    assert main(["search", "--keyword", "x"]) == 1
    assert capsys.readouterr().err.startswith("solar-archive: keyword: ")


def test_without_an_address_it_says_how_to_give_one(monkeypatch, capsys):
    monkeypatch.delenv("SOLAR_ARCHIVE_URL")
    with pytest.raises(SystemExit) as ended:
        main(["search"])
    assert ended.value.code == 2
    assert "SOLAR_ARCHIVE_URL" in capsys.readouterr().err
