"""What each step makes of the sample cube is tied to the step's version."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Model
from django.forms import model_to_dict
from PIL import Image

from datacubes.models import DataCube
from datacubes.steps.base import IngestRequest
from devtools.sample_cubes import cube_filename, write_cube
from ingestion.conductor import STEPS, ingest
from svo.models import Submission

MADE = {
    "data_cube": (2, "a77495711ee205b4"),
    "data_access": (1, "c4c131682bc6999a"),
    "fits_header": (1, "35cc859778326085"),
    "metadata": (3, "5baa72b3568c53d6"),
    "tags": (1, "ddc313ad582907e7"),
    "plot_data": (3, "2fd442f8ed649dc7"),
    "image_previews": (2, "57764fe9f69f10e1"),
    "video_previews": (1, "e790f153a4d28594"),
    "svo": (1, "4eff60581f0e0b25"),
}
"""Of each step: its version, and the digest of what that version makes of the sample cube."""


@pytest.fixture
def cube(db, settings) -> DataCube:
    """Ingest a sample cube that has something for each step."""
    settings.SVO_API_URL, settings.SVO_USERNAME, settings.SVO_API_KEY = "http://127.0.0.1:1/api", "user", "key"
    path = f"2019-04-19/CRISP/{cube_filename()}"
    write_cube(settings.SCIENCE_DATA_ROOT / path, shape=(3, 4, 9, 48, 64), keywords={"FEATURES": "Sunspot,Pore"})
    request = IngestRequest(path, owner_email_addresses=["a@b.example"], swedish_data=True)
    return DataCube.objects.get(oid=ingest(request).oid)


def columns(row: Model, *left_out: str) -> dict[str, Any]:
    """Return the columns of a row but for keys, times of writing and the names of files."""
    every = {field.name: field.value_from_object(row) for field in row._meta.concrete_fields}
    return {name: value for name, value in every.items() if name not in ("id", "cube", *left_out)}


def picture(file: Any) -> list[int]:
    """Return what a picture shows in 4 × 4 coarse greys, which hardly depend on who encoded it."""
    with Image.open(file) as image:
        return [round(grey / 16) for grey in image.convert("L").resize((4, 4), Image.Resampling.BOX).tobytes()]


def of_data_cube(cube: DataCube) -> Any:
    facts = columns(cube, "sources", "instrument", "observation", "modified_ns", "created_at", "updated_at")
    return facts, cube.instrument.name, columns(cube.observation, "is_listed")


def of_image_previews(cube: DataCube) -> Any:
    return [(columns(row, "file", "size"), picture(row.file)) for row in cube.image_previews.all()]


def of_video_previews(cube: DataCube) -> Any:
    movie = cube.video_preview
    return columns(movie, "file", "poster", "size"), movie.file.name.rpartition(".")[2], picture(movie.poster)


DESCRIBED: dict[str, Callable[[DataCube], Any]] = {
    "data_cube": of_data_cube,
    "data_access": lambda cube: (
        columns(cube.access),
        [grant.email for grant in cube.email_grants.all()],
        [grant.group.name for grant in cube.group_grants.all()],
    ),
    "fits_header": lambda cube: cube.fits_header.text,
    "metadata": lambda cube: columns(cube.metadata, "instrument"),
    "tags": lambda cube: [columns(tag) for tag in cube.tags.all()],
    "plot_data": lambda cube: columns(cube.plot_data),
    "image_previews": of_image_previews,
    "video_previews": of_video_previews,
    "svo": lambda cube: [
        model_to_dict(row, ["oid", "dataset", "action", "state"]) for row in Submission.objects.filter(oid=cube.oid)
    ],
}


def rounded(value: Any) -> Any:
    """Round numbers to what does not depend on the processor."""
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, dict):
        return {name: rounded(item) for name, item in value.items()}
    return [rounded(item) for item in value] if isinstance(value, list | tuple) else value


def digest(made: Any) -> str:
    return hashlib.sha256(json.dumps(rounded(made), sort_keys=True, default=str).encode()).hexdigest()[:16]


def test_the_output_of_a_step_changes_only_with_its_version(cube):
    made = {step.name: (step.version, digest(DESCRIBED[step.name](cube))) for step in STEPS}
    assert made == MADE, (
        "A step makes other rows of the same file. Raise its version, so that it runs again for every cube, "
        "and put its new line into MADE."
    )
