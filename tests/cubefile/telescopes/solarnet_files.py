"""Small files as other observatories write them: SOLARNET keywords and linear coordinates."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from astropy.io import fits

LINEAR = {
    "CTYPE1": "HPLN-TAN",
    "CUNIT1": "arcsec",
    "CRPIX1": 3.5,
    "CRVAL1": -100.0,
    "CDELT1": 0.5,
    "CTYPE2": "HPLT-TAN",
    "CUNIT2": "arcsec",
    "CRPIX2": 2.5,
    "CRVAL2": 250.0,
    "CDELT2": 0.5,
}
"""Coordinates of frames of 6 × 4 pixels: the centre is at −100, 250 arcsec, and the field 3 × 2 arcsec large."""

_SPECTRAL = {"CTYPE3": "WAVE", "CUNIT3": "nm", "CRPIX3": 1.0, "CDELT3": 0.01}

FILES: dict[str, tuple[tuple[int, ...], dict[str, object]]] = {
    "AIA": (
        (4, 6),
        {"TELESCOP": "SDO/AIA", "DATE-BEG": "2014-06-10T12:00:00.34", "WAVELNTH": 171, "WAVEUNIT": "angstrom"},
    ),
    "HMI": (
        (4, 6),
        {"TELESCOP": "SDO/HMI", "DATE-BEG": "2014-06-10T12:00:01.9", "WAVELNTH": 6173.0, "WAVEUNIT": "angstrom"},
    ),
    "SPICE": (
        (1, 5, 4, 6),
        {
            "TELESCOP": "SOLO/SPICE",
            "DATE-BEG": "2020-11-18T10:31:32.443",
            "WAVEUNIT": -9,
            "WAVEMIN": 102.1,
            "WAVEMAX": 103.0,
            **_SPECTRAL,
            "CRVAL3": 102.1,
            "CTYPE4": "TIME",
            "CUNIT4": "s",
        },
    ),
    "IRIS": (
        (3, 4, 6),
        {
            "TELESCOP": "IRIS",
            "DATE-BEG": "2021-09-01T00:10:00",
            "DATE-END": "2021-09-01T00:20:00",
            "WAVELNTH": 279.6,
            "WAVEUNIT": -9,
            "WAVEBAND": "Mg II k 2796",
            "CTYPE3": "TIME",
            "CUNIT3": "s",
        },
    ),
    "VISP": (
        (4, 5, 4, 6),
        {
            "TELESCOP": "Daniel K. Inouye Solar Telescope",
            "DATE-BEG": "2022-06-02T17:22:50.176",
            "WAVEMIN": 629.95,
            "WAVEMAX": 630.55,
            "WAVEUNIT": -9,
            "WAVEBAND": "Fe I (630.25 nm)",
            **_SPECTRAL,
            "CRVAL3": 629.95,
            "CTYPE4": "STOKES",
            "CRPIX4": 1.0,
            "CRVAL4": 1.0,
            "CDELT4": 1.0,
        },
    ),
}
"""INSTRUME to the shape in numpy's order and the keywords besides the coordinates of the frames."""


def write_solarnet(
    folder: Path,
    instrument: str,
    changes: Mapping[str, object] | None = None,
    kind: type[fits.PrimaryHDU | fits.ImageHDU | fits.CompImageHDU] = fits.PrimaryHDU,
) -> str:
    """Write one of `FILES` with valid checksums and return its name; a keyword changed to None is left out.

    An image that is not the primary HDU follows an empty one.
    """
    shape, keywords = FILES[instrument]
    data = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    hdu = kind(data)
    wanted = {"INSTRUME": instrument, "SOLARNET": 1, "BUNIT": "DN"} | LINEAR | keywords | dict(changes or {})
    hdu.header.update({keyword: value for keyword, value in wanted.items() if value is not None})
    path = folder / f"{instrument.lower()}.fits"
    hdus = [hdu] if kind is fits.PrimaryHDU else [fits.PrimaryHDU(), hdu]
    fits.HDUList(hdus).writeto(path, checksum=True, overwrite=True)
    return path.name
