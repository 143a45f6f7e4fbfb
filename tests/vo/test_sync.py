"""/tap/sync: the formats, the number of rows, and what is refused, with the right status and a sentence."""

import io
from contextlib import ExitStack
from xml.etree import ElementTree

import numpy as np
import pytest
from astropy.io.votable import parse
from astropy.table import Table
from django.db import connection
from django.test import Client

from datacubes.models import DataCube, Metadata
from tests.support.archived_cubes import copy_of
from vo import synchronous
from vo.parameters import MAX_OTHER_LENGTH

pytestmark = pytest.mark.django_db

QUERY = "SELECT oid, mu, n_scans, file_size, date_beg, observer FROM archive.data_cubes ORDER BY oid"
ON_SQLITE = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="TAP is there on PostgreSQL")
ADDRESSES = (
    "tap",
    "tap/sync",
    "tap/async",
    "tap/async/x",
    "tap/tables",
    "tap/capabilities",
    "tap/availability",
    "tap/examples",
    "datalink",
)


@pytest.fixture
def cubes(archive_cube) -> None:
    cube = archive_cube()
    DataCube.objects.filter(pk=cube.pk).update(oid="a")
    copy_of(cube, "b < & é", mu=None, observer="Å. Ake \x01")
    copy_of(cube, "c", mu=float("inf"), n_scans=7)


def body(answer) -> bytes:
    content = answer.getvalue() if answer.streaming else answer.content
    assert answer.status_code == 200, content
    assert int(answer["Content-Length"]) == len(content)
    return content


def refusal(answer, status: int) -> str:
    """The sentence of a VOTable that says QUERY_STATUS=ERROR."""
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/x-votable+xml")
    [info] = ElementTree.fromstring(answer.content).iter("{http://www.ivoa.net/xml/VOTable/v1.3}INFO")
    assert (info.get("name"), info.get("value")) == ("QUERY_STATUS", "ERROR")
    return info.text or ""


@pytest.mark.parametrize(
    "form", ["votable", "votable/td", "votable/b2", "text/xml", "application/x-votable+xml;serialization=BINARY2"]
)
def test_a_votable_is_read_back_by_astropy_as_it_was_written(tap, cubes, form):
    votable = parse(io.BytesIO(body(tap(QUERY, RESPONSEFORMAT=form))))
    table = votable.get_first_table().to_table(use_names_over_ids=True)
    assert list(table["oid"]) == ["a", "b < & é", "c"]
    assert list(table["observer"])[1].startswith("Å. Ake")
    assert (table["mu"].unit, table["file_size"].unit) == (None, "byte")
    assert np.isnan(np.ma.filled(table["mu"], np.nan)[1])
    assert table["mu"][2] == np.inf
    assert list(table["n_scans"])[2] == 7
    assert table["file_size"][0] == DataCube.objects.get(oid="a").size
    begin = Metadata.objects.get(cube__oid="a").date_beg
    assert table["date_beg"][0] == f"{begin:%Y-%m-%dT%H:%M:%S.}{begin.microsecond // 1000:03}"
    assert [info.value for info in votable.resources[0].infos if info.name == "QUERY_STATUS"] == ["OK"]


def test_csv_tsv_and_fits_hold_the_same(tap, cubes):
    read = Table.read(io.BytesIO(body(tap(QUERY, FORMAT="csv"))), format="ascii.csv")
    assert (list(read["oid"]), read["n_scans"][2]) == (["a", "b < & é", "c"], 7)
    lines = body(tap(QUERY, FORMAT="text/tab-separated-values")).decode().split("\r\n")
    assert lines[0].split("\t") == ["oid", "mu", "n_scans", "file_size", "date_beg", "observer"]
    table = Table.read(io.BytesIO(body(tap(QUERY, FORMAT="application/fits"))))
    assert list(table["oid"]) == ["a", "b < & ?", "c"]
    assert np.ma.is_masked(table["mu"][1]) or np.isnan(table["mu"][1])
    assert table["file_size"].unit == "byte"


@pytest.mark.parametrize("form", ["votable", "votable/b2", "csv", "tsv", "fits"])
def test_a_result_without_rows_is_a_table_too(tap, role, form):
    assert body(tap(QUERY, FORMAT=form))


def test_the_result_leads_to_datalink(tap, cubes):
    content = body(tap("SELECT mu, oid FROM archive.data_cubes")).decode()
    assert 'standardID" datatype="char" arraysize="*" value="ivo://ivoa.net/std/DataLink#links-1.0"' in content
    assert "adhoc:service" not in body(tap("SELECT mu FROM archive.data_cubes")).decode()


