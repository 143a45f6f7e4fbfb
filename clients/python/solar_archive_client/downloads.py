"""Downloads files, several at once; a file that was cut short goes on where it stopped."""

import base64
import hashlib
import re
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from astropy.io import fits
from tqdm import tqdm

from solar_archive_client.errors import ArchiveError, NotAllowed, NotFound
from solar_archive_client.http import BLOCK_SIZE, Connection

KINDS = ("file", "companions", "pictures", "movies")
TRIES = 3

_SHA256 = re.compile(r"(?:^|[,\s])sha-256=:([A-Za-z0-9+/]{43}=):")
_UNSAFE = re.compile(r"[^A-Za-z0-9._=+,:-]")


@dataclass(frozen=True)
class File:
    """A file to download: its address, its name and its size in bytes; why there is none, if it cannot be had."""

    url: str
    name: str
    size: int
    refusal: str = ""


def files_of(cube: dict[str, Any], what: Sequence[str]) -> list[File]:
    """Return files of a cube, as ``GET /api/v1/data-cubes/<oid>/`` describes it.

    Raises
    ------
    ValueError
        If `what` names a kind that there is not.
    """
    if unknown := set(what) - set(KINDS):
        raise ValueError(f"what is any of {', '.join(KINDS)}; {', '.join(sorted(unknown))} is not.")
    access = cube["access"]
    refusal = ""
    if access["grounds"] == "restricted":
        until = f"is public from {access['release_date']}" if access["release_date"] else "has no release date"
        refusal = f"The file {until}. Give the token of an account that has been given access."
    files: list[File] = []
    if "file" in what:
        files.append(_file(cube, refusal))
    if "companions" in what:
        files += [_file(companion, refusal) for companion in cube["companions"]]
    stem = str(cube["filename"]).split(".fits")[0]
    if "pictures" in what and cube["images"]:
        image = max(cube["images"], key=lambda image: int(image["width"]))
        files.append(File(image["url"], _safe(f"{stem}{_suffix(image['url'], '.jpg')}"), int(image["size"])))
    if "movies" in what and cube["movie"]:
        movie = cube["movie"]
        files.append(File(movie["url"], _safe(f"{stem}{_suffix(movie['url'], '.webm')}"), int(movie["size"])))
    return files


def download_all(
    connection: Connection,
    files: Iterable[File],
    folder: Path,
    *,
    at_once: int = 4,
    verify: bool = False,
    progress: bool | None = None,
) -> list[Path]:
    """Download files and return their paths.

    Raises
    ------
    ArchiveError
        After all others, with a line for each file that could not be downloaded.
    """
    folder.mkdir(parents=True, exist_ok=True)
    targets = _with_targets(files, folder)
    hidden = not sys.stderr.isatty() if progress is None else not progress
    total = sum(file.size for file, _ in targets)
    with (
        tqdm(total=total, unit="B", unit_scale=True, disable=hidden) as bar,
        ThreadPoolExecutor(max(1, at_once)) as pool,
    ):
        outcomes = list(pool.map(lambda one: _outcome(connection, one[0], one[1], verify, bar), targets))
    if wrong := [words for words in outcomes if words]:
        raise ArchiveError("\n".join(wrong))
    return [path for _, path in targets]


def _outcome(connection: Connection, file: File, path: Path, verify: bool, bar: "tqdm[Any]") -> str:
    """Download a file, and return what is wrong; empty if nothing is."""
    try:
        download(connection, file, path, bar)
        if verify and path.name.endswith((".fits", ".fts", ".fit", ".fits.fz")):
            verify_sums(path)
    except (ArchiveError, OSError) as error:
        return f"{path.name}: {error}"
    return ""


