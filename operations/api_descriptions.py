"""Describes the fields and operations of all rooms in the OpenAPI description of the API.

A field with a help text in its serializer or model keeps it. Other fields are described here by name; a name with
several meanings has an entry for each schema.
"""

from typing import Any

FIELDS = {
    "oid": "Observation id: the identity of the cube here and in the SVO.",
    "instrument": "Name of the instrument, as INSTRUME has it.",
    "observation": "POINT_ID of the observation that the cube belongs to.",
    "date_beg": "Begin of the observation, UTC.",
    "date_end": "End of the observation, UTC.",
    "wavelength_min": "Shortest wavelength, nm; null if unknown.",
    "wavelength_max": "Longest wavelength, nm; null if unknown.",
    "spectral_line": "The line as the header names it, such as 6173; may be empty.",
    "polarimetry": "Whether the cube has four Stokes parameters.",
    "n_scans": "Number of scans.",
    "n_wavelengths": "Number of wavelengths.",
    "size_x": "Width of the field on the sky, arcsec; null if unknown.",
    "size_y": "Height of the field on the sky, arcsec; null if unknown.",
    "pointing_x": "Helioprojective longitude of the centre, arcsec; null if unknown.",
    "pointing_y": "Helioprojective latitude of the centre, arcsec; null if unknown.",
    "rotation": "Angle from solar north to the image's y axis, counterclockwise, degrees; null if unknown.",
    "mu": "Cosine of the heliocentric angle of the centre: 1 at disk centre, 0 at the limb; null off the disk.",
    "tags": "Solar features and events in the cube.",
    "filename": "Name of the file.",
    "access": "Who may download the file, and whether you may.",
    "images": "Image previews, the smallest first.",
    "companions": "Files with the same data in another form.",
    "movie": "Movie over the scans; null if there is none.",
    "plots": "Data of the plots.",
    "created_at": "When it came into the archive, UTC.",
    "updated_at": "When it last changed in the archive, UTC.",
    "release_comment": "Comment on the release; may be empty.",
    "url": "Address of the file.",
    "poster_url": "Address of the image that stands for the movie.",
    "point_id": "POINT_ID of the observation or, without one, DATE-BEG.",
    "description": "Description; may be empty.",
    "results": "This page of the list.",
    "WorkOrder.id": "Number of the order.",
    "WorkOrder.url": "Address to poll.",
    "WorkOrder.relative_path": "Path of the file below the science data folder.",
    "WorkOrder.status": "State of the order: completed, failed and cancelled are final until the path is posted again.",
    "WorkOrder.created_at": "When the path was first posted, UTC.",
    "WorkOrder.queued_at": "When the order was queued, or when its next attempt is due, UTC.",
    "WorkOrder.started_at": "When the run began, UTC; null if none has.",
    "WorkOrder.finished_at": "When the run ended, UTC; null if it has not.",
    "WorkOrder.attempts": "Number of runs since the order was posted.",
    "WorkOrder.checksum": "CHECKSUM of the HDU that holds the image; may be empty.",
    "WorkOrder.checksum_status": "Whether CHECKSUM agrees with the header: verified, absent or mismatch.",
    "WorkOrder.steps": "What each step of the run did.",
    "WorkOrder.warnings": "Sentences on what was accepted with a fault.",
    "WorkOrder.error": "Why the run failed, as a sentence; empty if it did not.",
    "Step.name": "Name of the step.",
    "Step.outcome": "Outcome of the step.",
    "Step.reason": "Reason for the outcome; may be empty.",
    "Step.seconds": "Time that the step took, s.",
    "BatchAnswer.results": "The answers, in the order of the posted cubes.",
    "Tag.kind": "Whether it is a feature or an event.",
    "Tag.name": "The word of the vocabulary.",
    "Instrument.name": "Name of the instrument, as INSTRUME has it.",
    "Observation.kind": "How the observation was composed; empty for a single cube.",
    "Selection.key": "Key of the selection, which is part of its permanent address.",
    "Selection.kept_at": "When it was kept, UTC.",
    "Event.occurred_at": "When it happened, UTC.",
    "VideoPreview.seconds": "Duration, s.",
}

SUMMARIES = {
    "root": "The addresses of the API",
    "data_cubes_list": "Find data cubes",
    "data_cubes_retrieve": "One data cube",
    "data_cubes_header_retrieve": "The FITS header of a data cube",
    "data_cubes_svo_retrieve": "A data cube in the SVO",
    "events_list": "What has happened, for mirrors",
    "ingest_batch_create": "Post many cubes",
    "ingest_create": "Post a cube",
    "instruments_list": "All instruments",
    "observations_list": "All observations",
    "selections_create": "Keep a selection of data cubes",
    "selections_retrieve": "A kept selection of data cubes",
    "spectral_lines_list": "All spectral lines",
    "tags_list": "All tags",
    "work_orders_list": "All work orders",
    "work_orders_retrieve": "One work order, to be polled",
    "data_retrieve": "The file of a data cube",
}


def describe(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Add what the serializers leave out; a hook of drf-spectacular."""
    for name, schema in result["components"]["schemas"].items():
        for field, properties in schema.get("properties", {}).items():
            text = FIELDS.get(f"{name}.{field}") or FIELDS.get(field)
            if text and not properties.get("description"):
                if "$ref" in properties:
                    properties["allOf"] = [{"$ref": properties.pop("$ref")}]
                properties["description"] = text
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["summary"] = SUMMARIES[operation["operationId"]]
    return result
