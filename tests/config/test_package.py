"""The package as it is built and installed: a wheel in an environment of its own, away from the project's folder."""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.packaging

PROJECT = Path(__file__).resolve().parents[2]
PACKAGES = (
    *("accounts", "catalogue", "common", "config", "cubefile", "datacubes", "devtools", "ingestion", "keeper"),
    *("operations", "predecessor", "previews", "svo", "vo", "workorders"),
)

NEEDED_BY_THE_CLIENT = (
    *(
        "astropy",
        "astropy_iers_data",
        "certifi",
        "charset_normalizer",
        "erfa",
        "idna",
        "numpy",
        "numpy.libs",
        "packaging",
    ),
    *("requests", "tqdm", "urllib3", "yaml"),
)

LOOK_AROUND = """
from pathlib import Path
import celeryconfig, config.celery, datacubes
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import get_template
from django.test import Client
assert Path(datacubes.__file__).is_relative_to({environment!r}), datacubes.__file__
for vocabulary in settings.TAG_VOCABULARIES.values():
    assert Path(vocabulary).is_relative_to({environment!r})
    assert len(Path(vocabulary).read_text().splitlines()) > 5
for name in {static!r}:
    assert finders.find(name), name
for name in {templates!r}:
    get_template(name)
page = Client().get("/", headers={{"host": "localhost"}})
assert page.status_code == 200 and "No cube" in page.content.decode(), page
assert not (Path({environment!r}) / "var").exists()
print("all there")
"""


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(command, cwd=cwd, env=kept | environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{command}:\n{done.stdout}{done.stderr}"
    return done.stdout


def files_of_packages(root: Path) -> set[str]:
    """All that the packages consist of, relative to the project's folder."""
    return {
        str(path.relative_to(root))
        for package in PACKAGES
        for path in (root / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    } | {"celeryconfig.py"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy: building leaves folders behind."""
    copy = tmp_path_factory.mktemp("source")
    for package in PACKAGES:
        shutil.copytree(PROJECT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("celeryconfig.py", "pyproject.toml", "README.md"):
        shutil.copy(PROJECT / name, copy)
    wheels = tmp_path_factory.mktemp("wheels")
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", wheels]
    run(sys.executable, "-m", "pip", "wheel", *options, copy, cwd=copy)
    [built] = wheels.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with the wheel. It finds the libraries of this one, but not the project as it stands here."""
    folder = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder)
    [packages] = folder.glob("lib/python*/site-packages")
    # Of a folder that a .pth file names, the .pth files are not read: those of editable installations, for example.
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    options = ["--quiet", "--no-deps", "--no-index", "--disable-pip-version-check"]
    run(sys.executable, "-m", "pip", "--python", folder / "bin" / "python", "install", *options, wheel, cwd=folder)
    return folder


def test_the_wheel_has_every_file_of_the_packages_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as content:
        packed = {name for name in content.namelist() if ".dist-info/" not in name}
    assert packed == files_of_packages(PROJECT)


def test_the_client_is_installed_without_the_server(tmp_path_factory):
    """In an environment that has the libraries of the client, and neither Django nor the server."""
    copy, folder = tmp_path_factory.mktemp("client"), tmp_path_factory.mktemp("client-environment")
    shutil.copytree(
        PROJECT / "clients" / "python", copy, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.egg-info")
    )
    run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder)
    [packages] = folder.glob("lib/python*/site-packages")
    libraries = Path(sysconfig.get_path("purelib"))
    for name in NEEDED_BY_THE_CLIENT:
        (packages / name).symlink_to(libraries / name)
    options = ["--quiet", "--no-deps", "--no-index", "--disable-pip-version-check"]
    run(
        *(
            sys.executable,
            "-m",
            "pip",
            "wheel",
            *options,
            "--no-build-isolation",
            "--wheel-dir",
            folder / "wheels",
            copy,
        ),
        cwd=copy,
    )
    [wheel] = (folder / "wheels").glob("*.whl")
    run(sys.executable, "-m", "pip", "--python", folder / "bin" / "python", "install", *options, wheel, cwd=folder)
    assert "--token-file FILE" in run(folder / "bin" / "submit-cube", "--help", cwd=folder)
    assert "download" in run(folder / "bin" / "solar-archive", "--help", cwd=folder)


def test_the_archive_finds_its_templates_static_files_and_vocabularies(environment, tmp_path):
    python = environment / "bin" / "python"
    settings = {"DJANGO_SETTINGS_MODULE": "config.settings", "DEBUG": "true"}
    run(python, "-m", "django", "migrate", "--verbosity", "0", cwd=tmp_path, **settings)
    assert (tmp_path / "var" / "archive.sqlite3").exists()
    static, templates = (
        sorted(
            str(path.relative_to(folder))
            for package in PACKAGES
            for folder in [PROJECT / package / kind]
            for path in folder.rglob("*")
            if path.is_file()
        )
        for kind in ("static", "templates")
    )
    script = LOOK_AROUND.format(environment=str(environment), static=static, templates=templates)
    command = [python, "-m", "django", "shell", "--no-imports", "--command", script]
    assert run(*command, cwd=tmp_path, **settings) == "all there\n"
