"""The cards of the sample cubes' primary header."""

import json
from collections.abc import Mapping, Sequence

from astropy.io import fits

from devtools.cube_tables import UPDATED, Field, Schedule

_Card = tuple[str, object, str] | str


def primary_header(
    shape: tuple[int, int, int, int, int],
    schedule: Schedule,
    *,
    bitpix: int,
    scaling: tuple[float, float],
    filename: str,
    extensions: Sequence[str],
    statistics: Mapping[str, float],
    field: Field,
    instrument: str,
) -> fits.Header:
    """Return some 320 cards in the pipeline's form, with CHECKSUM and DATASUM not yet computed."""
    header = fits.Header()
    for entry in (
        *_structure(shape, bitpix, scaling),
        *_observation(schedule, filename),
        *_instrument(shape),
        *_coordinates(shape, field),
        *_statistics(statistics),
        *_processing(schedule, instrument),
        *_remarks(schedule, extensions),
    ):
        if isinstance(entry, str):
            # Parse a card whose exact text matters, so that astropy keeps the text.
            header.append(fits.Card.fromstring(entry), end=True)
        else:
            header.append(entry, end=True)
    header.append(("CHECKSUM", "0" * 16, f"HDU checksum {UPDATED}"), end=True)
    header.append(("DATASUM", "0", f"data unit checksum {UPDATED}"), end=True)
    return header


def _structure(shape: tuple[int, ...], bitpix: int, scaling: tuple[float, float]) -> list[_Card]:
    axes = ("columns", "rows", "wavelengths", "Stokes components", "scans")
    entries: list[_Card] = [
        ("SIMPLE", True, "conforms to FITS standard"),
        ("BITPIX", bitpix, "array data type"),
        ("NAXIS", 5, "number of array dimensions"),
        *((f"NAXIS{i}", shape[-i], f"number of {axis}") for i, axis in enumerate(axes, start=1)),
        ("EXTEND", True, "The file has extension(s)."),
    ]
    if bitpix > 0:
        entries += [("BSCALE", scaling[0], "[] Physical = BZERO + BSCALE * stored")]
        entries += [("BZERO", scaling[1], "[] Physical = BZERO + BSCALE * stored")]
    return entries


def _observation(schedule: Schedule, filename: str) -> list[_Card]:
    first, last = schedule.begin.min(), schedule.end.max()
    return [
        ("", "", ""),
        ("SOLARNET", 0.5, "Fully SOLARNET-compliant=1.0, partially=0.5"),
        ("OBS_HDU", 1, "This HDU contains observational data"),
        ("EXTNAME", "Primary", "Name of this HDU"),
        ("FILENAME", filename, ""),
        ("DATE", "2021-05-28T15:08:12", "Creation UTC date of FITS header"),
        ("ORIGIN", "Institute for Solar Physics", "Where the file was made"),
        _continued("DATE-BEG", schedule.iso(first)[:25], "Beginning of observation"),
        _continued("DATE-END", schedule.iso(last), "End of observation"),
        _continued("DATE-AVG", schedule.iso(schedule.middle.mean()), "Average time of observation"),
        _continued("DATEREF", schedule.iso(0), "Zero of times"),
        ("TIMESYS", "UTC", "Time scale of all dates"),
        ("TELESCOP", "Swedish 1-meter Solar Telescope", ""),
        "INSTRUME= 'CRISP   '           / Name of instrument",
        ("OBJECT", "AR 12738", "Observed object"),
        ("OBSERVER", "A. Observer, B. O'Observer", "Who was at the telescope"),
        "REQUESTR=                      / Who asked for the observation, not known",
        "CAMPAIGN=                      / Coordinated campaign, not known",
        ("PROJECT", "Service mode", ""),
        "FILTER1 = '6173    '           / Inferred filter name",
        ("WAVEUNIT", -9, "WAVELNTH in units 10^WAVEUNIT m = nm"),
        ("WAVELNTH", 617.334, "[nm] Typical wavelength"),
        ("WAVEMIN", 617.155, "[nm] Shortest wavelength of the prefilter"),
        ("WAVEMAX", 617.605, "[nm] Longest wavelength of the prefilter"),
        ("WAVEBAND", "Fe I 6173", ""),
        ("SCANNUM", int(schedule.scans[0]), "Scan number (first scan)"),
        ("FEATURES", "Sunspot,Pore", "Solar features seen by the observer"),
        ("EVENTS", "MISSING", "Solar events seen by the observer"),
        ("RELEASE", "2020-08-05", "When the data become public"),
        (
            "RELEASEC",
            "Until the release date the data belong to those who asked for the observation. Whoever "
            "wants to use them earlier should write to them first, say what for, and offer to work "
            "together. Once released, the data are free; please say where they come from. Those who made the "
            "observation are glad to hear what became of it.",
            "",
        ),
        ("ACKNOWL", "Made with the European Union's support of the SOLARNET project.", ""),
    ]


