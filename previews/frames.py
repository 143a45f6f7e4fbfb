"""Single frames of a cube: which one stands for it, and how it is read without the rest.

Physical values are BZERO + BSCALE × stored value; of integers, those equal to BLANK have none (FITS standard 4.0,
sections 4.4.2.5 and 5). Unsigned integers are stored with BZERO = 2^(BITPIX-1), which needs no case of its own.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from common.errors import PermanentError, quoted
from cubefile import CubeFile, Header
from cubefile.axes import axis_length, frame_axes, stokes_names
from cubefile.image import CubeImage
from cubefile.tables import MAX_WAVELENGTHS, PlotUnavailable, medians, wavelengths
from previews.line import line_centre
from previews.stretch import sample

Index = tuple[int, ...]
"""Where a frame is on the axes before rows and columns, in numpy's order; empty for a file of one image."""

# A mosaic of 20,000 × 20,000 pixels is read, box by box, in a few seconds; what is larger is no frame of a telescope.
# No side is longer than a JPEG's can be.
MAX_FRAME_PIXELS = 400_000_000
MAX_FRAME_SIDE = 65_500

MAX_SCANS_COMPARED, MAX_BYTES_COMPARED = 10, 64_000_000
"""What is read at most to find the scan of the highest contrast."""

_SIDE_COMPARED = 240  # Pixels; contrast is told from a thumbnail.

_BAND_PIXELS = 2**18  # Read and converted at a time; small enough to stay in the processor's cache.


def choose_frame(cube: CubeFile) -> Index:
    """Choose the frame that stands for the cube, in its first scan: Stokes I, the middle of the line.

    The middle of the line is the one between its wings in the medians of the frames; where the medians show no line,
    it is the brightest wavelength; without medians, the middle of the range of wavelengths.

    Raises
    ------
    PermanentError
        If the cube has no images.
    """
    image = cube.image
    frame_shape(image)
    axes = frame_axes(cube)
    index = [0] * (len(image.shape) - 2)
    if axes.stokes is not None:
        names = stokes_names(cube)
        index[axes.stokes] = names.index("I") if "I" in names else 0
    if axes.wavelength is not None:
        stokes = 0 if axes.stokes is None else index[axes.stokes]
        index[axes.wavelength] = _wavelength_index(cube, stokes, image.shape[axes.wavelength])
    return tuple(index)


