"""``submit-cube`` against an archive that runs."""

import os
import subprocess
import sys

import pytest
from django.contrib.auth.models import Permission
from solar_archive_client.submission.cli import main

from datacubes.models import DataCube
from workorders.models import WorkOrder


def test_cubes_are_posted(submit, place_cube, capsys):
    paths = [place_cube(path=name) for name in ("a.fits", "b.fits")]
    assert submit(*paths) == 0
    first, second = WorkOrder.objects.order_by("id")
    assert (first.relative_path, first.status, first.request) == ("a.fits", "queued", {})
    assert capsys.readouterr().out == f"a.fits: queued, order {first.pk}\nb.fits: queued, order {second.pk}\n"


def test_owners_and_force_are_part_of_the_order(submit, place_cube):
    assert submit(place_cube(), "--owner", "a@b.example; e@f.example", "--owner", "c@d.example", "--force") == 0
    assert WorkOrder.objects.get().request == {
        "owner_email_addresses": ["a@b.example", "e@f.example", "c@d.example"],
        "force": True,
    }


def test_waiting_ends_when_all_are_completed(submit, place_cube, worker, capsys):
    paths = [place_cube({"DATE-BEG": f"2019-04-19T17:34:5{i}"}, f"{i}.fits") for i in range(3)]
    assert submit(*paths, "--wait") == 0
    assert DataCube.objects.count() == 3
    lines = capsys.readouterr().out.splitlines()
    assert sorted(lines) == [
        f"{cube.relative_path}: completed, {cube.oid}" for cube in DataCube.objects.order_by("relative_path")
    ]


def test_a_failed_cube_is_printed_with_its_reason(submit, place_cube, data_root, worker, capsys):
    (data_root / "broken.fits").write_bytes(b"not FITS")
    assert submit("broken.fits", place_cube(), "--wait") == 1
    lines = dict(line.split(": ", 1) for line in capsys.readouterr().out.splitlines())
    assert lines["broken.fits"] == f"failed: {WorkOrder.objects.get(relative_path='broken.fits').run.error}"
    assert lines["2019-04-19/CRISP/cube.fits"].startswith("completed, ")


def test_more_orders_than_a_request_polls_are_waited_for(submit, data_root, worker, nobody_writes, capsys, monkeypatch):
    monkeypatch.setattr("solar_archive_client.submission.waiting.POLLED_AT_ONCE", 4)
    names = [f"{number}.fits" for number in range(20)]
    for name in names:
        (data_root / name).write_bytes(b"")
    assert submit(*names, "--wait") == 1
    lines = capsys.readouterr().out.splitlines()
    assert sorted(lines) == sorted(f"{name}: failed: The file is empty." for name in names)


def test_paths_of_local_files_are_made_relative_to_the_root(submit, place_cube, data_root, monkeypatch, capsys):
    path = place_cube()
    monkeypatch.chdir(data_root / "2019-04-19")
    assert submit(str(data_root / path), "CRISP/cube.fits", "--root", str(data_root)) == 0
    assert capsys.readouterr().out.startswith(f"{path}: queued")
    assert WorkOrder.objects.get().relative_path == path


def test_a_refused_cube_is_printed_and_the_others_are_posted(submit, place_cube, capsys):
    assert submit("missing.fits", "../etc/passwd", place_cube()) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("missing.fits: refused: relative_path: ")
    assert lines[1].startswith("../etc/passwd: refused: relative_path: ")
    assert WorkOrder.objects.get().relative_path == "2019-04-19/CRISP/cube.fits"


def test_a_callback_is_part_of_the_order(submit, place_cube):
    assert submit(place_cube(), "--callback-url", "https://pipeline.example.org/done") == 0
    request = WorkOrder.objects.get().request
    assert request["callback_url"] == "https://pipeline.example.org/done"
    assert request.keys() == {"callback_url", "callback_token"}


def test_an_owner_that_is_not_an_address_is_refused(submit, place_cube, capsys):
    assert submit(place_cube(), "--owner", "nobody") == 1
    assert "refused: owner_email_addresses 0: Enter a valid email address." in capsys.readouterr().out


