"""The views of the database, and who may read them."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from datacubes.links import download_path, oid_in_url
from datacubes.models import DataCube, Metadata
from datacubes.withdrawal import withdraw
from tests.support.archived_cubes import RESTRICTED
from vo.tables import SCHEMAS, TABLES
from vo.tables.views import REMOVE, create

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_postgresql(role) -> None:
    """All of these need PostgreSQL."""


def fetched(sql: str, parameters: object = None) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def definitions() -> set[tuple[object, ...]]:
    return set(
        fetched(
            "SELECT schemaname, viewname, definition FROM pg_views WHERE schemaname = ANY(%(names)s) UNION ALL "
            "SELECT 'index', indexname, indexdef FROM pg_indexes WHERE tablename = 'datacubes_metadata' UNION ALL "
            "SELECT 'function', proname, prosrc FROM pg_proc WHERE pronamespace = 'archive'::regnamespace",
            {"names": [schema.name for schema in SCHEMAS]},
        )
    )


def test_the_migrations_made_the_views_that_the_description_describes():
    made = definitions()
    with connection.cursor() as cursor:
        cursor.execute(REMOVE)
        cursor.execute(create())
    assert definitions() == made, "Add a migration with the statements of `python -m vo.tables.views`."


def test_the_columns_have_the_types_of_the_description():
    found = fetched(
        "SELECT table_schema || '.' || table_name, column_name, data_type FROM information_schema.columns "
        "WHERE table_schema = ANY(%s) AND column_name NOT IN ('during', 'band')",
        [[schema.name for schema in SCHEMAS]],
    )
    described = [
        (table.name, column.name.strip('"'), column.type.stored_as)
        for table in TABLES.values()
        for column in table.columns
    ]
    assert sorted(found) == sorted(described)


def test_tap_schema_describes_all_tables_and_columns_and_itself(rows):
    columns = rows("SELECT table_name, column_name, unit, ucd, utype, std FROM tap_schema.columns")
    assert len(columns) == sum(len(table.columns) for table in TABLES.values())
    assert {
        "table_name": "ivoa.obscore", "column_name": "em_min", "unit": "m", "ucd": "em.wl;stat.min",
        "utype": "obscore:Char.SpectralAxis.Coverage.Bounds.Limits.LoLimit", "std": "1",
    } in columns  # fmt: skip
    assert {row["table_name"] for row in rows("SELECT table_name FROM tap_schema.tables")} == set(TABLES)


def test_the_role_reads_the_views_and_nothing_else(settings, archive_cube):
    archive_cube()
    for statement in (
        *(f"SELECT 1 FROM {name}" for name in ("datacubes_datacube", "auth_user", "vo_job", "pg_authid")),
        "DELETE FROM archive.data_cubes",
        "UPDATE tap_schema.schemas SET description = ''",
        "CREATE TABLE archive.x (y integer)",
        "SELECT pg_read_file('/etc/passwd')",
        "DROP VIEW archive.data_cubes",
    ):  # fmt: skip
        with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {settings.TAP_DATABASE_ROLE}; {statement}")
        state = refused.value.__cause__.pgcode
        assert state in ("42501", "55000"), (statement, refused.value)  # Not allowed, or not a view that can change.


def test_a_cube_is_told_in_the_units_of_each_standard(archive_cube, rows, settings):
    settings.ARCHIVE_BASE_URL = "https://archive.example"
    settings.IVOA_AUTHORITY = "archive.example"
    cube = archive_cube({"DATE-BEG": "2019-04-19T12:00:00", "DATE-END": "2019-04-19T12:30:00"})
    Metadata.objects.filter(cube=cube).update(
        wavelength_min=630.1,
        wavelength_max=630.3,
        pointing_x=360,
        pointing_y=-36,
        size_x=72,
        size_y=36,
        rotation=90,
        mu=0.5,
        has_polarimetry=True,
    )
    [obscore] = rows("SELECT * FROM ivoa.obscore")
    assert (float(obscore["t_min"]), float(obscore["em_min"])) == (58592.5, pytest.approx(630.1e-9))
    assert obscore["pol_states"] == "/I/Q/U/V/"
    assert obscore["access_url"] == f"https://archive.example{download_path(cube)}"
    assert obscore["obs_publisher_did"] == f"ivo://archive.example/cubes?{oid_in_url(cube.oid)}"
    [epn] = rows("SELECT * FROM archive.epn_core")
    assert float(epn["time_min"]) == 2458593.0
    assert float(epn["spectral_range_min"]) == pytest.approx(299792458 / 630.3e-9)
    # Turned by a right angle, the field is 36 arcsec wide and 72 high.
    edges = [float(epn[name]) for name in ("c1min", "c1max", "c2min", "c2max")]
    assert edges == pytest.approx([342 / 3600, 378 / 3600, -72 / 3600, 0])
    assert (float(epn["emergence_min"]), epn["target_name"]) == (pytest.approx(60), "Sun")
    thumbnail = cube.image_previews.get(size_name="thumbnail")
    assert epn["thumbnail_url"] == f"https://archive.example{thumbnail.file.url}"
    [own] = rows("SELECT * FROM archive.data_cubes")
    assert (own["oid"], own["date_beg"], own["has_polarimetry"]) == (cube.oid, "2019-04-19T12:00:00.000", "1")
    [keyword] = rows("SELECT * FROM archive.keywords WHERE keyword = 'INSTRUME'")
    assert (keyword["oid"], keyword["text_value"], keyword["number_value"]) == (cube.oid, cube.instrument.name, "")
    [number] = rows("SELECT number_value FROM archive.keywords WHERE keyword = 'NAXIS1'")
    assert float(number["number_value"]) == cube.metadata.keywords["NAXIS1"]


@pytest.mark.parametrize("odd", ["a/b c", '=c,"é"', "%2F?#", "2019:04,1=@-_.~"])
def test_names_are_encoded_in_addresses_as_everywhere(archive_cube, rows, odd):
    cube = archive_cube()
    DataCube.objects.filter(pk=cube.pk).update(oid=odd, filename=odd)
    cube.refresh_from_db()
    [row] = rows("SELECT access_url, datalink_url, external_link FROM archive.epn_core")
    assert row["access_url"].endswith(download_path(cube))
    assert row["datalink_url"].endswith(f"/datalink?ID={oid_in_url(odd)}")
    assert row["external_link"].endswith(f"/cubes/{oid_in_url(odd)}/")


def test_withdrawn_cubes_are_left_out_and_missing_files_have_no_address(archive_cube, rows):
    archive_cube(oid="a", path="a/a_im.fits")
    cube = archive_cube({"DATE-BEG": "2020-01-01T08:00:00"}, oid="b", path="b/b_im.fits")
    with transaction.atomic():
        withdraw(cube, "It is wrong.")
    for table, column in (("ivoa.obscore", "access_url"), ("archive.epn_core", "granule_uid")):
        assert len(rows(f"SELECT {column} FROM {table}")) == 1
    assert {row["oid"] for row in rows("SELECT DISTINCT oid FROM archive.keywords")} == {"a"}
    DataCube.objects.update(missing_since="2020-01-01T00:00Z")
    assert [row["access_url"] for row in rows("SELECT access_url FROM ivoa.obscore")] == [""]


def test_restricted_cubes_have_their_metadata_and_an_address_that_refuses(archive_cube, rows, client, settings):
    cube = archive_cube(RESTRICTED)
    [row] = rows("SELECT access_url, data_rights, obs_release_date FROM ivoa.obscore")
    assert (row["data_rights"], row["obs_release_date"]) == ("proprietary", "2999-12-31T00:00:00.000")
    assert client.get(row["access_url"].removeprefix(settings.ARCHIVE_BASE_URL)).status_code == 403
    assert rows("SELECT thumbnail_url FROM archive.epn_core")[0]["thumbnail_url"]
    settings.PREVIEWS_OF_RESTRICTED_CUBES = False
    assert rows("SELECT thumbnail_url FROM archive.epn_core") == [{"thumbnail_url": ""}]
    cube.access.release_date = date(2020, 1, 1)
    cube.access.save()
    assert rows("SELECT thumbnail_url FROM archive.epn_core")[0]["thumbnail_url"]


@pytest.mark.parametrize("value", [0.0, -1.0, 1e-320, 1e308, -1e308, float("inf"), float("nan")])
def test_no_value_of_a_header_makes_a_query_fail(archive_cube, rows, value):
    cube = archive_cube()
    names = ("wavelength_min", "wavelength_max", "size_x", "size_y", "pointing_x", "pointing_y", "rotation", "mu")
    numbers = dict.fromkeys((*names, "cadence", "exposure", "duration", "r0_median"), value)
    keywords = {"NAXIS1": 1e308, "NAXIS2": -5, "A": 1e-320, "B": [1, 2], "C": None, "TELESCOP": ["x", 1]}
    Metadata.objects.filter(cube=cube).update(**numbers, keywords=keywords)
    for table in TABLES:
        rows(f"SELECT * FROM {table}")
