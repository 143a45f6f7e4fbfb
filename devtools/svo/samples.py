"""Makes realistic records for the stand-in."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from devtools.svo.keywords import BOOLEAN, INTEGER, REAL, TEXT, TIME
from devtools.svo.uris import Uris

# Two cubes start together, as cubes of several lines do, so that the start gives pages no reliable order.
_START = datetime(2019, 4, 19, 7, 30, tzinfo=UTC)
_LINES = ("6173", "8542")


def record_body(dataset: str, types: Mapping[str, str], n: int, prefix: str) -> dict[str, Any]:
    """Return the `n`-th record of a dataset as a client posts it, with all keywords and a location.

    `types` gives the type of each field.
    """
    start = _START + timedelta(minutes=20 * (n // len(_LINES)))
    date_beg = f"{start:%Y-%m-%dT%H:%M:%S}.50395"
    oid = f"{date_beg}_{_LINES[n % len(_LINES)]}_0-{n % 7}"
    filename = f"nb_{oid}_im.fits"
    samples = {TEXT: f"value {n}", REAL: n + 0.25, INTEGER: n, BOOLEAN: True, TIME: date_beg}
    file_url = f"http://127.0.0.1/data/{start:%Y/%Y-%m-%d}/{dataset}/{filename}"
    return {name: samples.get(keyword_type) for name, keyword_type in types.items()} | {
        "oid": oid,
        "filename": filename,
        "fits_header": f"SIMPLE  =                    T\nFILENAME= '{filename}'\nEND",
        "tags": [{"name": "Sunspot"}],
        "data_location": {
            "dataset": Uris(prefix).dataset(dataset),
            "file_url": file_url,
            "file_size": 1_400_000_000 + n,
            "file_path": f"{start:%Y-%m-%d}/{dataset}/{filename}".replace(":", ""),
            "thumbnail_url": f"{file_url}.png",
            "offline": False,
        },
    }
