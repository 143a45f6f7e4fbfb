"""An archive with a public cube, a restricted one, one off the disk with odd values, and one whose file is missing."""

import pytest
from django.utils import timezone

from datacubes.models import DataCube, Metadata
from tests.support.archived_cubes import RESTRICTED


@pytest.fixture
def archive(archive_cube) -> None:
    archive_cube({"FEATURES": "Sunspot,Pore"}, path="2019/a_im.fits", oid="a")
    archive_cube(
        RESTRICTED | {"DATE-BEG": "2020-01-01T08:00:00", "POINT_ID": '<e & "x">'}, path="2020/b_im.fits", oid="b"
    )
    odd = archive_cube({"DATE-BEG": "2021-01-01T08:00:00"}, path="2021/it's $(touch x)_im.fits", oid="c")
    DataCube.objects.filter(pk=odd.pk).update(oid='=c,"é"')
    Metadata.objects.filter(cube=odd).update(mu=None, pointing_x=None, spectral_line="\x01")
    archive_cube({"DATE-BEG": "2022-01-01T08:00:00"}, path="2022/d_im.fits", oid="d")
    DataCube.objects.filter(oid="d").update(missing_since=timezone.now())


@pytest.fixture
def export(archive, anybody):
    """Return a function that exports the list in a format, with parameters, and returns the bytes."""

    def export(form: str, **parameters: object) -> bytes:
        answer = anybody.get("/api/v1/data-cubes/", {"format": form, "ordering": "date_beg", **parameters})
        assert answer.status_code == 200, answer.content
        return answer.getvalue()

    return export
