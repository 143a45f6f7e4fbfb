"""The columns that cubes are searched by: one list for indexes, orders, filters and the API."""

from dataclasses import dataclass
from itertools import chain


@dataclass(frozen=True)
class Searched:
    """A value or a range that lists of cubes are filtered by.

    Attributes
    ----------
    columns
        Columns of `Metadata`: one, or the low and the high end of a range.
    filters
        Parameters of lists that compare with the columns: one, or the low and the high end of the wanted range. For two
        columns, each compares with the other end.
    shown_as
        Fields of the API that show the columns.
    """

    columns: tuple[str, ...]
    filters: tuple[str, ...]
    shown_as: tuple[str, ...]


SEARCHED = (
    Searched(("date_beg", "date_end"), ("time_from", "time_to"), ("date_beg", "date_end")),
    Searched(
        ("wavelength_min", "wavelength_max"), ("wavelength_from", "wavelength_to"), ("wavelength_min", "wavelength_max")
    ),
    Searched(("spectral_line",), ("spectral_line",), ("spectral_line",)),
    Searched(("has_polarimetry",), ("polarimetry",), ("polarimetry",)),
    Searched(("instrument",), ("instrument",), ("instrument",)),
    Searched(("public_from",), ("release",), ("access.release_date",)),
    Searched(("mu",), ("mu_from", "mu_to"), ("mu",)),
    Searched(("size_x",), ("size_x_from", "size_x_to"), ("size_x",)),
    Searched(("size_y",), ("size_y_from", "size_y_to"), ("size_y",)),
    Searched(("r0_median",), ("r0_from",), ("r0_median",)),
    Searched(("duration",), ("duration_from", "duration_to"), ("duration",)),
    Searched(("cadence",), ("cadence_from", "cadence_to"), ("cadence",)),
    Searched(("n_scans",), ("scans_from", "scans_to"), ("n_scans",)),
    Searched(("exposure",), ("exposure_from", "exposure_to"), ("exposure",)),
)
"""A new column here becomes part of each index of `Metadata`, which needs a migration."""

SEARCHED_COLUMNS = tuple(chain.from_iterable(searched.columns for searched in SEARCHED))
"""The columns, in the order of the indexes."""

SEARCHED_FILTERS = frozenset(chain.from_iterable(searched.filters for searched in SEARCHED))
"""The filters that these indexes answer."""


def columns_besides(*names: str) -> tuple[str, ...]:
    """Return the columns that follow these first columns in an index."""
    return tuple(column for column in SEARCHED_COLUMNS if column not in names)
