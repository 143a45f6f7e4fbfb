"""The example of docs/add-a-telescope.md works as it stands there."""

import re
from pathlib import Path

import numpy as np
import pytest

from cubefile import telescopes
from datacubes.models import DataCube, Instrument
from datacubes.steps.base import IngestRequest
from ingestion.conductor import ingest
from tests.previews.fits_files import write_fits

PAGE = Path(__file__).parents[3] / "docs/add-a-telescope.md"


@pytest.mark.django_db
def test_a_cube_of_the_example_is_ingested(data_root, monkeypatch):
    [example] = re.findall("```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    names = {"__name__": "vtt"}
    exec(example, names)
    monkeypatch.setattr(telescopes, "TELESCOPES", (*telescopes.TELESCOPES, names["VTT"]()))
    Instrument.objects.create(name="HELLRIDE", telescope="vtt")
    keywords = {"DATE-BEG": "2020-09-06T08:40:30", "INSTRUME": "HELLRIDE", "FILTER": "Na_I_D2_5890"}
    write_fits(data_root / "cube.fits", np.zeros((7, 4, 6), "i2"), keywords)
    ingest(IngestRequest("cube.fits"))
    cube = DataCube.objects.get(oid="2020-09-06T08:40:30_Na_I_D2_5890")
    assert (cube.metadata.spectral_line, cube.metadata.n_wavelengths) == ("Na_I_D2_5890", 7)
