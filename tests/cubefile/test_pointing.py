"""Where a cube points and how large it is on the sky, from tables or from linear coordinates."""

import numpy as np
import pytest
from astropy.io import fits

from common.errors import PermanentError
from datacubes.models import Metadata
from datacubes.steps.base import IngestRequest
from devtools.cube_tables import FIELD_CENTRE, FIELD_SIZE
from devtools.sample_cubes import write_cube
from ingestion.conductor import IngestResult, ingest
from tests.support.raw_fits import tiny_cube

pytestmark = pytest.mark.django_db

LINEAR = {
    "CTYPE1": "CTYPE1  = 'HPLN-TAN'",
    "CTYPE2": "CTYPE2  = 'HPLT-TAN'",
    "CUNIT1": "CUNIT1  = 'arcsec'",
    "CUNIT2": "CUNIT2  = 'arcsec'",
    "CRPIX1": "CRPIX1  = 2.5",
    "CRPIX2": "CRPIX2  = 1.0",
    "CRVAL1": "CRVAL1  = -352.0",
    "CRVAL2": "CRVAL2  = 118.0",
    "CDELT1": "CDELT1  = 0.5",
    "CDELT2": "CDELT2  = 0.25",
}


OUTER_SIZE = tuple(size * 4 / 3 for size in FIELD_SIZE)
"""From edge to edge of four pixels; FIELD_SIZE is from the centre of the first to that of the last."""


def place_of(metadata: Metadata) -> tuple[float | None, ...]:
    return metadata.pointing_x, metadata.pointing_y, metadata.size_x, metadata.size_y


def ingest_bytes(data_root, content: bytes) -> IngestResult:
    (data_root / "cube.fits").write_bytes(content)
    return ingest(IngestRequest("cube.fits"))


@pytest.mark.parametrize("shape", [(1, 1, 1, 4, 4), (1, 1, 2, 4, 4), (3, 1, 2, 4, 4), (2, 4, 1, 4, 4)])
def test_the_corners_in_the_table_give_centre_and_size(data_root, shape):
    write_cube(data_root / "cube.fits", shape=shape)
    ingest(IngestRequest("cube.fits"))
    assert place_of(Metadata.objects.get()) == pytest.approx((*FIELD_CENTRE, *OUTER_SIZE))


def test_the_parts_of_the_columns_name_give_the_order(data_root):
    path = write_cube(data_root / "cube.fits", shape=(1, 1, 2, 4, 4))
    content = path.read_bytes().replace(b"'HPLN+HPLT+WAVE+TIME'", b"'HPLT+HPLN+WAVE+TIME'")
    content = content.replace(b"PV1_3   =", b"PVX_3   =").replace(b"PV2_3   =", b"PVY_3   =")
    ingest_bytes(data_root, content)
    (x, y), (size_x, size_y) = FIELD_CENTRE, OUTER_SIZE
    assert place_of(Metadata.objects.get()) == pytest.approx((y, x, size_y, size_x))


def test_without_the_table_the_alternative_coordinates_give_the_centre(data_root):
    write_cube(data_root / "cube.fits", shape=(1, 1, 2, 4, 4), without={"WCS-TAB"})
    result = ingest(IngestRequest("cube.fits"))
    assert place_of(Metadata.objects.get()) == pytest.approx((*FIELD_CENTRE, *FIELD_SIZE))
    assert result.warnings == []


def test_linear_coordinates_give_centre_and_size(data_root):
    ingest_bytes(data_root, tiny_cube(**LINEAR))
    # Four columns and three rows: the centres are at the pixels 2.5 and 2.
    assert place_of(Metadata.objects.get()) == pytest.approx((-352.0, 118.25, 2.0, 0.75))


def test_rounding_errors_are_cut_off(data_root):
    ingest_bytes(data_root, tiny_cube(**LINEAR | {"CDELT1": "CDELT1  = 0.1", "CDELT2": "CDELT2  = 0.1"}))
    assert 0.1 * 3 != 0.3
    metadata = Metadata.objects.get()
    assert (metadata.size_x, metadata.size_y) == (0.4, 0.3)


def test_steps_may_be_negative(data_root):
    ingest_bytes(data_root, tiny_cube(**LINEAR | {"CDELT2": "CDELT2  = -0.25"}))
    assert place_of(Metadata.objects.get()) == pytest.approx((-352.0, 117.75, 2.0, 0.75))


@pytest.mark.parametrize("unit", ["deg", None, "rad"])
def test_other_units_are_converted_and_degrees_are_the_default(data_root, unit):
    factor = {"deg": 3600, None: 3600, "rad": 180 / np.pi * 3600}[unit]
    cards = LINEAR | {f"CUNIT{axis}": unit and f"CUNIT{axis}  = '{unit}'" for axis in (1, 2)}
    cards |= {"CRVAL1": "CRVAL1  = -0.1", "CRVAL2": "CRVAL2  = 0.05"}
    cards |= {"CDELT1": "CDELT1  = 0.0001", "CDELT2": "CDELT2  = 0.0002"}
    ingest_bytes(data_root, tiny_cube(**cards))
    expected = (-0.1 * factor, (0.05 + 0.0002) * factor, 0.0004 * factor, 0.0006 * factor)
    assert place_of(Metadata.objects.get()) == pytest.approx(expected)