def _instrument(shape: tuple[int, ...]) -> list[_Card]:
    return [
        ("", "", ""),
        ("BTYPE", "Intensity", "Type of data"),
        ("BUNIT", "W m^-2 Hz^-1 sr^-1", "Units in array"),
        ("POLCCONV", "(+HPLT,-HPLN,+HPRZ)", "Reference frame of Q, U and V"),
        ("NSTOKES", shape[1], "Number of Stokes components"),
        ("CAMERA", "Crisp-R,Crisp-T", "Camera tags"),
        ("DETECTOR", "XXIII,XXI", "Detector identifiers"),
        ("DETGAIN", 1.0, "[dB] or multiplicative factor"),
        ("DETOFFS", 0, "[count] or camera specific unit"),
        ("DETTEMP", -15.0, "[degC] Temperature of the detectors"),
        ("XPOSURE", 0.2064, "[s] Summed exposure time"),
        ("TEXPOSUR", 0.0172, "[s] Single-exposure time"),
        ("NSUMEXP", 12, "Number of summed exposures"),
        ("CADENCE", 36.5, "[s] Planned cadence"),
        ("RESPAPPL", 0.91, "Mean of applied response function"),
        ("AO_NMODE", 84, "Number of adaptive optics modes"),
        ("AO_LOCK", 0.97, "Fraction of time with locked AO"),
        ("ATMOS_R0", 0.124, "[m] Atmospheric coherence length"),
        ("ELEV_ANG", 38.2, "[deg] Elevation angle"),
        ("ROT_ANG", 41.3, "[deg] Rotation of the field"),
        ("LIGHTLVL", 3.1, "Mean light level"),
        "TEMPOUT =                      / [degC] Outdoor temperature, sensor was off",
        ("OBSGEO-X", 5327395.9638, "[m] Observer's fixed geographic X coordinate"),
        ("OBSGEO-Y", -1719170.4876, "[m] Observer's fixed geographic Y coordinate"),
        ("OBSGEO-Z", 3051490.766, "[m] Observer's fixed geographic Z coordinate"),
        ("SPECSYS", "TOPOCENT", "Coordinate reference frame"),
        ("VELOSYS", 0.0, "[m/s] Observer's velocity"),
        ("HGLN_OBS", 0.0, "[deg] Stonyhurst longitude of observer"),
        ("HGLT_OBS", -5.17, "[deg] Stonyhurst latitude of observer"),
        ("RSUN_OBS", 955.2, "[arcsec] Apparent radius of the Sun"),
        ("SOLARB0", -5.17, "[deg] Heliographic latitude of disk centre"),
        ("DSUN_OBS", 1.5032e11, "[m] Distance to the Sun"),
    ]


def _coordinates(shape: tuple[int, ...], field: Field) -> list[_Card]:
    entries: list[_Card] = [
        ("", "", ""),
        ("WCSNAMEA", "AVERAGED APPROXIMATE HPLN-TAN/HPLT-TAN CENTER POINT", ""),
        *_centre(1, "HPLN-TAN", shape[-1], field),
        *_centre(2, "HPLT-TAN", shape[-2], field),
    ]
    tabulated = (
        (1, "HPLN-TAB", "arcsec", "Spatial X", "HPLN-INDEX", 60.0),
        (2, "HPLT-TAB", "arcsec", "Spatial Y", "HPLT-INDEX", 60.0),
        (3, "WAVE-TAB", "nm", "Wavelength", None, 0.005),
        (5, "UTC--TAB", "s", "Time since DATEREF, increases with dim. 3 and 5", None, 0.5),
    )
    for number, (axis, ctype, unit, name, index, error) in enumerate(tabulated, start=1):
        entries += [
            (f"CTYPE{axis}", ctype, ""),
            (f"CUNIT{axis}", unit, "Unit along axis"),
            (f"CNAME{axis}", name, ""),
            (f"PS{axis}_0", "WCS-TAB", "EXTNAME of the table"),
            (f"PS{axis}_1", "HPLN+HPLT+WAVE+TIME", "TTYPE of column with coordinates"),
            *([(f"PS{axis}_2", index, "TTYPE of the index")] if index else []),
            (f"PV{axis}_3", number, "Tabulated coordinate number"),
            (f"CRPIX{axis}", 0, "Unity transform"),
            (f"CRVAL{axis}", 0, "Unity transform"),
            (f"CDELT{axis}", 1, "Unity transform"),
            (f"CSYER{axis}", error, "Systematic error of the coordinate"),
        ]
    entries += [
        ("CTYPE4", "STOKES", "Stokes components"),
        ("CNAME4", "Stokes", ""),
        ("CRPIX4", 1, "Index of the first component"),
        ("CRVAL4", 1, "I=1, Q=2, U=3, V=4"),
        ("CDELT4", 1, "[I,Q,U,V] = [1,2,3,4]"),
    ]
    entries += [
        ("CWERR3", 0.01, "[nm] Largest distortion"),
        ("CWDIS3", "Lookup", "Distortions are in a lookup table"),
        "DW3     = 'EXTVER: 1'          / Number of the lookup table",
        "DW3     = 'NAXES: 3'           / 3 axes in the lookup table",
        "DW3     = 'AXIS.1: 1'          / Spatial X",
        "DW3     = 'AXIS.2: 2'          / Spatial Y",
        "DW3     = 'AXIS.3: 5'          / Scan number",
        "DW3     = 'ASSOCIATE: 1'       / Association stage (pixel coordinates)",
        "DW3     = 'APPLY: 6'           / Application stage (world coordinates)",
    ]
    return entries


