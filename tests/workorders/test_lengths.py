"""What a column of the database cannot hold is refused at the door, or shown cut, on any database."""

import numpy as np
import pytest
from astropy.io import fits
from django.core.management import CommandError, call_command

from common.errors import PermanentError
from datacubes.models import EmailGrant
from datacubes.steps.base import IngestRequest
from devtools.sample_cubes import write_cube
from ingestion.conductor import ingest
from tests.support.raw_fits import TINY_CUBE, TINY_DATA, padded, raw_header
from workorders import queue
from workorders.models import WorkOrderRun
from workorders.worker import carry_out

LONG_ADDRESS = f"{'a' * 60}@{'.'.join(['b' * 60] * 4)}.example"


def test_an_address_that_a_grant_cannot_hold_is_refused_when_it_is_posted(api, cube_path):
    assert len(LONG_ADDRESS) > 254
    answer = api.post(
        "/api/v1/ingest/", {"relative_path": cube_path, "owner_email_addresses": [LONG_ADDRESS]}, format="json"
    )
    assert answer.status_code == 400
    assert "254" in str(answer.json()["owner_email_addresses"])


def test_so_it_is_by_the_command(cube_path, db):
    with pytest.raises(CommandError, match="not an e-mail address"):
        call_command("ingest_fits_cube", cube_path, "--owner", LONG_ADDRESS)
    assert not EmailGrant.objects.exists()


def test_a_checksum_longer_than_any_is_shown_cut_and_is_a_mismatch(data_root, db):
    long_checksum = "CHECKSUM= '" + "x" * 60 + "&'" + " " * 7 + "CONTINUE  '" + "y" * 60 + "'"
    (data_root / "cube.fits").write_bytes(raw_header(*TINY_CUBE, long_checksum) + padded(TINY_DATA))
    queue.post_order("cube.fits", {})
    carry_out(queue.claim("w"))
    run = WorkOrderRun.objects.get()
    assert run.status == "completed"
    assert (run.checksum, run.checksum_status) == ("x" * 60 + "y" * 8, "mismatch")


def test_a_table_of_complex_scan_numbers_is_an_ordinary_refusal(data_root, db):
    path = write_cube(data_root / "cube.fits", shape=(2, 1, 2, 4, 4), without={"VAR-EXT-SCANNUM"})
    column = fits.Column(name="SCANNUM", format="C", array=np.array([1 + 2j], dtype=np.complex64))
    with fits.open(path, mode="append") as hdus:
        hdus.append(fits.BinTableHDU.from_columns([column], name="VAR-EXT-SCANNUM"))
    with pytest.raises(PermanentError, match="VAR-EXT-SCANNUM holds values that are not scan numbers"):
        ingest(IngestRequest("cube.fits"))