@pytest.mark.parametrize(
    "changes",
    [
        {"CTYPE1": "CTYPE1  = 'RA---TAN'", "CTYPE2": "CTYPE2  = 'DEC--TAN'"},
        {"CUNIT1": "CUNIT1  = 'kg'", "CUNIT2": "CUNIT2  = 'nonsense'"},
        {"CUNIT1": "CUNIT1  = '((((((('", "CUNIT2": "CUNIT2  = 5"},
        {"CUNIT1": "CUNIT1  = '10**99999999 deg'", "CUNIT2": "CUNIT2  = '10^³³³³³³³³³ deg'"},
        {"CRPIX1": None, "CDELT2": "CDELT2  = 'small'"},
        {"CRVAL1": "CRVAL1  = NaN", "CRVAL2": "CRVAL2  ="},
        {"CDELT1": "CDELT1  = 1E308", "CRPIX1": "CRPIX1  = 1E308", "CTYPE2": None},
    ],
    ids=str,
)
def test_senseless_coordinates_leave_the_pointing_unknown(data_root, changes):
    ingest_bytes(data_root, tiny_cube(**LINEAR | changes))
    metadata = Metadata.objects.get()
    assert metadata.pointing_x is None
    assert metadata.pointing_y is None


def test_a_damaged_table_of_coordinates_is_only_a_warning(data_root):
    path = write_cube(data_root / "cube.fits", shape=(1, 1, 2, 4, 4))
    content = path.read_bytes().replace(b"TFORM1  = '32D", b"TFORM1  = '9XX", 1)
    result = ingest_bytes(data_root, content)
    assert place_of(Metadata.objects.get()) == (None,) * 4
    assert len(result.warnings) == 1
    assert "WCS-TAB" in result.warnings[0]


@pytest.mark.parametrize("dimensions", ["(4,8)", "(16,2)", "(2,2,4,2)", "(8,2,2)"])
def test_a_table_of_another_shape_is_a_warning(data_root, dimensions):
    path = write_cube(data_root / "cube.fits", shape=(1, 1, 2, 4, 4))
    old = b"TDIM1   = '(4,2,2,2)'"
    content = path.read_bytes()
    assert content.count(old) == 1
    content = content.replace(old, f"TDIM1   = '{dimensions}'".encode().ljust(len(old)))
    result = ingest_bytes(data_root, content)
    assert place_of(Metadata.objects.get()) == (None,) * 4
    assert len(result.warnings) == 1
    assert "WCS-TAB" in result.warnings[0]


def test_a_table_of_nan_leaves_the_pointing_unknown(data_root):
    path = write_cube(data_root / "cube.fits", shape=(1, 1, 2, 4, 4))
    with fits.open(path) as hdus:
        begin = hdus["WCS-TAB"].fileinfo()["datLoc"]
    with path.open("r+b") as file:
        file.seek(begin)
        file.write(np.full(32, np.nan, dtype=">f8").tobytes())
    ingest(IngestRequest("cube.fits"))
    assert place_of(Metadata.objects.get()) == (None,) * 4


@pytest.mark.usefixtures("nobody_writes")
def test_a_truncated_table_of_coordinates_refuses_the_cube(data_root):
    path = write_cube(data_root / "cube.fits", shape=(1, 1, 2, 4, 4))
    content = path.read_bytes()
    begin = content.index(b"XTENSION")
    for size in (begin + 100, begin + 2880 + 100, begin + 5760 + 10):
        path.write_bytes(content[:size])
        with pytest.raises(PermanentError, match="cut short"):
            ingest(IngestRequest("cube.fits"))
    assert not Metadata.objects.exists()


def test_centre_size_rotation_and_distance_from_disk_centre_are_stored_and_found(data_root, client):
    cards = {"CROTA2": "CROTA2  = 37.0", "RSUN_OBS": "RSUN_OBS= 950.0"}
    ingest_bytes(data_root, tiny_cube(**LINEAR | {"CDELT2": "CDELT2  = 0.5"} | cards))
    metadata = Metadata.objects.get()
    assert (metadata.rotation, metadata.mu) == (pytest.approx(37.0), pytest.approx(0.92, abs=0.01))
    values = {"x": metadata.pointing_x, "y": metadata.pointing_y, "size_x": metadata.size_x, "size_y": metadata.size_y}
    values |= {"rotation": metadata.rotation, "mu": metadata.mu}
    queries = {f"{name}_from={value - 0.01}&{name}_to={value + 0.01}": 1 for name, value in values.items()}
    queries |= {f"{name}_from={value + 0.01}": 0 for name, value in values.items()}
    queries |= {f"{name}_to={value - 0.01}": 0 for name, value in values.items()}
    for query, count in queries.items():
        [*found] = client.get(f"/api/v1/data-cubes/?{query}").json()["results"]
        assert len(found) == count, query
    assert client.get("/api/v1/data-cubes/?x_from=2&x_to=1").json() == {"x_to": ["It must not be below x_from."]}
    assert "μ = 0.92" in client.get(f"/cubes/{metadata.cube.oid}/").content.decode()
