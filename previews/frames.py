"""Chooses the frame that represents a cube, and reads single frames.

A physical value is BZERO + BSCALE × the stored value. A stored integer that equals BLANK has no physical value (FITS
standard 4.0, sections 4.4.2.5 and 5). Unsigned integers are stored with BZERO = 2^(BITPIX-1), which the formula covers.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from common.errors import PermanentError, quoted
from cubefile.axes import axis_length, frame_axes, stokes_names
from cubefile.cube import CubeFile
from cubefile.header import Header
from cubefile.image import CubeImage
from cubefile.tables import MAX_WAVELENGTHS, PlotUnavailable, medians, wavelengths
from previews.line import line_centre
from previews.stretch import sample

Index = tuple[int, ...]
"""A frame's position on the axes before rows and columns, in numpy's order; empty for a file of one image."""

# Reading a mosaic of 20,000 × 20,000 pixels box by box takes a few seconds; no telescope has larger frames. The side is
# limited to that of a JPEG.
MAX_FRAME_PIXELS = 400_000_000
MAX_FRAME_SIDE = 65_500

MAX_SCANS_COMPARED, MAX_BYTES_COMPARED = 10, 64_000_000
"""Maximum number of bytes read to find the scan of the highest contrast."""

_SIDE_COMPARED = 240  # Pixels; contrast is measured on a thumbnail.

_BAND_PIXELS = 2**18  # Read and converted at a time; they fit into the processor's cache.


def choose_frame(cube: CubeFile) -> Index:
    """Return the frame that represents the cube: the first scan, Stokes I, the middle of the line.

    The middle of the line lies between its wings in the medians of the frames. If the medians show no line, the
    brightest wavelength is taken; without medians, the middle of the range of wavelengths.

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
    """Return the frame at `index` in the scan of the highest contrast, as SSTRED chooses its thumbnails.

    At most MAX_SCANS_COMPARED scans are compared, spread from the first to the last; fewer if the frames are large.
    Frames without values are skipped.
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
    """Return at most `most` of `count` places, spread evenly from the first to the last."""
    return np.linspace(0, count - 1, min(count, most)).round().astype(int).tolist()


def frame_shape(image: CubeImage) -> tuple[int, int]:
    """Return the number of rows and of columns of each frame.

    Raises
    ------
    PermanentError
        If there are no images, or the frames exceed `MAX_FRAME_PIXELS` or `MAX_FRAME_SIDE`.
    """
    if len(image.shape) < 2 or 0 in image.shape:
        raise PermanentError(
            image.elsewhere or "The primary HDU holds no images: it needs at least two axes that are not empty."
        )
    ny, nx = image.shape[-2:]
    if ny * nx > MAX_FRAME_PIXELS or max(ny, nx) > MAX_FRAME_SIDE:
        raise PermanentError(
            f"A frame has {nx} × {ny} pixels; at most {MAX_FRAME_PIXELS} pixels and {MAX_FRAME_SIDE} on a side "
            "are drawn."
        )
    return ny, nx


def scan_count(cube: CubeFile) -> int:
    """Return the number of scans."""
    return axis_length(cube.image, frame_axes(cube).scan)


def step_for(cube: CubeFile, side: int) -> int:
    """Return the `step` for `read_frame` that leaves at least 2 × `side` pixels along the longer side."""
    return max(1, max(frame_shape(cube.image)) // (2 * side))


def read_frame(cube: CubeFile, index: Index, step: int = 1) -> np.ndarray:
    """Read one frame, and no other part of the data.

    Parameters
    ----------
    cube : CubeFile
        The open cube; the frame is read some 2^18 pixels at a time.
    index : tuple of int
        The frame's position, as `choose_frame` returns it.
    step : int
        If larger than 1, each pixel returned is the mean over a box of step × step pixels (smaller at the edges),
        without blank pixels. Memory then depends on the size of the picture, not of the frame.

    Returns
    -------
    ndarray
        float32, shape (ny, nx), rows from the bottom up as in the file. BLANK becomes NaN; infinities are kept.

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
    """Yield the frame at `index` of each of these scans, reading one at a time."""
    position = frame_axes(cube).scan
    for scan in scans:
        yield read_frame(cube, _at_scan(index, position, scan), step)


def _at_scan(index: Index, position: int | None, scan: int) -> Index:
    return index if position is None else (*index[:position], int(scan), *index[position + 1 :])


def _contrast(frame: np.ndarray) -> float:
    """Return the relative variation of a frame's values; -1 if it has none."""
    values = sample(frame).astype(np.float64)
    if values.size == 0:
        return -1.0
    mean = abs(values.mean())
    return float(values.std() / mean) if mean > 0 else 0.0


@dataclass(frozen=True)
class _Scaling:
    """Converts stored values to physical ones."""

    bscale: float
    bzero: float
    blank: int | None

    def apply(self, stored: np.ndarray, physical: np.ndarray) -> None:
        """Write the physical values into a float32 array; values beyond its range become infinite."""
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
        # No stored value equals a BLANK that is a fraction or out of range; such a BLANK has no effect.
        if number.is_integer() and limits.min <= number <= limits.max:
            stated = header.get("BLANK")
            blank = stated if isinstance(stated, int) else int(number)
    return _Scaling(_number(header, "BSCALE", default=1.0), _number(header, "BZERO", default=0.0), blank)


def _number(header: Header, keyword: str, default: float) -> float:
    value = header.get(keyword)
    if value is None:  # Missing, undefined, NaN or infinite; FITS has no notation for the last two.
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
    """Return the medians along wavelength of the first scan that has medians; shape (nwave,)."""
    known = np.isfinite(medians_of_scans).any(axis=1)
    return medians_of_scans[int(np.argmax(known))]


def _wavelength_index(cube: CubeFile, stokes: int, count: int) -> int:
    if count > MAX_WAVELENGTHS:  # No table is read for so many wavelengths, and a list of them might exceed memory.
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
    # A frame without a median is empty.
    return int(np.nanargmin(np.where(np.isfinite(intensity), abs(places - centre), np.nan)))
