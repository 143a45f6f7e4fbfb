"""The sort orders of lists; the first of each is the default."""

from collections.abc import Mapping

from django.db.models import BigIntegerField, DateTimeField, F, FloatField
from django.db.models.functions import Coalesce

from common.keyset import Ordering
from datacubes.columns import SEARCHED_FILTERS

_TIME = F("metadata__date_beg")
_WAVELENGTH = Coalesce("metadata__wavelength_min", 0.0)

CUBE_ORDERINGS: Mapping[str, Ordering] = {
    "-date_beg": Ordering(_TIME, DateTimeField, F("metadata__pk"), "Newest first", True, SEARCHED_FILTERS),
    "date_beg": Ordering(_TIME, DateTimeField, F("metadata__pk"), "Oldest first", False, SEARCHED_FILTERS),
    "wavelength": Ordering(
        _WAVELENGTH, FloatField, F("metadata__pk"), "Shortest wavelength first", False, SEARCHED_FILTERS
    ),
    "-wavelength": Ordering(
        _WAVELENGTH, FloatField, F("metadata__pk"), "Longest wavelength first", True, SEARCHED_FILTERS
    ),
    "size": Ordering(F("size"), BigIntegerField, F("pk"), "Smallest file first"),
    "-size": Ordering(F("size"), BigIntegerField, F("pk"), "Largest file first", descending=True),
}
"""The orders of data cubes. A cube without a wavelength sorts as 0 nm."""

OBSERVATION_ORDERINGS: Mapping[str, Ordering] = {
    "-date_beg": Ordering(F("date_beg"), DateTimeField, F("pk"), "Newest first", descending=True),
    "date_beg": Ordering(F("date_beg"), DateTimeField, F("pk"), "Oldest first"),
}
"""The orders of observations."""