def download(connection: Connection, file: File, path: Path, bar: "tqdm[Any]") -> None:
    """Download a file to a path, unless it is there whole.

    Raises
    ------
    ArchiveError
        If the file is not to be had, or has another size or SHA-256 than the archive says.
    """
    if path.is_file() and path.stat().st_size == file.size:
        bar.update(file.size)
        return
    if file.refusal:
        raise NotAllowed(file.refusal)
    if not file.url:
        raise NotFound("The file is missing from the archive at the moment.")
    part = path.with_name(f"{path.name}.part")
    if part.is_file() and part.stat().st_size > file.size:
        part.unlink()
    url, digest = connection.absolute(file.url), ""
    for attempt in range(1, TRIES + 1):
        try:
            digest = _fetch(connection, url, part, file.size, bar)
        except ArchiveError:
            # What has come is kept. A connection that broke is taken up again, a refusal is not.
            if attempt == TRIES or not part.is_file() or part.stat().st_size in (0, file.size):
                raise
        else:
            break
    size = part.stat().st_size
    if size != file.size:
        raise ArchiveError(
            f"The file has {size} bytes; the archive says {file.size}. It was exported again: search again."
        )
    _check_digest(part, digest)
    part.replace(path)


def _check_digest(part: Path, digest: str) -> None:
    """Remove a file that is not the one that the archive recorded."""
    stated = _SHA256.search(digest)
    if not stated:
        return
    with part.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").digest()
    if found != base64.b64decode(stated[1]):
        part.unlink()
        raise ArchiveError(
            "The file is not the one that the archive recorded: its SHA-256 differs. Download it again. If this "
            "happens again, tell the archive: its copy is damaged."
        )


def _fetch(connection: Connection, url: str, part: Path, size: int, bar: "tqdm[Any]") -> str:
    """Fetch what is missing of a file, and return the header Repr-Digest (RFC 9530)."""
    have = part.stat().st_size if part.is_file() else 0
    if have == size:
        return ""
    with connection.stream(url, headers={"Range": f"bytes={have}-"} if have else {}) as response:
        if response.status_code != 206:
            have = 0
        bar.update(have)
        with part.open("ab" if have else "wb") as target:
            for block in response.iter_content(BLOCK_SIZE):
                have += len(block)
                if have > size:
                    raise ArchiveError(f"The archive sends more than the {size} bytes of the file.")
                target.write(block)
                bar.update(len(block))
        return str(response.headers.get("Repr-Digest", ""))


def verify_sums(path: Path) -> None:
    """Check CHECKSUM and DATASUM of each HDU that has them.

    Raises
    ------
    ArchiveError
        If one does not agree with the file, which is then damaged or has an edited header.
    """
    with fits.open(path, memmap=True, lazy_load_hdus=False, disable_image_compression=True) as hdus:
        wrong = [
            f"{keyword} of HDU {number}"
            for number, hdu in enumerate(hdus)
            for keyword, agrees in (("DATASUM", hdu.verify_datasum), ("CHECKSUM", hdu.verify_checksum))
            if keyword in hdu.header and agrees() == 0
        ]
    if wrong:
        raise ArchiveError(f"{', '.join(wrong)} does not agree with the file.")


def _file(described: dict[str, Any], refusal: str) -> File:
    return File(described["download_url"] or "", _safe(str(described["filename"])), int(described["size"]), refusal)


def _safe(name: str) -> str:
    """Return a name that stays in its folder."""
    return _UNSAFE.sub("_", name).lstrip(".-")[:200] or "cube.fits"


def _suffix(url: str, default: str) -> str:
    suffix = Path(url.partition("?")[0]).suffix
    return suffix if re.fullmatch(r"\.[a-z0-9]{2,4}", suffix) else default


def _with_targets(files: Iterable[File], folder: Path) -> list[tuple[File, Path]]:
    """Give each file a path of its own in the folder."""
    taken: dict[str, str] = {}
    targets = []
    for file in files:
        name, number = file.name, 1
        while taken.get(name, file.url) != file.url:
            number += 1
            name = f"{number}_{file.name}"
        if name not in taken:
            taken[name] = file.url
            targets.append((file, folder / name))
    return targets
