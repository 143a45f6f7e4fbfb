"""archive.epn_core has the columns of EPN-TAP 2.0 (REC-EPNTAP-2.0, table 1), with their units and UCDs."""

import pytest

from tests.support.archived_cubes import RESTRICTED
from vo.tables import TABLES, Type

EPN_CORE = TABLES["archive.epn_core"]
COLUMNS = {column.name: column for column in EPN_CORE.columns}

SINGLE = {
    "granule_uid": "meta.id", "granule_gid": "meta.id", "obs_id": "meta.id;obs", "dataproduct_type": "meta.code.class",
    "target_name": "meta.id;src", "target_class": "src.class", "s_region": "pos.outline;obs.field",
    "spatial_frame_type": "meta.code.class;pos.frame", "instrument_host_name": "meta.id;instr.obsty",
    "instrument_name": "meta.id;instr", "measurement_type": "meta.ucd", "processing_level": "meta.calibLevel",
    "creation_date": "time.creation", "modification_date": "time.processing", "release_date": "time.release",
    "service_title": "meta.title", "access_url": "meta.ref.url;meta.file", "access_format": "meta.code.mime",
    "thumbnail_url": "meta.ref.url;meta.preview", "file_name": "meta.id;meta.file", "datalink_url": "meta.ref.url",
}  # fmt: skip
RANGES = {
    "time_sampling_step_": ("time.resolution", "s"), "time_exp_": ("time.duration;obs.exposure", "s"),
    "spectral_range_": ("em.freq", "Hz"), "spectral_sampling_step_": ("em.freq;spect.binSize", "Hz"),
    "spectral_resolution_": ("spect.resolution", ""), "incidence_": ("pos.incidenceAng", "deg"),
    "emergence_": ("pos.emergenceAng", "deg"), "phase_": ("pos.phaseAng", "deg"),
}  # fmt: skip
FREE = ("c1", "c2", "c3", "c1_resol_", "c2_resol_", "c3_resol_")
TIMESTAMPS = {"creation_date", "modification_date", "release_date"}
NEVER_NULL = {"granule_uid", "granule_gid", "obs_id", "dataproduct_type", "service_title"} | TIMESTAMPS


def test_the_table_is_declared():
    assert EPN_CORE.utype == "ivo://ivoa.net/std/epntap#table-2.0"


@pytest.mark.parametrize(("name", "ucd"), SINGLE.items())
def test_single_columns(name, ucd):
    column = COLUMNS[name]
    assert (column.ucd, column.unit) == (ucd, "")
    assert (column.type is Type.TIMESTAMP) is (name in TIMESTAMPS)
    assert (column.type is Type.INTEGER) is (name == "processing_level")


def test_ranges_have_two_columns():
    for name, (ucd, unit) in RANGES.items():
        for end in ("min", "max"):
            column = COLUMNS[name + end]
            assert (column.ucd, column.unit, column.type) == (f"{ucd};stat.{end}", unit, Type.DOUBLE)
    for name in FREE:
        assert {COLUMNS[f"{name}{end}"].type for end in ("min", "max")} == {Type.DOUBLE}
    assert (COLUMNS["time_min"].ucd, COLUMNS["time_max"].ucd) == ("time.start;obs", "time.end;obs")
    assert (COLUMNS["time_min"].unit, COLUMNS["access_estsize"].unit) == ("d", "kbyte")


@pytest.mark.django_db
def test_values_are_those_of_the_standard(archive_cube, rows):
    archive_cube({"RELEASE": None}, oid="a", path="a/a_im.fits")
    archive_cube(RESTRICTED | {"DATE-BEG": "2020-01-01T08:00:00"}, oid="b", path="b/b_im.fits")
    for row in rows("SELECT * FROM archive.epn_core"):
        assert all(row[name] for name in NEVER_NULL)
        assert (row["dataproduct_type"], row["target_class"], row["spatial_frame_type"]) == ("sc", "star", "celestial")
        assert 1 <= int(row["processing_level"]) <= 6
        assert 2086000 < float(row["time_min"]) <= float(row["time_max"]) < 2817000
        for name in (*RANGES, *FREE):
            low, high = row[f"{name}min"], row[f"{name}max"]
            assert bool(low) == bool(high), name
            assert float(low or 0) <= float(high or 0), name
