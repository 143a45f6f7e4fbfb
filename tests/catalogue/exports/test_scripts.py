"""The script and the list of URLs, carried out by a real shell and curl against a real server."""

import os
import stat
import subprocess
from pathlib import Path

import pytest
import requests
from django.contrib.auth.models import Permission

from accounts.tokens import make_token
from datacubes.models import DataCube

SECONDS = 60


@pytest.fixture
def folder(tmp_path) -> Path:
    folder = tmp_path / "downloads"
    folder.mkdir()
    return folder


@pytest.fixture
def script(archive, live_server, folder, settings) -> Path:
    settings.ARCHIVE_CONTACT_EMAIL = "contact@archive.example"
    answer = requests.get(f"{live_server.url}/api/v1/data-cubes/", params={"format": "sh"}, timeout=SECONDS)
    answer.raise_for_status()
    path = folder / "download.sh"
    path.write_bytes(answer.content)
    return path


def run(script: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", script.name],
        cwd=script.parent, env={"PATH": os.environ["PATH"], **environment}, capture_output=True, text=True,
        timeout=SECONDS,
    )  # fmt: skip


def files_in(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_size for path in folder.iterdir() if path.name != "download.sh"}


@pytest.mark.django_db(transaction=True)
def test_it_downloads_what_is_public_and_names_the_rest(script, folder):
    ended = run(script)
    assert ended.returncode == 1
    sizes = dict(DataCube.objects.values_list("oid", "size"))
    assert files_in(folder) == {"a_im.fits": sizes["a"], "it_s___touch_x__im.fits": sizes['=c,"é"']}
    assert "b_im.fits: This file becomes public on 2999-12-31. Set SOLAR_ARCHIVE_TOKEN" in ended.stderr
    assert "contact@archive.example" in ended.stderr
    assert "d_im.fits: The file is missing" in ended.stderr
    assert "2 files are whole, 2 are not." in ended.stdout


@pytest.mark.django_db(transaction=True)
def test_it_goes_on_where_it_was_stopped_and_leaves_whole_files_alone(script, folder):
    run(script)
    whole = (folder / "a_im.fits").read_bytes()
    (folder / "a_im.fits").unlink()
    (folder / "a_im.fits.part").write_bytes(b"\1" * 1000)  # Not the file's, so that it shows if they are kept.
    other = folder / "it_s___touch_x__im.fits"
    before = other.stat()
    run(script)
    assert (folder / "a_im.fits").read_bytes() == b"\1" * 1000 + whole[1000:]
    assert other.stat().st_mtime_ns == before.st_mtime_ns


@pytest.mark.django_db(transaction=True)
def test_a_file_of_another_size_is_not_taken_for_whole(script, folder):
    text = script.read_text()
    size = DataCube.objects.get(oid="a").size
    script.write_text(text.replace(f" {size} ", f" {size + 7} "))
    ended = run(script)
    assert "it was exported again. Make a new script." in ended.stderr
    assert "a_im.fits" not in files_in(folder)


@pytest.mark.django_db(transaction=True)
def test_a_token_opens_restricted_files_and_is_on_no_command_line(script, folder, person, tmp_path):
    person.user_permissions.add(Permission.objects.get(codename="download_restricted"))
    token = make_token(person, "test")
    spy = tmp_path / "bin" / "curl"
    spy.parent.mkdir()
    spy.write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/arguments\nexec /usr/bin/curl "$@"\n')
    spy.chmod(spy.stat().st_mode | stat.S_IXUSR)
    ended = run(script, SOLAR_ARCHIVE_TOKEN=token, PATH=f"{spy.parent}:{os.environ['PATH']}")
    assert "b_im.fits" in files_in(folder), ended.stderr
    assert "b_im.fits" in (tmp_path / "arguments").read_text()
    assert token not in (tmp_path / "arguments").read_text()


@pytest.mark.django_db(transaction=True)
def test_a_token_that_is_none_is_refused(script):
    assert run(script, SOLAR_ARCHIVE_TOKEN='a" --output x').returncode == 2


@pytest.mark.django_db(transaction=True)
def test_no_name_reaches_the_shell(script, folder):
    """The name of one file has a command in it."""
    run(script)
    assert not (folder / "x").exists()
    assert "$(" not in script.read_text().split("finish()")[1].replace("'", "")


def test_two_files_of_one_name_get_names_of_their_own(export, archive_cube):
    archive_cube({"DATE-BEG": "2023-01-01T08:00:00"}, path="2023/a_im.fits", oid="e")
    text = export("sh").decode()
    assert "\ndownload a_im.fits " in text
    assert "\ndownload 2_a_im.fits " in text


def test_the_list_of_urls_has_public_files_and_says_what_to_do_about_the_others(export):
    lines = export("urls").decode().splitlines()
    assert [line.startswith("http://testserver/data/") for line in lines] == [True, False, True, False]
    assert lines[1].startswith("# b_im.fits: This file becomes public on 2999-12-31.")
