"""ADQL to SQL, without a database: what is understood, what it becomes, and what is refused in words."""

import time
from contextlib import suppress

import pytest

from vo.adql import ADQLError, parse, translate
from vo.adql.parser import MAX_DEPTH, MAX_TABLES
from vo.adql.tokens import MAX_LENGTH
from vo.tables import Type


def sql(query: str) -> str:
    translation = translate(parse(query), 100)
    return translation.sql % tuple(map(repr, translation.parameters))


def refusal(query: str) -> str:
    with pytest.raises(ADQLError) as refused:
        translate(parse(query), 100)
    return str(refused.value)


def test_names_of_columns_come_from_the_description_and_all_others_are_made_here():
    translation = translate(
        parse('SELECT TOP 5 a.OID AS "x; DROP", mu FROM Archive.Data_Cubes AS a WHERE a.mu > .5'), 9
    )
    assert translation.sql == (
        'SELECT t1."oid" AS c1, t1."mu" AS c2 FROM archive.data_cubes AS t1 WHERE (t1."mu" > %s::float8) LIMIT %s'
    )
    assert translation.parameters == (0.5, 5)
    assert [column.name for column in translation.columns] == ["x; DROP", "mu"]


def test_texts_are_parameters():
    query = "SELECT oid FROM archive.data_cubes WHERE observer = 'it''s; DROP TABLE x --' AND oid <> '%s'"
    translation = translate(parse(query), 9)
    assert translation.parameters[:2] == ("it's; DROP TABLE x --", "%s")
    assert "DROP" not in translation.sql