def _centre(axis: int, ctype: str, pixels: int, field: Field) -> list[_Card]:
    return [
        (f"CTYPE{axis}A", ctype, "Alternative coordinates"),
        (f"CUNIT{axis}A", "arcsec", "Unit along axis"),
        (f"CRPIX{axis}A", (pixels + 1) / 2, "Centre pixel"),
        (f"CRVAL{axis}A", field.centre[axis - 1], "[arcsec] Coordinates of centre"),
        (f"CDELT{axis}A", field.size[axis - 1] / pixels, "[arcsec] Size of a pixel"),
    ]


def _statistics(statistics: Mapping[str, float]) -> list[_Card]:
    entries: list[_Card] = [("", "", "")]
    # The primary header has a representative value of each variable keyword.
    entries += [(key, value, "Median over all frames") for key, value in statistics.items()]
    return entries


_STEPS = (
    ("DATA-SUMMING,DARK-SUBTRACTION,FLAT-FIELDING", "CRISP::SUM_DATA_INTDIF", 9),
    ("DETECTOR-LINEARIZATION", "CRISP::SUMDARK", 1),
    ("SPATIAL-ALIGNMENT", "CRISP::PINHOLECALIB", 2),
    ("DEMODULATION-CALIBRATION", "CRISP::POLCAL", 1),
    ("MOMFBD", "momfbd", 3),
    ("DEMODULATION", "CRISP::DEMODULATE", 1),
    ("DESTRETCHING", "CRISP::MAKE_NB_CUBE", 2),
    ("PREFILTER-CORRECTION", "CRISP::FITPREFILTER", 1),
    ("INTENSITY-CALIBRATION", "RED::FITSCUBE_INTENSITYCORR", 1),
    ("CROSSTALK-CORRECTION", "RED::FITSCUBE_CROSSTALK", 1),
    ("EXPORT", "RED::FITSCUBE_EXPORT", 1),
)
"""The pipeline's steps: SOLARNET name, procedure, and the number of files in its parameters."""


def _processing(schedule: Schedule, instrument: str) -> list[_Card]:
    entries: list[_Card] = [("", "", "")]
    for number, (step, procedure, files) in enumerate(_STEPS, start=1):
        entries += [
            (f"PRSTEP{number}", step, "Processing step"),
            (f"PRPROC{number}", procedure.replace("CRISP", instrument), "Name of procedure used"),
            (f"PRMODE{number}", "LINEAR" if number < 4 else "STANDARD", "Processing mode"),
            (f"PRPARA{number}", _parameters(files, schedule, instrument), ""),
            (f"PRLIB{number}", "SSTRED", "Software library"),
            (f"PRVER{number}", "1.2.51", "Library version"),
        ]
        if number <= 4:
            entries += [
                (f"PRLIB{number}A", "IDLAstro", "Additional software library"),
                (f"PRVER{number}A", "2020-02-11", "Library version"),
            ]
    return entries


def _parameters(files: int, schedule: Schedule, instrument: str) -> str:
    """Return parameters as JSON, longer with more files; 9 files give nearly 1,000 characters."""
    raw = f"/data/{schedule.reference:%Y/%Y.%m.%d}/{instrument}-data"
    return json.dumps(
        {
            "DIRS": [f"{raw}/17:34:{39 + i}/{instrument.capitalize()}-R/raw" for i in range(files)],
            "FLATS": [f"/scratch/flats/camXXIII_6173_lc{i}.flat.fits" for i in range(files)],
            "SCANNOS": schedule.scans[:5].tolist(),
            "OVERWRITE": 1,
        }
    )


def _remarks(schedule: Schedule, extensions: Sequence[str]) -> list[_Card]:
    keys = ",".join(f"{name};{name.removeprefix('VAR-EXT-')}" for name in extensions if name != "WCS-TAB")
    return [
        ("", "", ""),
        ("VAR_KEYS", keys, "SOLARNET variable-keywords"),
        ("COMMENT", "Variable-keywords: the value in this header is a representative one,", ""),
        ("COMMENT", "the values of every frame are in the extension named in VAR_KEYS.", ""),
        ("", "", ""),
        ("COMMENT", "Coordinates: tabulated at the corners of the field, see WCS-TAB.", ""),
        ("HISTORY", "Made by the narrow-band cube maker from restored images.", ""),
        ("HISTORY", "Statistics computed after the intensity correction.", ""),
        ("HISTORY", f"Exported; first frame of {schedule.reference:%Y-%m-%d}.", ""),
        ("", "", ""),
    ]


def _continued(keyword: str, value: str, comment: str) -> str:
    """Return a card with its comment on a CONTINUE card although there is room, as the pipeline writes it."""
    return f"{keyword:8}= '{value}&'".ljust(80) + f"CONTINUE  '' / {comment}".ljust(80)
