"""The number of SQL statements of a page does not depend on its size."""

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from datacubes.models import EmailGrant, GroupGrant, ImagePreview, PlotData, VideoPreview
from tests.support.archived_cubes import RESTRICTED


@pytest.fixture
def archive(archive_cube, person):
    """Six cubes, each restricted, granted, tagged, with previews and an observation of its own."""
    group = Group.objects.create(name="observers")
    person.groups.add(group)
    for day in range(1, 7):
        cube = archive_cube(
            RESTRICTED | {"DATE-BEG": f"2019-04-0{day}T00:00:00"}, path=f"{day}.fits", oid=f"cube {day}"
        )
        image = ImagePreview(cube=cube, size_name="tiny", width=1, height=1, size=1)
        image.file.save("tiny.webp", ContentFile(b"x"))
        EmailGrant.objects.create(cube=cube, email=person.email)
        GroupGrant.objects.create(cube=cube, group=group)


def statements(client, url):
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    assert response.status_code == 200
    return len(captured), response


@pytest.mark.parametrize(
    "url",
    [
        "/api/v1/data-cubes/?",
        "/api/v1/data-cubes/?ordering=size&instrument=CRISP&tag=Pore&keyword=INSTRUME:CRISP&release=restricted&search=cube&",
        "/api/v1/observations/?",
    ],
)
@pytest.mark.parametrize("who", ["anybody", "person"])
def test_a_large_page_takes_as_many_statements_as_a_small_one(archive, anybody, person, client_of, url, who):
    client = client_of(person) if who == "person" else anybody
    few, small = statements(client, f"{url}page_size=1")
    many, large = statements(client, f"{url}page_size=5")
    assert (len(small.json()["results"]), len(large.json()["results"])) == (1, 5)
    assert many == few


def test_a_page_takes_few_statements(archive, anybody, person, client_of):
    assert statements(anybody, "/api/v1/data-cubes/")[0] == 4  # Places, cubes, images, tags.
    # And the token, the permissions, the verified addresses, and the grants by group and by address.
    assert statements(client_of(person), "/api/v1/data-cubes/")[0] == 9
    assert statements(anybody, "/api/v1/observations/")[0] == 2


def test_the_first_of_several_pages_takes_one_more_to_count_the_cubes(archive, anybody):
    count, first = statements(anybody, "/api/v1/data-cubes/?page_size=4")
    assert (count, first.json()["total"]) == (5, 6)
    count, second = statements(anybody, first.json()["next"])
    assert (count, second.json()["total"]) == (4, None)


def test_spectral_lines_take_one_statement_however_many_are_asked_for(archive, anybody):
    url = "/api/v1/data-cubes/?spectral_line="
    assert statements(anybody, f"{url}6173")[0] == 5
    assert statements(anybody, f"{url}6173&spectral_line=H-alpha&spectral_line=854.2")[0] == 5


def test_a_cube_takes_few_statements_with_and_without_previews(archive_cube, anybody):
    cube = archive_cube()
    url = "/api/v1/data-cubes/2019-04-19T17:34:55.50395_6173_0-4/"
    for model in (ImagePreview, VideoPreview, PlotData):
        model.objects.all().delete()
    assert statements(anybody, url)[0] == 4
    PlotData.objects.create(cube=cube)
    assert statements(anybody, url)[0] == 4
    assert statements(anybody, f"{url}header/")[0] == 1
