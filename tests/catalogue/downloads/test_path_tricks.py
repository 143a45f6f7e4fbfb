"""No URL leads to a file outside the science data folder or the folder of previews."""

from urllib.parse import quote

import pytest

from datacubes.models import DataCube, ImagePreview
from tests.support.path_tricks import SECRET_BYTES, lay_out, path_tricks

URLS = (
    *("/data/{}", "/data/x/{}", "/data/{}/cube.fits", "/cubes/{}/", "/api/v1/data-cubes/{}/", "/media/{}"),
    *("/api/v1/data-cubes/{}/header/", "/api/v1/data-cubes/{}/svo/", "/media/{}.jpg", "/static/{}"),
)


@pytest.mark.parametrize("encode", [str, quote, lambda path: quote(path, safe="")], ids=["as is", "quoted", "with %2F"])
@pytest.mark.parametrize("url", URLS)
def test_no_url_leads_out_of_the_folders(archive_cube, anybody, settings, data_root, url, encode):
    cube = archive_cube()
    lay_out(data_root)
    lay_out(settings.MEDIA_ROOT)
    for path in path_tricks(data_root):
        response = anybody.get(url.format(encode(path)))
        content = b"".join(response.streaming_content) if response.streaming else response.content
        assert SECRET_BYTES not in content, path
        assert 300 <= response.status_code < 500, path
    assert list(DataCube.objects.all()) == [cube]


def test_no_path_in_a_row_leads_out_of_the_folders(archive_cube, anybody, settings, data_root):
    """Whoever could write into the database could still not read the disk."""
    cube = archive_cube()
    lay_out(data_root)
    lay_out(settings.MEDIA_ROOT)
    for path in path_tricks(data_root):
        if "\0" in path:
            continue  # PostgreSQL takes none.
        DataCube.objects.update(relative_path=path)
        filename = DataCube.objects.get().filename
        response = anybody.get(f"/data/{quote(cube.oid)}/{quote(filename, safe='')}")
        assert response.status_code == 404, path
        ImagePreview.objects.update(file=path)
        assert anybody.get("/").status_code == 200, path
        assert anybody.get(f"/cubes/{quote(cube.oid)}/").status_code == 200, path
