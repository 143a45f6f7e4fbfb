"""Parts of a search of sst_archive that the catalogue cannot ask: an old link that is redirected here names them."""

from collections.abc import Iterable

from django.http import QueryDict

LEFT_OUT = "left_out"
"""The parameter of the catalogue's address."""

OTHER = "other"
_WORDS = {
    "start_date": "start date",
    "end_date": "end date",
    "spectral_lines": "spectral lines",
    "polarimetry": "polarimetry",
    "instrument": "instrument",
    "query": "free query",
    OTHER: "a parameter of the address",
}


def left_out_query(names: Iterable[str]) -> str:
    """Return the value of the parameter for some parameters of a search of sst_archive."""
    return ",".join(sorted({name if name in _WORDS else OTHER for name in names}))


def left_out_parameters(parameters: QueryDict) -> list[str]:
    """Return in words what an address names; words that are not known are left out."""
    named = parameters.get(LEFT_OUT, "").split(",")
    return [words for name, words in _WORDS.items() if name in named]
