"""Ingests one hostile file after the other in a process with a worker's limits, and writes down how each ended.

It runs within the settings of an archive that nobody else uses, through ``manage.py shell``.
"""

import faulthandler
import json
import os
import time
import traceback
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.db.models import Q

from common.errors import PermanentError, TransientError
from config.celery import limit_memory
from cubefile import cube
from datacubes.models import DataCube, Observation, Tag
from datacubes.steps.base import IngestRequest, Outcome
from devtools.memory import peak_memory
from ingestion.conductor import ingest
from tests.support.mutated_cubes import damaged, mutated
from workorders.worker import OutOfTime, time_limit

EMPTIED_AFTER_FILES = 25
SHARE_WITH_A_PICTURE = 0.02
PATHS = ("a.fits", "a.fits", "b.fits")
LONGEST_REASON = 1000


def ingest_hostile_files(originals: Path, seeds: Iterable[int], results: Path) -> None:
    """Ingest the file of each seed; write the seed before it, and a JSON object into the same line after it.

    So a line without one tells which file has ended the process.

    Parameters
    ----------
    originals
        A folder with the files that are changed: cubes, and pictures and movies as a pipeline puts beside them.
    results
        The file for the lines.
    """
    faulthandler.enable()
    limit_memory()
    cube.STILL_WRITTEN_SECONDS = 0  # Nobody writes to these files any more.
    cubes = [path.read_bytes() for path in sorted(originals.glob("*.fits"))]
    beside = {path.suffix: path.read_bytes() for path in sorted(originals.iterdir()) if path.suffix != ".fits"}
    contents = Contents()
    lines = results.open("w")
    for number, seed in enumerate(seeds):
        if number % EMPTIED_AFTER_FILES == 0:
            for model in (DataCube, Observation, Tag):
                model._base_manager.all().delete()
            contents = Contents()
        print(seed, end=" ", file=lines, flush=True)
        random = Random(seed)
        content = mutated(random.choice(cubes), random)
        pictures = {
            suffix: damaged(picture, random)
            for suffix, picture in beside.items()
            if random.random() < SHARE_WITH_A_PICTURE
        }
        path = _place(random.choice(PATHS), content, pictures)
        started = time.perf_counter()
        outcome, faults = _ingest(path)
        seconds = round(time.perf_counter() - started, 3)
        before, contents = contents, Contents()
        if outcome != "completed" and contents.rows != before.rows:
            faults.append("Rows have changed although the file was refused.")
        faults += contents.faults
        peak_mb = peak_memory(os.getpid()) // 1_000_000
        result = {"outcome": outcome, "seconds": seconds, "peak_mb": peak_mb, "faults": faults}
        print(json.dumps(result), file=lines, flush=True)


def _place(relative_path: str, content: bytes, pictures: dict[str, bytes]) -> str:
    root = Path(settings.SCIENCE_DATA_ROOT)
    for old in root.iterdir():
        old.unlink()
    (root / relative_path).write_bytes(content)
    for suffix, picture in pictures.items():
        (root / relative_path).with_suffix(suffix).write_bytes(picture)
    return relative_path


def _ingest(path: str) -> tuple[str, list[str]]:
    """Return how an ingestion ended and what was wrong with that."""
    try:
        with time_limit(settings.ORDER_TIME_LIMIT_SECONDS):
            result = ingest(IngestRequest(path))
    except PermanentError as error:
        return "refused", _faults_of_reason(str(error))
    except TransientError as error:
        return "put off", [f"It would be tried again although it does not get better: {error}"]
    except OutOfTime:
        return "stopped", [f"It takes more than {settings.ORDER_TIME_LIMIT_SECONDS} s: {traceback.format_exc()}"]
    except Exception:  # noqa: BLE001  It is looked for: the test fails with its traceback.
        return "broken", [f"An error that was not foreseen, or too much memory: {traceback.format_exc()}"]
    reasons = [step.reason for step in result.steps if step.reason or step.outcome is Outcome.FAILED] + result.warnings
    return "completed", [fault for reason in reasons for fault in _faults_of_reason(reason)]


def _faults_of_reason(reason: str) -> list[str]:
    if len(reason) > 10 and len(reason) < LONGEST_REASON and reason.isprintable():
        return []
    return [f"This is no reason that a person can read: {reason[:LONGEST_REASON]!r}."]


class Contents:
    """What the archive holds now.

    Attributes
    ----------
    rows
        A text that is another after any change of a row.
    faults
        Sentences on cubes that lack what each cube has, and on files without a row or the reverse.
    """

    def __init__(self) -> None:
        self.rows = _state_of_rows()
        root = Path(settings.MEDIA_ROOT)
        there = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
        named = {name for (name,) in _select(" UNION ALL ".join(FILES))}
        self.faults = [f"The file {name} has no row." for name in sorted(there - named)]
        self.faults += [f"The file {name} is missing." for name in sorted(named - there)]
        if DataCube.every.filter(Q(access=None) | Q(metadata=None) | Q(fits_header=None)).exists():
            self.faults.append("A cube has no access rules, no metadata or no header.")


MODELS = list(apps.get_app_config("datacubes").get_models())
FILES = [
    f"SELECT {field.column} FROM {model._meta.db_table}"
    for model in MODELS
    for field in model._meta.concrete_fields
    if isinstance(field, models.FileField)
]


def _state_of_rows() -> str:
    """Tell states of all rows apart, in PostgreSQL by the place and the transaction of each row's present version."""
    versioned = connection.vendor == "postgresql"
    tables = [model._meta.db_table for model in MODELS]
    if versioned:
        statements = [" UNION ALL ".join(f"SELECT '{table}', ctid::text, xmin::text FROM {table}" for table in tables)]
    else:
        statements = [f"SELECT * FROM {table}" for table in tables]
    digest = sha256()
    for statement in statements:
        for row in sorted(_select(statement), key=repr):
            digest.update(repr(row).encode(errors="backslashreplace"))
    return digest.hexdigest()


def _select(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()