def test_a_wrong_token_stops_it_and_is_not_shown(submit, token_file, place_cube, capsys):
    token_file.write_text("0123456789abcdef")
    assert submit(place_cube(path="a.fits"), place_cube(path="b.fits")) == 1
    printed = capsys.readouterr()
    assert "refuses the token (401)" in printed.err
    assert printed.out == "a.fits: not submitted\nb.fits: not submitted\n"
    assert "0123456789abcdef" not in printed.out + printed.err


def test_an_account_without_permission_stops_it(submit, pipeline, place_cube, capsys):
    pipeline.user_permissions.remove(Permission.objects.get(codename="add_workorder"))
    assert submit(place_cube()) == 1
    assert "needs the permissions workorders.add_workorder" in capsys.readouterr().err


def test_the_token_may_come_from_the_environment_of_the_installed_command(live_server, token_file, place_cube):
    command = [sys.executable, "-m", "solar_archive_client.submission.cli", place_cube(), "--server", live_server.url]
    environment = os.environ | {"SUBMIT_CUBE_TOKEN": token_file.read_text().strip()}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"2019-04-19/CRISP/cube.fits: queued, order {WorkOrder.objects.get().pk}\n"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--server", "archive.example.org"], "not an address such as https://"),
        (["--server", "http://me:secret@archive.example.org"], "must not hold a user"),
        (["--server", "http://archive.example.org:99999"], "not an address such as https://"),
        (["--root", "/nowhere"], "a.fits is not below --root /nowhere"),
    ],
)
def test_a_wrong_command_line_is_reported(arguments, complaint, token_file, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["a.fits", "--server", "http://localhost", "--token-file", str(token_file), *arguments])
    assert stopped.value.code == 2
    assert complaint in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "must hold only the token"),
        (b"Token 0123", "must hold only the token"),
        (b"01\n23\n", "must hold only the token"),
        ("tökén".encode(), "does not hold a token"),
    ],
)
def test_a_file_without_a_token_is_reported_without_showing_it(content, complaint, tmp_path, capsys):
    (tmp_path / "token").write_bytes(content)
    with pytest.raises(SystemExit):
        main(["a.fits", "--server", "http://localhost", "--token-file", str(tmp_path / "token")])
    printed = capsys.readouterr().err
    assert complaint in printed
    assert "0123" not in printed


def test_without_a_token_nothing_is_sent(capsys):
    with pytest.raises(SystemExit):
        main(["a.fits", "--server", "http://localhost"])
    assert "There is no token: give --token-file, or set SUBMIT_CUBE_TOKEN." in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["a.fits", "--server", "http://localhost", "--token-file", "/nowhere"])
    assert "The file /nowhere cannot be read: No such file or directory." in capsys.readouterr().err


def test_all_cubes_of_a_folder_are_posted(submit, place_cube, data_root, capsys):
    for name in ("day/b.fits", "day/deeper/a.FITS", "elsewhere/c.fits"):
        place_cube(path=name)
    (data_root / "day" / "notes.txt").touch()
    assert submit(str(data_root / "day"), "--root", str(data_root)) == 0
    posted = WorkOrder.objects.order_by("relative_path").values_list("relative_path", flat=True)
    assert list(posted) == ["day/b.fits", "day/deeper/a.FITS"]
    (data_root / "empty").mkdir()
    with pytest.raises(SystemExit):
        submit(str(data_root / "empty"), "--root", str(data_root))
    assert "There is no FITS file below" in capsys.readouterr().err


def test_all_fields_of_a_post_are_options(submit, place_cube, data_root):
    (data_root / "a.png").touch()
    (data_root / "a.mov").touch()
    options = ("--oid", "mine", "--image-preview", "a.png", "--video-preview", "a.mov", "--no-swedish-data")
    assert submit(place_cube(), *options) == 0
    expected = {"oid": "mine", "image_preview": "a.png", "video_preview": "a.mov", "swedish_data": False}
    assert WorkOrder.objects.get().request == expected


@pytest.mark.parametrize("option", ["--oid", "--image-preview", "--video-preview"])
def test_what_belongs_to_one_cube_is_refused_for_several(submit, place_cube, capsys, option):
    with pytest.raises(SystemExit):
        submit(place_cube(path="a.fits"), place_cube(path="b.fits"), option, "x")
    assert f"{option} goes with one cube; the paths have 2." in capsys.readouterr().err
