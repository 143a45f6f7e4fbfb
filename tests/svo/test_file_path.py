"""Paths of files, as the SVO takes them."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devtools.svo import SvoServer
from devtools.svo.validation import clean_file_path
from svo.client import SvoClient
from svo.resources import Dataset
from svo.values import file_path
from tests.svo.bodies import location_body, record_body

DAY = date(2019, 4, 19)


def test_a_path_is_made_of_date_instrument_and_filename(svo: SvoServer, client: SvoClient, crisp: Dataset) -> None:
    name = "nb_6173_2019-04-19T17:34:39_scans=0-4_stokes_corrected_export2021-05-28T15:08:12_im.fits"

    path = file_path(DAY, "CRISP", name)

    assert (
        path == "2019-04-19/CRISP/nb_6173_2019-04-19T173439_scans=0-4_stokes_corrected_export2021-05-28T150812_im.fits"
    )
    client.create(crisp.metadata_uri, "a", record_body(crisp, data_location=location_body(crisp, file_path=path)))
    assert svo.locations("CRISP")[0]["file_path"] == path


@pytest.mark.parametrize(
    ("filename", "cleaned"),
    [
        ("""a\\b:c*d?e"f'g<h>i|j\rk\nl\0m.fits""", "abcdefghijklm.fits"),
        ("folder/cube.fits/", "foldercube.fits"),
        ("/etc/passwd", "etcpasswd"),
        ("../../x", "....x"),
        ("Größe ☉.fits", "Größe ☉.fits"),
        ("CON", "_CON"),
        ("nul.fits", "_nul.fits"),
        ("Com1 .fits", "_Com1 .fits"),
        ("C:ON.fits", "_CON.fits"),
        ("CONTINUUM.fits", "CONTINUUM.fits"),
        ("COM10.fits", "COM10.fits"),
        ("..", "_.."),
        (":", "_"),
        (" cube.fits\n", "cube.fits"),
    ],
)
def test_characters_that_the_svo_refuses_are_removed(filename: str, cleaned: str) -> None:
    assert file_path(DAY, "CRISP", filename) == f"2019-04-19/CRISP/{cleaned}"


def test_the_instrument_is_cleaned_too() -> None:
    assert file_path(DAY, "AUX", "a") == "2019-04-19/_AUX/a"
    assert file_path(DAY, "CRISP/2", "a") == "2019-04-19/CRISP2/a"


@settings(deadline=None)
@given(st.text(), st.text())
def test_every_path_is_accepted(instrument: str, filename: str) -> None:
    path = file_path(DAY, instrument, filename)

    assert clean_file_path(path) == path
    assert path.count("/") == 2
