"""Lists of cubes as tables, read back by the programs that people use."""

import io
import json
import shutil
import subprocess

import numpy as np
import pandas
import pytest
from astropy import units
from astropy.io import votable
from astropy.table import Table
from django.contrib.auth.models import Permission
from solar_archive_client.tables import cubes_as_table

from catalogue.exports.columns import COLUMNS
from devtools.services import ServiceMissing
from tests.support.needed import needed

NAMES = [column.name for column in COLUMNS]
DATE_BEG = ["2019-04-19T17:34:55.503", "2020-01-01T08:00:00.000", "2021-01-01T08:00:00.000", "2022-01-01T08:00:00.000"]


def test_every_field_of_the_api_is_a_column_of_the_exports_and_of_the_clients_tables(client, export):
    [cube, *_] = client.get("/api/v1/data-cubes/").json()["results"]
    fields = cube.keys() - {"access", "images"} | cube["access"].keys() - {"release_comment", "grounds"}
    assert set(NAMES) == fields
    assert set(cubes_as_table([cube]).colnames) == fields


def test_pandas_reads_the_csv(export):
    table = pandas.read_csv(io.BytesIO(export("csv")), parse_dates=["date_beg"])
    assert list(table.columns) == NAMES
    assert list(table["oid"]) == ["a", "b", '\'=c,"é"', "d"]
    assert table["size"].dtype == np.int64
    assert table["date_beg"][1] == pandas.Timestamp("2020-01-01T08:00:00")
    assert list(table["may_download"]) == [True, False, True, False]
    assert np.isnan(table["mu"][2])
    assert table["tags"][0] == "Pore; Sunspot"


def test_astropy_reads_the_fits_table(export):
    table = Table.read(io.BytesIO(export("fits")), format="fits")
    assert table.colnames == NAMES
    assert list(table["date_beg"]) == DATE_BEG
    assert list(table["is_public"]) == [True, False, True, True]
    assert (table["size"].unit, table["wavelength_min"].unit, table["rotation"].unit) == (
        units.byte, units.nm, units.deg,
    )  # fmt: skip
    assert np.ma.is_masked(table["mu"][2]) or np.isnan(table["mu"][2])
    assert table["oid"][2] == '=c,"?"'
    assert table["download_url"].filled("")[3] == ""


def test_astropy_reads_the_votable_with_units_and_ucds(export):
    content = export("votable")
    table = Table.read(io.BytesIO(content), format="votable")
    assert table.colnames == NAMES
    assert list(table["oid"]) == ["a", "b", '=c,"é"', "d"]
    assert list(table["observation"])[1] == '<e & "x">'
    assert list(table["spectral_line"])[2] == "?"  # XML cannot hold the character.
    assert table["size_x"].unit == units.arcsec
    assert table["mu"].mask[2]
    fields = {field.name: field for field in votable.parse_single_table(io.BytesIO(content)).fields}
    assert (fields["wavelength_min"].ucd, fields["date_beg"].xtype) == ("em.wl;stat.min", "timestamp")
    assert all(field.ucd and field.description for field in fields.values())


@pytest.mark.parametrize(("form", "stilts_format"), [("votable", "votable"), ("fits", "fits"), ("csv", "csv")])
def test_topcat_reads_it(export, tmp_path, form, stilts_format):
    with needed():
        if shutil.which("stilts") is None:
            raise ServiceMissing("stilts is not installed; Debian's package is called stilts.")
    (tmp_path / "table").write_bytes(export(form))
    command = ["stilts", "tpipe", f"ifmt={stilts_format}", f"in={tmp_path / 'table'}", "cmd=keepcols 'oid size mu'"]
    read = subprocess.run([*command, "ofmt=csv", "out=-"], capture_output=True, text=True, timeout=120)
    assert read.returncode == 0, read.stderr
    table = pandas.read_csv(io.StringIO(read.stdout))
    assert list(table.columns) == ["oid", "size", "mu"]
    assert len(table) == 4
    assert table["oid"][0] == "a"


def test_stilts_finds_no_fault_in_the_votable(export, tmp_path):
    with needed():
        if shutil.which("stilts") is None:
            raise ServiceMissing("stilts is not installed; Debian's package is called stilts.")
    (tmp_path / "table.vot").write_bytes(export("votable"))
    checked = subprocess.run(
        ["stilts", "votlint", str(tmp_path / "table.vot")], capture_output=True, text=True, timeout=120
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_each_line_is_json(export):
    lines = [json.loads(line) for line in export("jsonl").splitlines()]
    assert [line["oid"] for line in lines] == ["a", "b", '=c,"é"', "d"]
    assert list(lines[0]) == NAMES
    assert lines[2]["mu"] is None


@pytest.mark.parametrize("form", ["csv", "votable", "fits", "jsonl"])
def test_an_empty_list_is_a_valid_table(export, form):
    content = export(form, time_from="2030-01-01")
    match form:
        case "jsonl":
            assert content == b""
        case "csv":
            assert list(pandas.read_csv(io.BytesIO(content)).columns) == NAMES
        case _:
            table = Table.read(io.BytesIO(content), format=form)
            assert (table.colnames, len(table)) == (NAMES, 0)


def test_the_filters_and_the_order_of_the_list_hold(export):
    table = pandas.read_csv(io.BytesIO(export("csv", time_to="2020-06-01", ordering="-date_beg")))
    assert list(table["oid"]) == ["b", "a"]


def test_who_asks_with_a_token_sees_what_they_may_download(archive, person, client_of):
    person.user_permissions.add(Permission.objects.get(codename="download_restricted"))
    answer = client_of(person).get("/api/v1/data-cubes/", {"format": "csv", "ordering": "date_beg"})
    assert list(pandas.read_csv(io.BytesIO(answer.getvalue()))["may_download"]) == [True, True, True, False]
