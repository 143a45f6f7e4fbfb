"""What an archive holds, as plain values to be compared with another's."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import environ
from django.apps import apps
from django.db import connections, models, transaction
from django.db.utils import load_backend
from django.test import override_settings

from datacubes.steps.base import IngestRequest
from ingestion.conductor import ingest

Rows = dict[str, list[dict[str, Any]]]

TIMES = ("missing_since", "withdrawn_at")
"""Fields that say when something happened to the archive."""

IDENTITIES = {"datacubes.DataCube": "oid", "datacubes.Observation": "point_id", "datacubes.Instrument": "name"}


@contextmanager
def connected(url: str) -> Iterator[None]:
    """Let this thread use another database in the block."""
    configured = connections.configure_settings({"default": environ.Env.db_url_config(url)})["default"]
    before = connections["default"]
    connections["default"] = load_backend(configured["ENGINE"]).DatabaseWrapper(configured, "default")
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = before


def contents(media: Path) -> dict[str, Any]:
    """What the archive holds that this thread is connected to.

    Under `rows`, each model of `datacubes` with its rows, without ids and the times of their making; under `missing`,
    the files that rows name and that are not there; under `surplus`, the files that are there and that no row names.
    """
    models_of_cubes = list(apps.get_app_config("datacubes").get_models())
    rows = {model: list(model._base_manager.all()) for model in models_of_cubes}
    named = {
        getattr(row, field.name).name
        for model in models_of_cubes
        for field in model._meta.concrete_fields
        if isinstance(field, models.FileField)
        for row in rows[model]
    }
    there = {str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()}
    described = {model._meta.label: [_described(row, media) for row in rows[model]] for model in models_of_cubes}
    return {"rows": described, "missing": sorted(named - there), "surplus": sorted(there - named)}


def ingested_plainly(requests: Iterable[dict[str, Any]], data: Path, media: Path) -> Rows:
    """Ingest cubes one after the other, without a queue, and return the rows; the database keeps none of them.

    Parameters
    ----------
    requests
        The fields of each `IngestRequest`.
    data, media
        The science data folder, and an empty folder for what is made.
    """
    with override_settings(SCIENCE_DATA_ROOT=data, MEDIA_ROOT=media), transaction.atomic():
        for fields in requests:
            ingest(IngestRequest(**fields))
        rows: Rows = contents(media)["rows"]
        transaction.set_rollback(True)
    return rows


def _described(row: models.Model, media: Path) -> dict[str, Any]:
    fields = row._meta.concrete_fields
    values = {field.name: _plain(getattr(row, field.name), media) for field in fields if _tells(field)}
    for field in row._meta.many_to_many:
        values[field.name] = sorted(str(_plain(other, media)) for other in getattr(row, field.name).all())
    return values


def _tells(field: models.Field) -> bool:
    """Whether a field says something of the cube, not of when and in which order its rows were made."""
    made_at = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    return not isinstance(field, models.AutoField) and not made_at and field.name not in TIMES


def _plain(value: Any, media: Path) -> Any:
    if isinstance(value, models.Model):
        return getattr(value, IDENTITIES.get(value._meta.label, ""), None) or f"{value._meta.label} {value}"
    if isinstance(value, models.fields.files.FieldFile):
        path = media / value.name
        return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else "missing"
    return value.isoformat() if isinstance(value, date) else value
