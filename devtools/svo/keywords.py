"""The keyword definitions of the stand-in's datasets: some 200 each, in the SVO's three spellings."""

from collections.abc import Iterator
from dataclasses import dataclass

TEXT, REAL, INTEGER, BOOLEAN, TIME = "text", "real", "integer", "boolean", "time (ISO 8601)"


@dataclass(frozen=True)
class KeywordDefinition:
    """A keyword of a dataset: `name` is the field of a record, `verbose_name` the FITS keyword."""

    verbose_name: str
    type: str
    unit: str = ""
    description: str = ""

    @property
    def name(self) -> str:
        return self.verbose_name.lower().translate(str.maketrans("-. ", "___"))


# One line per keyword: FITS keyword | unit | description. The groups have the order of SST headers.
_COMMON = {
    BOOLEAN: """
SIMPLE||Conforms to the FITS standard
EXTEND||Extensions may follow
""",
    TIME: """
DATE-BEG||Start of the observation
DATE-END||End of the observation
DATE-AVG||Mean time of the observation
DATE-OBS||Day of the observation, from the directory
DATEREF||Zero of all times in the tables
""",
    INTEGER: """
BITPIX||Bits per pixel
NAXIS||Number of axes
NAXIS1|pix|Columns
NAXIS2|pix|Rows
NAXIS3||Wavelength positions
NAXIS4||Stokes parameters
NAXIS5||Scans
SOLARNET||Compliance with SOLARNET: 1 is full
OBS_HDU||This HDU holds observations
SCANNUM||First scan
FILLED||Missing pixels have been filled
NPIXELS||Pixels that the statistics are of
NUM_OBS||Exposures in the file
CRPIX1|pix|Reference pixel, solar X
CRPIX2|pix|Reference pixel, solar Y
CRPIX3||Reference position, wavelength
CRPIX4||Reference position, Stokes
CRPIX5||Reference position, time
CRVAL1||Solar X at the reference pixel
CRVAL2||Solar Y at the reference pixel
CRVAL3||Wavelength at the reference position
CRVAL4||Stokes parameter at the reference position
CRVAL5||Time at the reference position
CDELT1||Step, solar X
CDELT2||Step, solar Y
CDELT3||Step, wavelength
CDELT4||Step, Stokes
CDELT5||Step, time
PS1_0||Table extension of axis 1
CSYER1|arcsec|Systematic error, solar X
CSYER2|arcsec|Systematic error, solar Y
DW3 AXIS1||First axis of the distortion table
DW3 AXIS2||Second axis of the distortion table
DW3 AXIS3||Third axis of the distortion table
AO_NMODE||Modes that the adaptive optics corrects
PCOUNT||Parameters
GCOUNT||Groups
""",
    REAL: """
BSCALE||Scale of the stored values
BZERO||Offset of the stored values
WAVEMIN|nm|Shortest wavelength
WAVEMAX|nm|Longest wavelength
WAVELNTH|nm|Characteristic wavelength
WAVEBAND|nm|Width of the band
XPOSURE|s|Total exposure of a frame
TEXPOSUR|s|Single exposure
NSUMEXP||Exposures summed in a frame
CADAVG|s|Mean cadence
CADMIN|s|Shortest cadence
CADMAX|s|Longest cadence
CADVAR|s2|Variance of the cadence
PC1_1||Linear transformation
PC2_2||Linear transformation
PC3_3||Linear transformation
PC4_4||Linear transformation
PC5_5||Linear transformation
CRPIX1A|pix|Centre of the field, column
CRPIX2A|pix|Centre of the field, row
CRVAL1A|arcsec|Centre of the field, solar X
CRVAL2A|arcsec|Centre of the field, solar Y
CDELT1A|arcsec|Extent of the field, solar X
CDELT2A|arcsec|Extent of the field, solar Y
CWERR3|nm|Largest wavelength distortion
DW3.EXTVER||Version of the distortion extension
DW3.AXIS.1||First axis of the distortion
DW3.AXIS.2||Second axis of the distortion
DW3.AXIS.3||Third axis of the distortion
DW3.ASSOCIATE||Stage of association
DW3.APPLY||Stage of application
DW3.CWDIS.LOOKUP||The distortion is a table
DW3 CWERR|nm|Largest distortion of this step
DATAMIN||Smallest value
DATAMAX||Largest value
DATAMEAN||Mean of the values
DATAMEDN||Median of the values
DATARMS||Deviation of the values
DATASKEW||Skewness of the values
DATAKURT||Kurtosis of the values
DATAP01||1st percentile
DATAP02||2nd percentile
DATAP05||5th percentile
DATAP10||10th percentile
DATAP25||25th percentile
DATAP75||75th percentile
DATAP90||90th percentile
DATAP95||95th percentile
DATAP98||98th percentile
DATAP99||99th percentile
ATMOS_R0|m|Coherence length of the atmosphere
AO_LOCK||Share of the time that the adaptive optics was locked
ELEV_ANG|deg|Elevation of the telescope
AZIMUTH|deg|Azimuth of the telescope
ROT_ANG|deg|Rotation of the field
OBSGEO-X|m|Geocentric position of the observatory
OBSGEO-Y|m|Geocentric position of the observatory
OBSGEO-Z|m|Geocentric position of the observatory
DETGAIN||Gain of the detector
DETOFFS||Offset of the detector
""",
    TEXT: """
FILENAME||Name of the file
DATE||Time at which the header was written
TIMESYS||Time system
ORIGIN||Who made the file
INSTRUME||Instrument
TELESCOP||Telescope
OBSRVTRY||Observatory
TELCONFG||Configuration of the telescope
CAMERA||Camera
DETECTOR||Detector
DETMODEL||Model of the detector
DETFIRM||Firmware of the detector
FILTER1||Filter of the spectral line
FILTER2||Second filter
WAVEUNIT||Power of ten of the wavelength unit
WAVEREF||Wavelengths are in air or in vacuum
SPECSYS||Reference frame of the wavelengths
OBJECT||Object
OBSERVER||Observers
PROJECT||Project
MISSION||Mission
CAMPAIGN||Campaign
DATATAGS||Tags of the data
POINT_ID||Pointing
FEATURES||What is in the field
EVENTS||What happened in the field
BTYPE||What the values are
BUNIT||Unit of the values
FNUMSUM||Numbers of the frames in the sum
VAR_KEYS||Keywords that vary, and their extensions
CTYPE1||Type of axis 1
CTYPE2||Type of axis 2
CTYPE3||Type of axis 3
CTYPE4||Type of axis 4
CTYPE5||Type of axis 5
CNAME1||Name of axis 1
CNAME2||Name of axis 2
CNAME3||Name of axis 3
CNAME5||Name of axis 5
CUNIT1||Unit of axis 1
CUNIT2||Unit of axis 2
CUNIT3||Unit of axis 3
CUNIT5||Unit of axis 5
WCSNAMEA||Name of the second coordinate system
CTYPE1A||Type of axis 1, field of view
CTYPE2A||Type of axis 2, field of view
CUNIT1A||Unit of axis 1, field of view
CUNIT2A||Unit of axis 2, field of view
PS1_1||Column of the coordinates of axis 1
CWDIS3||Kind of wavelength distortion
DW3 NAME||Name of the distortion
RELEASE||Day on which the data becomes public
RELEASEC||Conditions of the release
SOLNETEX||Extensions that follow SOLARNET
LONGSTRN||Long strings are continued
CHECKSUM||Checksum of the HDU
DATASUM||Checksum of the data
INFO_URL||Where to read about the data
COMMENT||Comments
""",
}

