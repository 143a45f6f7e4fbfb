"""Makes the SVO record of a cube from the archive's rows."""

import hashlib
import json
import os
import stat
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import QuerySet

from common.errors import TransientError
from common.paths import check_storage
from datacubes.closed_previews import hide_from_public
from datacubes.links import download_url
from datacubes.models import DataCube, Tag
from datacubes.vocabulary import vocabulary
from svo.configuration import KnownDataset
from svo.resources import Record
from svo.values import LeftOut, file_path, keyword_fields, same_value, tag_fault

LOSSES = OFFLINE, HOST, TAGS = "go offline, as their files are missing", "have links to another host", "lose tags"
"""What a record may lose by an update. Many such updates at once are held back."""


@dataclass(frozen=True)
class RecordContent:
    """The content that the SVO receives for a cube.

    Attributes
    ----------
    fields
        The keywords, the header and the tags.
    location
        The data location, with the preferred file path.
    other_file_path
        The file path to use if another file has the preferred one.
    left_out
        Keywords and tags that the SVO cannot accept.
    is_file_missing
        Whether the file is missing at its ingested path, which makes the record offline. A cube that is not public yet
        is offline too.
    """

    oid: str
    fields: dict[str, Any]
    location: dict[str, Any]
    other_file_path: str
    left_out: list[LeftOut]
    is_file_missing: bool

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the whole content."""
        return hashlib.sha256(json.dumps([self.fields, self.location], sort_keys=True).encode()).hexdigest()

    def fields_for(self, record: Record) -> dict[str, Any]:
        """Return the fields to send for an existing record, including the tags that its curators gave it."""
        ours = {tag["name"] for tag in self.fields["tags"]}
        return self.fields | {"tags": [{"name": name} for name in sorted(ours | _of_curators(record))]}


def cubes_with_content() -> QuerySet[DataCube]:
    """Return the cubes with all rows that `record_content` needs."""
    cubes = DataCube.objects.select_related("access", "metadata", "fits_header", "instrument__in_svo")
    return cubes.prefetch_related("tags", "image_previews")


def record_content(cube: DataCube, known: KnownDataset) -> RecordContent:
    """Return the record of a cube, without keywords and tags that the SVO cannot accept.

    Raises
    ------
    TransientError
        If the storage fails to answer whether the cube's file exists.
    """
    hide_from_public(cube)
    values, left_out = keyword_fields(cube.metadata.keywords, known.keywords)
    # Without END: the SVO strips its blanks, and astropy reads an END shorter than 80 characters as a keyword.
    header = cube.fits_header.before_end().rstrip()
    names = sorted({tag.name.strip() for tag in cube.tags.all()})
    left_out += [LeftOut(f"the tag “{name}”", tag_fault(name)) for name in names if tag_fault(name)]
    tags = [{"name": name} for name in names if not tag_fault(name)]
    fields = {**values, "fits_header": header, "tags": tags}
    day, instrument = cube.metadata.date_beg.date(), cube.instrument.name
    thumbnail = next((preview for preview in cube.image_previews.all() if preview.size_name == "thumbnail"), None)
    has_file = _has_file(cube)
    location = {
        "dataset": known.dataset.uri,
        "file_url": download_url(cube),
        "file_size": cube.size,
        "file_path": file_path(day, instrument, cube.filename),
        "thumbnail_url": f"{settings.ARCHIVE_BASE_URL}{thumbnail.file.url}" if thumbnail else "",
        "offline": not has_file or not _is_public(cube),
    }
    return RecordContent(
        oid=cube.oid,
        fields=fields,
        location=location,
        other_file_path=file_path(day, instrument, _distinct_name(cube.filename, cube.oid)),
        left_out=left_out,
        is_file_missing=not has_file,
    )


def differs(content: RecordContent, record: Record, known: KnownDataset) -> bool:
    """Return whether a record in the SVO differs from the content that would be sent."""
    location = record.location
    if location is None or location.file_path not in (content.location["file_path"], content.other_file_path):
        return True
    for name in ("file_url", "file_size", "thumbnail_url", "offline"):
        sent, received = content.location[name], getattr(location, name)
        if str(sent) != str("" if received is None else received):
            return True
    received = record.fields
    # Nearly all values of nearly all records are equal as they are.
    unlike = [name for name, value in content.fields.items() if value != received.get(name)]
    if unlike:
        types = {keyword.name: keyword.type for keyword in known.keywords} | {"fits_header": "text"}
        for name in unlike:
            if name in types and not same_value(types[name], content.fields[name], received.get(name)):
                return True
    return record.tags != {tag["name"] for tag in content.fields_for(record)["tags"]}


def losses(content: RecordContent, record: Record) -> list[str]:
    """Return what a record would lose by this content. Going offline because it is not public yet is not a loss."""
    location, found = record.location, []
    if location is not None and content.is_file_missing and not location.offline:
        found.append(OFFLINE)
    if location is not None and urlsplit(location.file_url).netloc != urlsplit(content.location["file_url"]).netloc:
        found.append(HOST)
    if record.tags - {tag["name"] for tag in content.fields_for(record)["tags"]}:
        found.append(TAGS)
    return found


def own_url_prefix(oid: str) -> str:
    """Return the start of the URLs of a cube's file, without the file's name."""
    return download_url(DataCube(oid=oid, filename=""))


def _of_curators(record: Record) -> set[str]:
    """Return the tags of a record that are in none of the archive's vocabularies."""
    return {name for name in record.tags if not any(name.casefold() in vocabulary(kind) for kind in Tag.Kind)}


def _is_public(cube: DataCube) -> bool:
    access = getattr(cube, "access", None)
    return access is not None and access.is_public


def _has_file(cube: DataCube) -> bool:
    """Return whether the file exists. A failing storage raises, as otherwise the whole archive would go offline."""
    root = settings.SCIENCE_DATA_ROOT
    try:
        return stat.S_ISREG(os.stat(os.path.join(root, cube.relative_path)).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        check_storage(Path(root))
        return False
    except OSError as error:
        raise TransientError(f"“{cube.relative_path}” cannot be looked up: {error.strerror}.") from error


def _distinct_name(filename: str, oid: str) -> str:
    path = PurePosixPath(filename)
    return f"{path.stem}-{hashlib.sha256(oid.encode()).hexdigest()[:8]}{path.suffix}"
