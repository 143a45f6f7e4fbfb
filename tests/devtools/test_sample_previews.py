"""The sample previews are a real PNG and a real movie, the spot in the upper left."""

import imageio_ffmpeg
import numpy as np
from PIL import Image

from tests.support.sample_previews import write_preview_image, write_preview_movie


def test_the_image_is_a_png_with_the_spot_in_the_upper_left(tmp_path):
    path = write_preview_image(tmp_path / "cube.png", (128, 120))
    with Image.open(path) as image:
        assert image.format == "PNG"
        assert image.size == (128, 120)
        row, column = np.argwhere(np.asarray(image) < 60).mean(axis=0)
    assert row < 60
    assert column < 64


def test_the_movie_has_the_frames_and_the_size_asked_for(tmp_path):
    path = write_preview_movie(tmp_path / "cube.mov", frames=7, size=(96, 90))
    frames, _ = imageio_ffmpeg.count_frames_and_secs(path)
    reader = imageio_ffmpeg.read_frames(path)
    properties = next(reader)
    reader.close()
    assert frames == 7
    assert properties["size"] == (96, 90)
    assert properties["codec"] == "h264"
    assert path.read_bytes()[4:12] == b"ftypqt  "