@pytest.mark.parametrize(
    ("query", "maxrec", "number", "overflows"),
    [
        (QUERY, 2, 2, True),
        (QUERY, 3, 3, False),
        (QUERY, 0, 0, True),
        (QUERY, None, 3, False),
        (QUERY.replace("SELECT", "SELECT TOP 2"), 2, 2, False),
        (QUERY.replace("SELECT", "SELECT TOP 3"), 2, 2, True),
    ],
)
def test_more_rows_than_maxrec_are_told(tap, cubes, query, maxrec, number, overflows):
    content = body(tap(query, **({} if maxrec is None else {"MAXREC": maxrec})))
    assert content.count(b"<TR>") == number
    assert (b'<INFO name="QUERY_STATUS" value="OVERFLOW"/>' in content) is overflows
    assert parse(io.BytesIO(content))


def test_the_archive_has_a_limit_of_its_own(tap, cubes, settings):
    settings.TAP_MAX_ROWS = 1
    assert body(tap(QUERY, MAXREC=100)).count(b"<TR>") == 1


def test_a_post_from_anywhere_works_without_a_token_and_names_are_in_any_case(role, cubes):
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(
        "/tap/sync", {"lang": "ADQL", "query": QUERY, "format": "csv"}, headers={"origin": "https://x.example"}
    )
    assert body(answer).startswith(b"oid,")
    assert answer["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("parameters", "status", "sentence"),
    [
        ({"QUERY": "SELECT foo FROM ivoa.obscore"}, 400, "has a column “foo”"),
        ({"QUERY": "SELECT 1/0 FROM tap_schema.schemas"}, 400, "division by zero"),
        ({"QUERY": "SELECT CAST('x' AS INTEGER) FROM tap_schema.schemas"}, 400, "invalid input syntax for type bigint"),
        ({"QUERY": "SELECT CAST('90000-01-01' AS TIMESTAMP) FROM tap_schema.schemas"}, 400, "cannot be shown"),
        ({"QUERY": "SELECT mu FROM archive.data_cubes GROUP BY oid"}, 400, "must appear in the GROUP BY clause"),
        ({"QUERY": ""}, 400, "QUERY is missing"),
        ({"LANG": "SQL"}, 400, "It must be one of ADQL"),
        ({"REQUEST": "getCapabilities"}, 400, "It must be doQuery"),
        ({"MAXREC": "-1"}, 400, "MAXREC is “-1”"),
        ({"MAXREC": "٣"}, 400, "whole number of rows"),
        ({"FORMAT": "image/png"}, 415, "It must be one of votable"),
        ({"UPLOAD": "t,http://x.example/t.vot"}, 400, "takes no uploads"),
        ({"QUERY": "SELECT '\x01' FROM ivoa.obscore"}, 400, "has control characters"),
        ({"RUNID": "x" * (MAX_OTHER_LENGTH + 1)}, 400, "At most 256 are possible"),
    ],
)
def test_what_is_refused(tap, cubes, parameters, status, sentence):
    assert sentence in refusal(tap(parameters.pop("QUERY", QUERY), **parameters), status)


def test_texts_that_grow_are_stopped(tap, role):
    query = "SELECT x || x AS x FROM (SELECT description || description AS x FROM tap_schema.schemas) AS a"
    for name in "bcdefgh":
        query = f"SELECT x || x AS x FROM ({query}) AS {name}"
    assert "bounded_text" in refusal(tap(query), 400)


def test_a_query_is_stopped_at_its_limit_of_time(tap, cubes, settings):
    settings.TAP_SYNC_SECONDS = 0.2
    everything = ", ".join(f"archive.keywords AS k{number}" for number in range(6))
    assert "it took longer than 0.2 s" in refusal(tap(f"SELECT COUNT(*) FROM {everything}"), 400)


def test_a_role_that_is_not_there_is_told_to_those_who_run_the_archive(tap, settings, caplog):
    settings.TAP_DATABASE_ROLE = "nobody_made_it"
    answer = tap(QUERY)
    assert "not prepared" in refusal(answer, 503)
    assert answer["Retry-After"]
    assert 'role "nobody_made_it" does not exist' in caplog.text
    assert "prepare_tap" in caplog.text


def test_no_more_queries_are_carried_out_at_once_than_there_are_places(tap, role):
    with ExitStack() as held:
        for _ in range(synchronous.QUERIES_AT_ONCE):
            held.enter_context(synchronous._free)
        assert "as many queries as it can" in refusal(tap(QUERY), 503)
    for _ in range(synchronous.QUERIES_AT_ONCE + 1):  # Also those that fail give their place back.
        tap("SELECT 1/0 FROM tap_schema.schemas")
    assert tap(QUERY).status_code == 200


def test_the_transaction_ends_with_the_query(tap, role):
    tap(QUERY)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user = session_user, current_setting('transaction_read_only')")
        assert cursor.fetchone() == (True, "off")


@ON_SQLITE
@pytest.mark.parametrize("address", ADDRESSES)
def test_on_sqlite_every_address_says_what_is_needed(client, address):
    assert "It needs PostgreSQL" in refusal(client.get(f"/{address}"), 501)