@pytest.mark.parametrize(
    ("query", "part"),
    [
        (
            "SELECT mu FROM archive.data_cubes WHERE NOT (mu > 1 OR mu IS NULL) AND n_scans = 2",
            '((NOT ((t1."mu" > 1::bigint) OR (t1."mu" IS NULL))) AND',
        ),
        ("SELECT mu FROM archive.data_cubes ORDER BY mu DESC, 1 OFFSET 3", "ORDER BY 1 DESC, 1 LIMIT 100 OFFSET 3"),
        ("SELECT DISTINCT instrument FROM archive.data_cubes", 'SELECT DISTINCT t1."instrument"'),
        (
            "SELECT LOG(mu), LOG10(mu), TRUNCATE(mu), PI() FROM archive.data_cubes",
            'ln((t1."mu")::float8) AS c1, log((t1."mu")::float8) AS c2, trunc((t1."mu")::float8) AS c3, pi()',
        ),
        (
            "SELECT AVG(n_scans), SUM(n_scans), COUNT(DISTINCT oid) FROM archive.data_cubes",
            '(avg((t1."n_scans")))::float8 AS c1, (sum((t1."n_scans")))::bigint AS c2, count(DISTINCT (t1."oid")::text',
        ),
        (
            "SELECT oid FROM archive.data_cubes WHERE oid LIKE 'a\\%' AND oid NOT ILIKE '_'",
            "LIKE 'a\\\\%' ESCAPE '') AND (t1.\"oid\" NOT ILIKE '_' ESCAPE '')",
        ),
        ("SELECT 1 - 2 * 3 + mu FROM archive.data_cubes", '(1::bigint - (2::bigint * 3::bigint) + t1."mu")'),
        (
            "SELECT d.o FROM (SELECT oid AS o FROM archive.data_cubes) AS d",
            'FROM (SELECT t1."oid" AS c1 FROM archive.data_cubes AS t1) AS t2 (c1)',
        ),
        (
            "SELECT oid FROM archive.data_cubes WHERE oid IN (SELECT oid FROM archive.keywords)",
            'IN (SELECT t2."oid" AS c1 FROM archive.keywords AS t2)',
        ),
        (
            "SELECT oid FROM archive.data_cubes a WHERE EXISTS (SELECT * FROM archive.keywords k WHERE k.oid = a.oid)",
            't2."oid" = t1."oid"',
        ),
        ("SELECT oid FROM archive.keywords NATURAL JOIN archive.data_cubes", 'ON t1."oid" = t2."oid"'),
        (
            "SELECT oid FROM archive.keywords FULL OUTER JOIN archive.data_cubes USING (oid)",
            'SELECT COALESCE(t1."oid", t2."oid") AS c1',
        ),
        ("(SELECT oid FROM archive.keywords) UNION ALL SELECT granule_uid FROM archive.epn_core", ") UNION ALL ("),
        (
            "SELECT oid FROM archive.data_cubes WHERE date_beg BETWEEN '2019-01-01' AND '2020-01-01'",
            "BETWEEN '2019-01-01' AND '2020-01-01'",
        ),
        (
            "SELECT CAST(mu AS VARCHAR(20)), COALESCE(mu, 0) FROM archive.data_cubes",
            '(t1."mu")::text AS c1, COALESCE(t1."mu", 0::bigint)',
        ),
        ("SELECT oid -- a comment\nFROM archive.data_cubes;", 'SELECT t1."oid"'),
        (
            "SELECT k.* , mu FROM archive.keywords k, archive.data_cubes WHERE k.oid = data_cubes.oid",
            't1."text_value" AS c4, t2."mu" AS c5',
        ),
    ],
)
def test_what_is_understood(query, part):
    assert part in sql(query)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("SELECT pg_sleep(10) FROM ivoa.obscore", "There is no function “pg_sleep”"),
        ("SELECT mod(1) FROM ivoa.obscore", "no function “mod” with 1 arguments"),
        ("SELECT * FROM auth_user", "There is no table “auth_user”. The tables are ivoa.obscore"),
        ("SELECT * FROM datacubes_datacube", "There is no table"),
        ("SELECT * FROM pg_catalog.pg_class", "There is no table “pg_catalog.pg_class”"),
        ("SELECT foo FROM ivoa.obscore", "No table of the query has a column “foo”"),
        ("SELECT ctid FROM archive.data_cubes", "No table of the query has a column “ctid”"),
        ("SELECT oid FROM archive.data_cubes, archive.keywords", "Several tables have a column “oid”"),
        ("SELECT oid FROM archive.data_cubes; DELETE FROM x", "the end of the query was expected"),
        ("DELETE FROM archive.data_cubes", "SELECT was expected"),
        ("SELECT 1", "FROM was expected, but the query has the end of the query"),
        ("SELECT oid INTO x FROM archive.data_cubes", "FROM was expected, but the query has “into”"),
        ("SELECT oid FROM archive.data_cubes WHERE mu", "A condition was expected"),
        ("SELECT mu > 1 FROM archive.data_cubes", "A value was expected"),
        ("SELECT oid FROM archive.data_cubes WHERE mu = 'x'", "a number and a text cannot be compared"),
        ("SELECT oid FROM archive.data_cubes WHERE date_beg > 59000", "a time and a whole number cannot be compared"),
        ("SELECT oid + 1 FROM archive.data_cubes", "“+” needs a number, but is given a text"),
        ("SELECT oid FROM archive.data_cubes WHERE mu LIKE 'x'", "LIKE needs a text, but is given a number"),
        ("SELECT oid FROM archive.data_cubes WHERE oid IN (SELECT * FROM archive.keywords)", "must have one column"),
        ("SELECT oid FROM archive.data_cubes UNION SELECT oid, keyword FROM archive.keywords", "1 and 2 columns"),
        ("SELECT oid FROM archive.data_cubes WHERE oid = 'x", "its quote is not closed"),
        ("SELECT \x00 FROM archive.data_cubes", "ADQL has no use for “?”"),
        ("SELECT 1e999 FROM archive.data_cubes", "is too large"),
        ("SELECT CAST(oid AS regclass) FROM archive.data_cubes", "CAST to “regclass” is not supported"),
        ("SELECT oid FROM archive.data_cubes ORDER BY 7", "ORDER BY must name a column"),
        ("SELECT t1.oid FROM archive.data_cubes AS a", "No table of the query has a column “t1.oid”"),
        ("SELECT 1 FROM archive.data_cubes WHERE 1 = CONTAINS(POINT('', 1, 1), 1)", "no function “point”"),
        ("", "SELECT was expected"),
        ("SELECT " + "(" * (MAX_DEPTH + 5) + "1", f"more than {MAX_DEPTH} parentheses"),
        ("SELECT 1 FROM " + ", ".join(["archive.keywords"] * (MAX_TABLES + 1)), f"more than {MAX_TABLES} tables"),
        ("SELECT '" + "x" * MAX_LENGTH + "' FROM archive.keywords", "At most 10,000 are possible"),
        ("SELECT " + "||".join(["oid"] * 30) + " FROM archive.keywords", "more than 20 signs"),
    ],
)
def test_what_is_refused(query, sentence):
    assert sentence in refusal(query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT oid FROM archive.data_cubes WHERE " + " OR ".join(f"mu={number}" for number in range(900)),
        "SELECT " + "-" * 9000 + "1 FROM archive.data_cubes",
        "SELECT " + "(" * 9000,
        "SELECT oid FROM archive.data_cubes WHERE " + "NOT " * 2400 + "mu = 1",
        "SELECT " + "abs(" * 2000 + "1",
        "SELECT * FROM " + "(SELECT * FROM " * 600,
        "SELECT " + ", ".join(["*"] * 3000) + " FROM ivoa.obscore",
    ],
)
def test_the_time_is_bounded_whatever_the_query(query):
    began = time.process_time()
    with suppress(ADQLError):
        translate(parse(query), 10)
    assert time.process_time() - began < 1


def test_a_plain_column_keeps_its_description_and_an_expression_has_a_type():
    translation = translate(parse("SELECT mu, mu * 2, n_scans + 1, oid, MAX(date_beg) FROM archive.data_cubes"), 9)
    assert [column.type for column in translation.columns] == [
        *(Type.DOUBLE, Type.DOUBLE, Type.LONG, Type.TEXT, Type.TIMESTAMP)
    ]
    assert [bool(column.column) for column in translation.columns] == [True, False, False, True, False]
    derived = translate(parse("SELECT d.m FROM (SELECT mu AS m FROM archive.data_cubes) AS d"), 9)
    assert derived.columns[0].column.ucd == "pos.heliocentric"


def test_columns_of_the_same_name_get_numbers():
    columns = translate(parse("SELECT mu, mu, mu + 1, mu + 2 FROM archive.data_cubes"), 9).columns
    assert [column.name for column in columns] == ["mu", "mu_2", "value", "value_2"]


def test_the_limit_of_the_service_counts_beside_that_of_the_query():
    assert sql("SELECT TOP 5 oid FROM archive.data_cubes").endswith("LIMIT 5")
    assert sql("SELECT TOP 500 oid FROM archive.data_cubes").endswith("LIMIT 100")
    assert sql("SELECT oid FROM archive.data_cubes").endswith("LIMIT 100")
