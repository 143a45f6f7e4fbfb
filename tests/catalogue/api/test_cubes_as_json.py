"""What the API tells of a cube: in lists, by itself, and its header."""

import pytest
from django.core.files.base import ContentFile

from datacubes.links import oid_in_url
from datacubes.models import EmailGrant, ImagePreview, PlotData, VideoPreview
from tests.support.archived_cubes import RESTRICTED

URL = "/api/v1/data-cubes/"


@pytest.fixture
def cube(archive_cube):
    return archive_cube({"EVENTS": "Flare"})


@pytest.fixture
def with_previews(cube):
    """Return the cube with previews and plots of known sizes in place of its own."""
    ImagePreview.objects.all().delete()
    for name, width in (("thumbnail", 240), ("large", 1200)):
        image = ImagePreview(cube=cube, size_name=name, width=width, height=width // 2, size=5)
        image.file.save(f"{name}.webp", ContentFile(b"image"))
    movie = VideoPreview(cube=cube, width=640, height=480, seconds=2.5, size=5)
    movie.poster.save("poster.webp", ContentFile(b"image"), save=False)
    movie.file.save("movie.mp4", ContentFile(b"movie"))
    PlotData.objects.update_or_create(cube=cube, defaults={"seeing": {"r0": [0.1]}, "line_profile": None})
    return cube


def test_a_list_has_everything_that_a_catalogue_shows(cube, anybody):
    [listed] = anybody.get(URL).json()["results"]
    assert listed.pop("images") is not None
    assert listed == {
        "oid": "2019-04-19T17:34:55.50395_6173_0-4",
        "url": "http://testserver/api/v1/data-cubes/2019-04-19T17:34:55.50395_6173_0-4/",
        "instrument": "CRISP",
        "observation": cube.observation.point_id,
        "date_beg": "2019-04-19T17:34:55.503950Z",
        "date_end": cube.metadata.date_end.isoformat().replace("+00:00", "Z"),
        "wavelength_min": cube.metadata.wavelength_min,
        "wavelength_max": cube.metadata.wavelength_max,
        "spectral_line": "6173",
        "line": "Fe I 6173",
        "polarimetry": True,
        "n_scans": 2,
        "n_wavelengths": 3,
        "size_x": cube.metadata.size_x,
        "size_y": cube.metadata.size_y,
        "pointing_x": cube.metadata.pointing_x,
        "pointing_y": cube.metadata.pointing_y,
        "rotation": 0.0,
        "mu": cube.metadata.mu,
        "r0_median": cube.metadata.r0_median,
        "duration": (cube.metadata.date_end - cube.metadata.date_beg).total_seconds(),
        "cadence": 36.5,
        "exposure": 0.2064,
        "observer": "A. Observer, B. O'Observer",
        "tags": [
            {"kind": "event", "name": "Flare"},
            {"kind": "feature", "name": "Pore"},
            {"kind": "feature", "name": "Sunspot"},
        ],
        "filename": "cube.fits",
        "size": cube.size,
        "access": {
            "is_public": True,
            "release_date": "2020-08-05",
            "release_comment": cube.access.release_comment,
            "may_download": True,
            "grounds": "public",
        },
        "download_url": "http://testserver/data/2019-04-19T17:34:55.50395_6173_0-4/cube.fits",
    }


def test_a_cube_has_everything_that_a_list_has_and_more(with_previews, anybody):
    [listed] = anybody.get(URL).json()["results"]
    told = anybody.get(listed["url"]).json()
    assert {name: told[name] for name in listed} == listed
    assert told["keywords"] == with_previews.metadata.keywords
    assert told["keywords"]["WAVEBAND"] == "Fe I 6173"
    assert told["plots"] == {"seeing": {"r0": [0.1]}, "line_profile": None}
    assert told["header_url"] == f"{listed['url']}header/"
    assert told["created_at"] <= told["updated_at"]


def test_previews_have_urls(with_previews, anybody):
    told = anybody.get(f"{URL}{oid_in_url(with_previews.oid)}/").json()
    thumbnail, large = told["images"]
    assert (thumbnail["size_name"], thumbnail["width"], thumbnail["height"], thumbnail["size"]) == (
        "thumbnail",
        240,
        120,
        5,
    )
    assert thumbnail["url"].startswith("http://testserver/media/")
    assert large["size_name"] == "large"
    assert told["movie"]["url"].endswith(".mp4")
    assert told["movie"]["poster_url"].endswith(".webp")
    assert told["movie"]["seconds"] == 2.5


def test_a_cube_without_previews_or_plots_is_shown(cube, anybody):
    ImagePreview.objects.all().delete()
    VideoPreview.objects.all().delete()
    PlotData.objects.all().delete()
    told = anybody.get(f"{URL}{oid_in_url(cube.oid)}/").json()
    assert (told["images"], told["movie"]) == ([], None)
    assert told["plots"] == {"seeing": None, "line_profile": None}


def test_the_links_lead_somewhere(cube, anybody):
    told = anybody.get(f"{URL}{oid_in_url(cube.oid)}/").json()
    assert anybody.get(told["url"]).json() == told
    assert anybody.get(told["download_url"]).status_code == 200
    assert anybody.get(told["header_url"]).status_code == 200


def test_the_header_is_text_with_a_card_a_line(cube, anybody):
    response = anybody.get(f"{URL}{oid_in_url(cube.oid)}/header/")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    lines = response.content.decode().splitlines()
    assert lines[0].startswith("SIMPLE  =                    T")
    assert lines[-1].rstrip() == "END"
    assert any(line.startswith("INSTRUME= 'CRISP   '") for line in lines)


@pytest.mark.parametrize("accept", ["text/plain", "application/json", "text/html", "image/png", "*/*"])
def test_the_header_is_text_whatever_is_accepted(cube, anybody, accept):
    response = anybody.get(f"{URL}{oid_in_url(cube.oid)}/header/", HTTP_ACCEPT=accept)
    assert (response.status_code, response["Content-Type"]) == (200, "text/plain; charset=utf-8")


def test_a_restricted_cube_is_shown_but_its_file_is_not_sent(archive_cube, anybody, person, client_of):
    cube = archive_cube(RESTRICTED)
    url = f"{URL}{oid_in_url(cube.oid)}/"
    told = anybody.get(url).json()
    assert told["access"] == {
        "is_public": False,
        "release_date": "2999-12-31",
        "release_comment": "Embargo of <b>A. Ake</b> & Co.",
        "may_download": False,
        "grounds": "restricted",
    }
    assert told["keywords"]["INSTRUME"] == "CRISP"
    assert anybody.get(told["header_url"]).status_code == 200
    assert anybody.get(told["download_url"]).status_code == 403
    EmailGrant.objects.create(cube=cube, email=person.email)
    for address in (url, URL):
        answer = client_of(person).get(address).json()
        access = (answer["results"][0] if address == URL else answer)["access"]
        assert (access["may_download"], access["grounds"]) == (True, "email_grant")


def test_grants_are_not_public(archive_cube, anybody):
    cube = archive_cube(RESTRICTED, owner_email_addresses=["somebody@observatory.example"])
    for address in (URL, f"{URL}{oid_in_url(cube.oid)}/"):
        assert b"somebody" not in anybody.get(address).content


def test_a_cube_whose_file_was_replaced_by_another_cube_is_gone(archive_cube, anybody):
    before = archive_cube()
    archive_cube(oid="another")
    gone = anybody.get(f"{URL}{oid_in_url(before.oid)}/")
    assert gone.status_code == 410
    assert gone.json()["replaced_by"] == "another"
    header = anybody.get(f"{URL}{oid_in_url(before.oid)}/header/")
    assert header.status_code == 410
    assert "replaced by that of another cube" in header.content.decode()
    assert [cube["oid"] for cube in anybody.get(URL).json()["results"]] == ["another"]


@pytest.mark.parametrize(
    "oid",
    ["a/b", "a//b", "../b", "a/../b", "%2e%2e", "100% + a&b=c?d#e;f", "Å\N{SNOWMAN}", "<script>alert(1)</script>"],
)
def test_any_oid_can_be_linked_to(archive_cube, anybody, oid):
    archive_cube(oid=oid)
    [listed] = anybody.get(URL).json()["results"]
    told = anybody.get(listed["url"])
    assert told.status_code == 200
    assert told.json()["oid"] == oid
    assert anybody.get(told.json()["header_url"]).status_code == 200
    assert anybody.get(told.json()["download_url"]).status_code == 200


@pytest.mark.parametrize("oid", ["x", "%00", "%0a", "%ff", "..", "%2e%2e", "x" * 3000, "\N{SNOWMAN}", "' OR 1=1 --"])
@pytest.mark.parametrize("ending", ["", "header/"])
def test_a_cube_that_is_not_there_is_not_found(cube, anybody, oid, ending):
    response = anybody.get(f"{URL}{oid}/{ending}")
    assert response.status_code == 404
    assert response["Content-Type"] == ("text/plain; charset=utf-8" if ending else "application/json")


def test_parameters_of_a_cube_are_refused(cube, anybody):
    response = anybody.get(f"{URL}{oid_in_url(cube.oid)}/", {"fields": "oid"})
    assert (response.status_code, list(response.json())) == (400, ["fields"])
    header = anybody.get(f"{URL}{oid_in_url(cube.oid)}/header/", {"fields": "oid"})
    assert (header.status_code, header.content) == (400, b"fields: This parameter is not known.\n")


def test_text_from_a_header_comes_back_unchanged(archive_cube, anybody):
    archive_cube({"OBSERVER": "<script>alert('x')</script>"})
    [listed] = anybody.get(URL).json()["results"]
    response = anybody.get(listed["url"])
    assert response["Content-Type"] == "application/json"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response.json()["keywords"]["OBSERVER"] == "<script>alert('x')</script>"


def test_a_wrong_token_is_refused(cube, anybody):
    anybody.credentials(HTTP_AUTHORIZATION="Token 0123")
    assert anybody.get(URL).status_code == 401


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_archive_cannot_be_changed_here(cube, anybody, method):
    for address in (URL, f"{URL}{oid_in_url(cube.oid)}/"):
        assert getattr(anybody, method)(address).status_code in (401, 403, 405)
