"""All rows of a cube change together or not at all."""

from collections.abc import Callable

import pytest
from django.db import transaction

from common.errors import PermanentError, TransientError
from datacubes.models import AccessRules, DataCube, EmailGrant, FITSHeader, Metadata, Observation
from datacubes.steps.base import IngestRequest, Material, NothingToDo, Outcome, Step
from devtools.sample_cubes import edit_keyword
from ingestion import conductor
from ingestion.conductor import ingest, read_cube, write_cube

pytestmark = pytest.mark.django_db

ALL = (DataCube, Observation, AccessRules, EmailGrant, FITSHeader, Metadata, DataCube.tags.through)


class Broken(Exception):
    """The step cannot write."""


def step_named(name: str) -> Step:
    return next(step for step in conductor.STEPS if step.name == name)


def rows() -> list:
    return [list(model.objects.order_by("pk").values()) for model in ALL]


@pytest.mark.parametrize("name", ["fits_header", "metadata", "tags"])
@pytest.mark.parametrize("error", [Broken, PermanentError, TransientError, OSError])
def test_a_failure_in_the_middle_leaves_nothing(place_cube, monkeypatch, name, error):
    def write(rows, values):
        raise error("in the middle")

    monkeypatch.setattr(step_named(name), "write", write)
    with pytest.raises(error, match="in the middle"):
        ingest(IngestRequest(place_cube(), owner_email_addresses=["a@su.se"]))
    assert rows() == [[]] * len(ALL)


@pytest.mark.parametrize("name", ["fits_header", "metadata", "tags"])
def test_a_failure_in_the_middle_leaves_a_cube_as_it_was(place_cube, data_root, monkeypatch, name):
    path = place_cube()
    ingest(IngestRequest(path, owner_email_addresses=["a@su.se"]))
    before = rows()
    edit_keyword(data_root / path, "FEATURES", "Filament")
    edit_keyword(data_root / path, "POINT_ID", "p_grouped")
    edit_keyword(data_root / path, "RELEASE", "2050-01-01")

    def write(rows, values):
        raise Broken

    monkeypatch.setattr(step_named(name), "write", write)
    with pytest.raises(Broken):
        ingest(IngestRequest(path, owner_email_addresses=[]))
    assert rows() == before


def test_reading_changes_nothing(place_cube):
    read_cube(IngestRequest(place_cube(), owner_email_addresses=["a@su.se"]))
    assert rows() == [[]] * len(ALL)


def test_writing_is_part_of_the_callers_transaction(place_cube):
    reading = read_cube(IngestRequest(place_cube()))
    with pytest.raises(Broken), transaction.atomic():  # noqa: PT012
        write_cube(reading)
        assert DataCube.objects.exists()
        raise Broken
    assert rows() == [[]] * len(ALL)


def test_a_cube_that_another_ingestion_added_meanwhile_is_a_transient_error(place_cube):
    path = place_cube()
    first, second = (read_cube(IngestRequest(path)) for _ in range(2))
    with transaction.atomic():
        write_cube(first)
    with pytest.raises(TransientError, match="Another ingestion"), transaction.atomic():
        write_cube(second)
    assert DataCube.objects.count() == 1


def test_a_cube_that_another_ingestion_changed_meanwhile_is_a_transient_error(place_cube, data_root):
    path = place_cube()
    ingest(IngestRequest(path))
    old = read_cube(IngestRequest(path))
    edit_keyword(data_root / path, "OBJECT", "AR 12739")
    ingest(IngestRequest(path))
    with pytest.raises(TransientError, match="Another ingestion"), transaction.atomic():
        write_cube(old)
    assert DataCube.objects.get().metadata.keywords["OBJECT"] == "AR 12739"


def test_a_cube_that_was_deleted_meanwhile_is_a_transient_error(place_cube):
    path = place_cube()
    ingest(IngestRequest(path))
    reading = read_cube(IngestRequest(path))
    DataCube.objects.all().delete()
    with pytest.raises(TransientError, match="Another ingestion"), transaction.atomic():
        write_cube(reading)
    assert not DataCube.objects.exists()


def outcome_of(result, name: str) -> tuple[str, str]:
    return next((str(step.outcome), step.reason) for step in result.steps if step.name == name)


class ExtraStep(Step[object]):
    name = "extra"

    def __init__(self, read: Callable[[Material], object], *, optional: bool) -> None:
        self._read, self.optional = read, optional

    def fingerprint(self, material):
        return "same"

    def read(self, material):
        return self._read(material)

    def write(self, rows, values):
        return Outcome.UPDATED, ""


def with_step(monkeypatch, read, *, optional: bool) -> None:
    monkeypatch.setattr(conductor, "STEPS", (*conductor.STEPS, ExtraStep(read, optional=optional)))


def refuse(material):
    raise PermanentError("The table is odd.")


def test_an_optional_step_with_a_bad_source_fails_alone_with_a_warning_and_runs_the_next_time(place_cube, monkeypatch):
    path = place_cube()
    with_step(monkeypatch, refuse, optional=True)
    for _ in range(2):
        result = ingest(IngestRequest(path))
        assert outcome_of(result, "extra") == ("failed", "The table is odd.")
        assert result.warnings == ["extra: The table is odd."]
    assert Metadata.objects.exists()
    assert outcome_of(result, "metadata")[0] == "skipped"


def test_a_step_that_is_not_optional_fails_the_ingestion(place_cube, monkeypatch):
    with_step(monkeypatch, refuse, optional=False)
    with pytest.raises(PermanentError, match="odd"):
        ingest(IngestRequest(place_cube()))
    assert rows() == [[]] * len(ALL)


def test_a_step_with_nothing_to_do_is_skipped_with_the_reason(place_cube, monkeypatch):
    def nothing(material):
        raise NothingToDo("There is no such table.")

    with_step(monkeypatch, nothing, optional=True)
    result = ingest(IngestRequest(place_cube()))
    assert outcome_of(result, "extra") == ("skipped", "There is no such table.")
    assert result.warnings == []


def test_a_step_whose_source_has_not_changed_is_not_read(place_cube, monkeypatch):
    reads = []
    with_step(monkeypatch, reads.append, optional=True)
    path = place_cube()
    assert outcome_of(ingest(IngestRequest(path)), "extra")[0] == "created"
    assert outcome_of(ingest(IngestRequest(path)), "extra")[0] == "skipped"
    assert outcome_of(ingest(IngestRequest(path, force=True)), "extra")[0] == "updated"
    assert len(reads) == 2