def sharpest_scan(cube: CubeFile, index: Index) -> Index:
    """Choose the scan whose frame at `index` has the highest contrast, as SSTRED does for its thumbnails.

    MAX_SCANS_COMPARED scans are looked at, from the first to the last; fewer of large frames. Those whose frame has no
    values are passed over.
    """
    position = frame_axes(cube).scan
    if position is None or cube.image.shape[position] == 1:
        return index
    step = step_for(cube, _SIDE_COMPARED)
    frame_bytes = math.prod(frame_shape(cube.image)) * abs(cube.image.bitpix) // 8
    most = min(MAX_SCANS_COMPARED, max(2, MAX_BYTES_COMPARED // frame_bytes))
    scans = spread(cube.image.shape[position], most)
    contrasts = [_contrast(frame) for frame in read_scans(cube, index, scans, step)]
    return _at_scan(index, position, scans[int(np.argmax(contrasts))])


def spread(count: int, most: int) -> list[int]:
    """Choose at most `most` of `count` places, from the first to the last."""
    return np.linspace(0, count - 1, min(count, most)).round().astype(int).tolist()


def frame_shape(image: CubeImage) -> tuple[int, int]:
    """Return rows and columns of each frame.

    Raises
    ------
    PermanentError
        If there are no images, or frames larger than any that is drawn.
    """
    if len(image.shape) < 2 or 0 in image.shape:
        raise PermanentError(
            image.elsewhere or "The primary HDU holds no images: it needs at least two axes that are not empty."
        )
    ny, nx = image.shape[-2:]
    if ny * nx > MAX_FRAME_PIXELS or max(ny, nx) > MAX_FRAME_SIDE:
        raise PermanentError(
            f"A frame has {nx} × {ny} pixels; frames of at most {MAX_FRAME_PIXELS} pixels and "
            f"{MAX_FRAME_SIDE} on a side are drawn."
        )
    return ny, nx


def scan_count(cube: CubeFile) -> int:
    """Return how many scans the cube has."""
    return axis_length(cube.image, frame_axes(cube).scan)


def step_for(cube: CubeFile, side: int) -> int:
    """Return the `step` for `read_frame` that leaves twice as many pixels as a picture of that side needs."""
    return max(1, max(frame_shape(cube.image)) // (2 * side))


def read_frame(cube: CubeFile, index: Index, step: int = 1) -> np.ndarray:
    """Read one frame, and nothing else of the data.

    Parameters
    ----------
    cube : CubeFile
        Its image is read at the frame's place only, some 2^18 pixels at a time.
    index : tuple of int
        As `choose_frame` returns it.
    step : int
        More than 1: the mean of each box of step × step pixels (smaller at the edges), blank ones left out. So a
        frame of any size takes no more memory than the pictures made from it.

    Returns
    -------
    ndarray
        float32, shape (ny, nx), rows from the bottom up as in the file; NaN where BLANK, infinite where the file is.

    Raises
    ------
    PermanentError
        If the cube has no images, or BSCALE, BZERO or BLANK is not a number.
    """
    ny, nx = frame_shape(cube.image)
    scaling = _scaling(cube.image)
    frame = np.empty((-(-ny // step), -(-nx // step)), dtype=np.float32)
    rows = max(1, _BAND_PIXELS // (nx * step), cube.rows_at_once // step) * step
    for top in range(0, ny, rows):
        count = min(rows, ny - top)
        stored = cube.read_rows(index, top, count)
        if step == 1:
            scaling.apply(stored, frame[top : top + count])
        else:
            band = np.empty((count, nx), dtype=np.float32)
            scaling.apply(stored, band)
            frame[top // step : -(-(top + count) // step)] = _mean_of_boxes(band, step)
    return frame


def read_scans(cube: CubeFile, index: Index, scans: Iterable[int], step: int = 1) -> Iterator[np.ndarray]:
    """Read the frame at `index` of each of these scans, one at a time."""
    position = frame_axes(cube).scan
    for scan in scans:
        yield read_frame(cube, _at_scan(index, position, scan), step)


def _at_scan(index: Index, position: int | None, scan: int) -> Index:
    return index if position is None else (*index[:position], int(scan), *index[position + 1 :])


def _contrast(frame: np.ndarray) -> float:
    """Return the relative variation of a frame; -1 without values."""
    values = sample(frame).astype(np.float64)
    if values.size == 0:
        return -1.0
    mean = abs(values.mean())
    return float(values.std() / mean) if mean > 0 else 0.0


@dataclass(frozen=True)
class _Scaling:
    """How stored values become physical ones."""

    bscale: float
    bzero: float
    blank: int | None

    def apply(self, stored: np.ndarray, physical: np.ndarray) -> None:
        """Write the physical values into a float32 array; what float32 cannot hold becomes infinite."""
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            if (self.bscale, self.bzero) == (1, 0):
                physical[...] = stored
            else:
                values = stored.astype(np.float64)
                values *= self.bscale
                values += self.bzero
                physical[...] = values
        if self.blank is not None:
            physical[stored == self.blank] = np.nan


def _scaling(image: CubeImage) -> _Scaling:
    header, blank = image.header, None
    if image.bitpix > 0:
        number = _number(header, "BLANK", default=math.nan)
        limits = np.iinfo(f"{'u' if image.bitpix == 8 else 'i'}{image.bitpix // 8}")
        # Stored values cannot equal a BLANK that is no integer or too large, so that it blanks nothing.
        if number.is_integer() and limits.min <= number <= limits.max:
            stated = header.get("BLANK")
            blank = stated if isinstance(stated, int) else int(number)
    return _Scaling(_number(header, "BSCALE", default=1.0), _number(header, "BZERO", default=0.0), blank)


def _number(header: Header, keyword: str, default: float) -> float:
    value = header.get(keyword)
    if value is None:  # Missing, undefined, or NaN or infinity, which FITS has no way to write.
        return default
    try:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError
        return float(value)
    except (ValueError, OverflowError):
        raise PermanentError(f"{keyword} is {quoted(value)}; a number was expected.") from None


def _mean_of_boxes(band: np.ndarray, step: int) -> np.ndarray:
    good = np.isfinite(band)
    sums = Image.fromarray(np.where(good, band, np.float32(0))).reduce(step)
    shares = np.asarray(Image.fromarray(good.astype(np.float32)).reduce(step))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return np.where(shares > 0, np.asarray(sums) / shares, np.float32(np.nan))


def _first_known(medians_of_scans: np.ndarray) -> np.ndarray:
    """Return the medians along wavelength of the first scan that has any; shape (nwave,)."""
    known = np.isfinite(medians_of_scans).any(axis=1)
    return medians_of_scans[int(np.argmax(known))]


def _wavelength_index(cube: CubeFile, stokes: int, count: int) -> int:
    if count > MAX_WAVELENGTHS:  # No table is read for so many, and a list of them all might not fit into memory.
        return (count - 1) // 2
    try:
        places = wavelengths(cube)
    except PlotUnavailable:
        places = np.arange(count, dtype=np.float64)
    try:
        intensity = _first_known(medians(cube)[:, stokes])
    except PlotUnavailable:
        intensity = np.full(count, np.nan)
    if not np.isfinite(intensity).any():
        centre = (np.nanmin(places) + np.nanmax(places)) / 2
        return int(np.nanargmin(abs(places - centre)))
    centre = line_centre(places, intensity)
    if centre is None:
        return int(np.nanargmax(intensity))
    # A wavelength whose frame has no median has an empty frame.
    return int(np.nanargmin(np.where(np.isfinite(intensity), abs(places - centre), np.nan)))
