"""The rows of each cube, one module for each kind of data."""

from datacubes.models.access import AccessRules, EmailGrant, GroupGrant
from datacubes.models.cubes import Companion, DataCube, Instrument, Observation
from datacubes.models.headers import FITSHeader
from datacubes.models.metadata import Metadata
from datacubes.models.previews import ImagePreview, PlotData, VideoPreview
from datacubes.models.tags import Tag, Vocabulary

__all__ = [
    "AccessRules",
    "Companion",
    "DataCube",
    "EmailGrant",
    "FITSHeader",
    "GroupGrant",
    "ImagePreview",
    "Instrument",
    "Metadata",
    "Observation",
    "PlotData",
    "Tag",
    "VideoPreview",
    "Vocabulary",
]
