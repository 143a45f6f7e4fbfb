"""What is sent to the SVO."""

from typing import Any

from svo.resources import Dataset


def location_body(dataset: Dataset, name: str = "cube.fits", **changes: Any) -> dict[str, Any]:
    """Return a new data location."""
    return {
        "dataset": dataset.uri,
        "file_url": f"https://archive.example.org/data/{name}",
        "file_size": 1_400_000_000,
        "file_path": f"2019-04-19/CRISP/{name}",
        "thumbnail_url": f"https://archive.example.org/media/{name}.png",
        "offline": False,
    } | changes


def record_body(dataset: Dataset, name: str = "cube.fits", **changes: Any) -> dict[str, Any]:
    """Return the fields of a record, with a new location."""
    return {
        "date_beg": "2019-04-19T17:34:55.503950",
        "filter1": "6173",
        "naxis1": 1173,
        "wavemin": 617.155,
        "fits_header": "SIMPLE  =                    T",
        "tags": [{"name": "Sunspot"}],
        "data_location": location_body(dataset, name),
    } | changes
