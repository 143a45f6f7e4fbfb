"""The parameters of a query (TAP 1.1, section 2.7; DALI 1.1, section 3.4). Their names are in any case."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

from common.errors import quoted
from common.xml_text import NOT_IN_XML
from vo.adql.tokens import MAX_LENGTH
from vo.formats import FORMATS, VOTABLE, Format, format_named

LANGUAGES = ("ADQL", "ADQL-2.0", "ADQL-2.1")
KEPT = ("REQUEST", "LANG", "QUERY", "MAXREC", "FORMAT", "RESPONSEFORMAT", "RUNID", "VERSION")
MAX_OTHER_LENGTH = 256


class Refused(Exception):
    """A request that cannot be carried out: its HTTP status, and a sentence."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True)
class Wanted:
    """What a client wants: a query, the number of rows at most, and the format."""

    query: str
    most: int
    form: Format


def all_values(request: HttpRequest) -> dict[str, str]:
    """Return all parameters of a request, by their names in capitals; of a repeated one, the last."""
    return {name.upper(): str(query[name]) for query in (request.GET, request.POST) for name in query}


def given_parameters(request: HttpRequest) -> dict[str, str]:
    """Return the parameters of a query, by their names in capitals.

    Raises
    ------
    Refused
        If one is too long, has characters that XML does not know, or uploads a table.
    """
    given = all_values(request)
    if given.get("UPLOAD") or request.FILES:
        raise Refused("This service takes no uploads of tables (UPLOAD). Name the values in the query.")
    kept = {name: given[name] for name in KEPT if given.get(name)}
    for name, value in kept.items():
        most = MAX_LENGTH if name == "QUERY" else MAX_OTHER_LENGTH
        if len(value) > most:
            raise Refused(f"{name} has {len(value):,} characters. At most {most:,} are possible.")
        if NOT_IN_XML.search(value):
            raise Refused(f"{name} has control characters, or is not UTF-8.")
    return kept


def wanted(parameters: Mapping[str, str]) -> Wanted:
    """Return what a client wants.

    Raises
    ------
    Refused
        If a parameter is missing or wrong.
    """
    if parameters.get("REQUEST", "doQuery") != "doQuery":
        raise Refused(f"REQUEST is {quoted(parameters['REQUEST'])}. It must be doQuery.")
    if parameters.get("LANG", "ADQL").upper() not in LANGUAGES:
        raise Refused(f"LANG is {quoted(parameters['LANG'])}. It must be one of {', '.join(LANGUAGES)}.")
    if not parameters.get("QUERY"):
        raise Refused("QUERY is missing: the query, in ADQL.")
    return Wanted(parameters["QUERY"], _most(parameters.get("MAXREC", "")), _form(parameters))


def _most(text: str) -> int:
    if not text:
        return settings.TAP_MAX_ROWS
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Refused(f"MAXREC is {quoted(text)}. It must be a whole number of rows.")
    return min(int(text), settings.TAP_MAX_ROWS)


def _form(parameters: Mapping[str, str]) -> Format:
    name = parameters.get("RESPONSEFORMAT") or parameters.get("FORMAT")
    if not name:
        return VOTABLE
    form = format_named(name)
    if form is None:
        known = ", ".join(alias for one in FORMATS for alias in one.aliases[:1])
        raise Refused(f"RESPONSEFORMAT is {quoted(name)}. It must be one of {known}.", 415)
    return form