_POLARIMETRY = {
    REAL: "POLCANGL|deg|Angle of the polarimetric reference frame",
    TEXT: """
POLCCONV||Convention of the polarimetric angle
DEMODV||Version of the demodulation
""",
}

# The processing steps: each keyword of the family for each step, some with libraries A to D.
_STEPS = range(1, 5)
_STEP_KEYWORDS = {
    "PRSTEP": "Kind of step",
    "PRPROC": "Procedure",
    "PRMODE": "Mode",
    "PRPARA": "Parameters, as JSON",
    "PRREF": "Who changed it",
    "PRLIB": "Software library",
    "PRVER": "Version",
    "PRBRA": "Branch",
}
_LIBRARY_KEYWORDS = ("PRLIB", "PRVER")


def _lines(groups: dict[str, str]) -> Iterator[KeywordDefinition]:
    for keyword_type, lines in groups.items():
        for line in lines.strip().splitlines():
            verbose_name, unit, description = line.split("|")
            yield KeywordDefinition(verbose_name, keyword_type, unit, description)


def _processing_steps() -> Iterator[KeywordDefinition]:
    for step in _STEPS:
        for family, description in _STEP_KEYWORDS.items():
            yield KeywordDefinition(f"{family}{step}", TEXT, "", description)
        for family in _LIBRARY_KEYWORDS:
            for letter in "AB":
                yield KeywordDefinition(f"{family}{step}{letter}", TEXT, "", _STEP_KEYWORDS[family])


CHROMIS = (*_lines(_COMMON), *_processing_steps())
CRISP = (*CHROMIS, *_lines(_POLARIMETRY))
