"""What an archive holds, as plain values to be compared with another's; runs within the archive's own settings."""

import hashlib
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models

from common.errors import PermanentError
from datacubes.steps.base import IngestRequest
from ingestion.conductor import ingest

TIMES = ("missing_since", "withdrawn_at")
"""Fields that say when something happened to the archive."""

IDENTITIES = {"datacubes.DataCube": "oid", "datacubes.Observation": "point_id", "datacubes.Instrument": "name"}


def print_contents() -> None:
    """Print what the archive holds.

    It is a JSON object: under `rows`, each model of `datacubes` with its rows, without ids and the times of their
    making; under `missing`, the files that rows name and that are not there; under `surplus`, the files that are there
    and that no row names.
    """
    models_of_cubes = list(apps.get_app_config("datacubes").get_models())
    rows = {model._meta.label: [_described(row) for row in model._base_manager.all()] for model in models_of_cubes}
    named = {
        getattr(row, field.name).name
        for model in models_of_cubes
        for field in model._meta.concrete_fields
        if isinstance(field, models.FileField)
        for row in model._base_manager.all()
    }
    root = Path(settings.MEDIA_ROOT)
    there = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    json.dump({"rows": rows, "missing": sorted(named - there), "surplus": sorted(there - named)}, sys.stdout)


def ingest_plainly(requests: Path) -> None:
    """Ingest cubes one after the other, without a queue; `requests` holds a JSON list of the fields of each."""
    for fields in json.loads(requests.read_text()):
        try:
            ingest(IngestRequest(**fields))
        except PermanentError as error:
            raise SystemExit(f"{fields['relative_path']} cannot be ingested plainly: {error}") from error


def _described(row: models.Model) -> dict[str, Any]:
    values = {field.name: _plain(getattr(row, field.name)) for field in row._meta.concrete_fields if _tells(field)}
    for field in row._meta.many_to_many:
        values[field.name] = sorted(str(_plain(other)) for other in getattr(row, field.name).all())
    return values


def _tells(field: models.Field) -> bool:
    """Whether a field says something of the cube, not of when and in which order its rows were made."""
    made_at = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    return not isinstance(field, models.AutoField) and not made_at and field.name not in TIMES


def _plain(value: Any) -> Any:
    if isinstance(value, models.Model):
        return getattr(value, IDENTITIES.get(value._meta.label, ""), None) or f"{value._meta.label} {value}"
    if isinstance(value, models.fields.files.FieldFile):
        path = Path(settings.MEDIA_ROOT) / value.name
        return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else "missing"
    return value.isoformat() if isinstance(value, date) else value
