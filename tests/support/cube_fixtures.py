"""Fixtures of the tests that need cubes in the science data folder; a conftest imports those that it wants."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from devtools.sample_cubes import cube_filename, edit_keyword, write_cube

SAMPLE_SHAPE = (2, 4, 3, 8, 8)
SAMPLE_OID = "2019-04-19T17:34:55.50395_6173_0-4"

PlaceCube = Callable[..., str]


@pytest.fixture
def data_root(settings) -> Path:
    """Return the science data folder of the test."""
    return settings.SCIENCE_DATA_ROOT


@pytest.fixture(scope="session")
def sample_cube(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the bytes of a small cube with all extensions."""
    return write_cube(tmp_path_factory.mktemp("sample") / cube_filename(), shape=SAMPLE_SHAPE).read_bytes()


@pytest.fixture
def place_cube(data_root: Path, sample_cube: bytes) -> PlaceCube:
    """Put the sample cube, with changed keywords and valid checksums, into the science data folder.

    Returns a function that takes keywords with their values and a path, and returns the path.
    """

    def place(keywords: Mapping[str, object] | None = None, path: str = "2019-04-19/CRISP/cube.fits") -> str:
        (data_root / path).parent.mkdir(parents=True, exist_ok=True)
        (data_root / path).write_bytes(sample_cube)
        for keyword, value in (keywords or {}).items():
            edit_keyword(data_root / path, keyword, value)
        return path

    return place


@pytest.fixture
def nobody_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Treat a file that was modified a moment ago as one that nobody writes to any more."""
    monkeypatch.setattr("cubefile.cube.STILL_WRITTEN_SECONDS", 0)
