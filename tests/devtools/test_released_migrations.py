"""A migration that was released stays as it is."""

from pathlib import Path

import pytest

from devtools.released_migrations import PROJECT, RECORD, main, migrations, released


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one released migration."""
    folder = tmp_path / "stars" / "migrations"
    folder.mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "0001_initial.py").write_text("operations = []\n")
    (tmp_path / RECORD).touch()
    assert main(["--record"], tmp_path) == 0
    return tmp_path


def test_those_of_the_first_release_are_recorded_and_unchanged():
    first = {
        "datacubes/migrations/0001_initial.py",
        "datacubes/migrations/0002_instruments.py",
        "datacubes/migrations/0003_keywords_index.py",
        "svo/migrations/0001_initial.py",
        "workorders/migrations/0001_initial.py",
    }
    recorded = released(PROJECT)
    assert first <= recorded.keys()
    assert recorded.items() <= migrations(PROJECT).items()


def test_an_unchanged_migration_passes(project, capsys):
    capsys.readouterr()
    assert main([], project) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("arguments", [[], ["--record"]])
def test_a_changed_migration_fails_and_is_not_recorded(project, capsys, arguments):
    before = (project / RECORD).read_text()
    (project / "stars" / "migrations" / "0001_initial.py").write_text("operations = [1]\n")
    assert main(arguments, project) == 1
    assert "0001_initial.py was released and has changed. Restore it" in capsys.readouterr().err
    assert (project / RECORD).read_text() == before


def test_a_missing_migration_fails(project, capsys):
    (project / "stars" / "migrations" / "0001_initial.py").unlink()
    assert main([], project) == 1
    assert "0001_initial.py was released and is missing" in capsys.readouterr().err


def test_a_new_migration_passes_until_it_is_recorded(project, capsys):
    new = project / "stars" / "migrations" / "0002_names.py"
    new.write_text("operations = []\n")
    assert main([], project) == 0
    assert "0002_names.py: not released yet. When it is, record it: python -m" in capsys.readouterr().out
    new.write_text("operations = [1]\n")
    assert main(["--record"], project) == 0
    assert main([], project) == 0
    new.write_text("operations = [2]\n")
    assert main([], project) == 1


def test_without_the_record_the_check_fails(project):
    (project / RECORD).unlink()
    with pytest.raises(FileNotFoundError):
        main([], project)


def test_those_of_an_app_within_a_room_are_protected_too():
    assert {"common/mail/migrations/0001_initial.py", "predecessor/addresses/migrations/0001_initial.py"} <= set(
        migrations(PROJECT)
    )
