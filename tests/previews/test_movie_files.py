"""Movies beside a cube: what becomes of them, and what is refused."""

import os
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from common.errors import PermanentError
from previews.ffmpeg import ProcessBounds
from previews.movies import MovieBounds, movie_of_file
from tests.previews.movie_files import described, grey_frames, make_movie, repeated, running_ffmpegs

BOUNDS = MovieBounds(side=100, seconds=60, process=ProcessBounds(seconds=30))


def movie(source, folder, bounds=BOUNDS):
    descriptor = os.open(source, os.O_RDONLY)
    os.lseek(descriptor, 0, os.SEEK_END)  # Where it was read to before does not matter.
    try:
        return movie_of_file(descriptor, folder, bounds)
    finally:
        os.close(descriptor)


def refusal(source, folder, bounds=BOUNDS):
    with pytest.raises(PermanentError) as caught:
        movie(source, folder, bounds)
    assert list(folder.iterdir()) == []
    assert running_ffmpegs() == []
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "encoder"),
    [
        ("a.mov", ("-c:v", "libx264", "-pix_fmt", "yuv420p")),
        ("a.mp4", ("-c:v", "libx264", "-pix_fmt", "yuv444p", "-movflags", "+faststart")),
        ("a.mov", ("-c:v", "libx265", "-x265-params", "log-level=none")),
        ("a.mov", ("-c:v", "qtrle")),
        ("a.mov", ("-c:v", "prores")),
        ("a.mov", ("-c:v", "png")),
        ("a.avi", ("-c:v", "mjpeg", "-pix_fmt", "yuvj420p")),
        ("a.avi", ("-c:v", "rawvideo", "-pix_fmt", "bgr24")),
        ("a.avi", ("-c:v", "mpeg4")),
    ],
)
def test_what_pipelines_write_becomes_what_browsers_play(tmp_path, name, encoder):
    made = movie(make_movie(tmp_path / name, *encoder), tmp_path / "media")
    path = tmp_path / "media" / made.file_name
    assert path.suffix == ".webm"
    assert (made.width, made.height) == (64, 48)
    assert made.seconds == pytest.approx(2, abs=0.1)
    assert made.byte_count == path.stat().st_size
    assert "Video: vp9 (Profile 0), yuv420p(tv" in described(path)
    assert len(grey_frames(path, 64, 48)) == 10


def test_the_movie_shows_what_the_source_shows(tmp_path):
    source = make_movie(tmp_path / "a.mov", "-c:v", "png")
    made = movie(source, tmp_path / "media")
    before, after = grey_frames(source, 64, 48), grey_frames(tmp_path / "media" / made.file_name, 64, 48)
    assert abs(before.astype(float) - after).mean() < 8


def test_the_poster_is_a_frame_from_the_middle(tmp_path):
    made = movie(make_movie(tmp_path / "a.mov", "-c:v", "png"), tmp_path / "media")
    assert (made.poster.size_name, made.poster.width, made.poster.height) == ("poster", 64, 48)
    with Image.open(tmp_path / "media" / made.poster.file_name) as image:
        poster = np.asarray(image.convert("L")).astype(float)
    frames = grey_frames(tmp_path / "media" / made.file_name, 64, 48)
    differences = [abs(poster - frame).mean() for frame in frames]
    assert int(np.argmin(differences)) == 5


def test_large_movies_are_scaled_down_to_even_sizes(tmp_path):
    made = movie(make_movie(tmp_path / "a.avi", "-c:v", "mjpeg", size="302x130"), tmp_path / "media")
    assert (made.width, made.height) == (100, 42)
    assert (made.poster.width, made.poster.height) == (100, 42)


@pytest.mark.parametrize(
    ("size", "made_size"), [("63x47", (62, 46)), ("2x2", (2, 2)), ("1x1", (2, 2)), ("1x9", (2, 8))]
)
def test_small_and_odd_movies_get_even_sizes(tmp_path, size, made_size):
    width, height = size.split("x")
    crop = f"crop={width}:{height}:exact=1"
    source = make_movie(tmp_path / "a.avi", "-vf", crop, "-pix_fmt", "bgr24", "-c:v", "rawvideo")
    made = movie(source, tmp_path / "media")
    assert (made.width, made.height) == made_size


def test_a_movie_of_one_frame_is_a_movie(tmp_path):
    made = movie(make_movie(tmp_path / "a.avi", "-c:v", "mjpeg", rate=1, seconds=1), tmp_path / "media")
    assert len(grey_frames(tmp_path / "media" / made.file_name, 64, 48)) == 1
    assert (tmp_path / "media" / made.poster.file_name).exists()


def test_a_movie_of_an_hour_is_cut(tmp_path):
    source = make_movie(tmp_path / "a.mp4", "-c:v", "mpeg4", rate=1, seconds=3600)
    made = movie(source, tmp_path / "media", replace(BOUNDS, seconds=20))
    assert made.seconds == 20
    assert len(grey_frames(tmp_path / "media" / made.file_name, 64, 48)) == 20


def test_a_movie_of_many_frames_a_second_gets_fewer(tmp_path):
    made = movie(make_movie(tmp_path / "a.avi", "-c:v", "mpeg4", rate=400, seconds=1), tmp_path / "media")
    assert 28 <= len(grey_frames(tmp_path / "media" / made.file_name, 64, 48)) <= 33


def test_sound_and_metadata_are_left_out(tmp_path):
    source = make_movie(
        tmp_path / "a.mov",
        *("-f", "lavfi", "-i", "sine", "-shortest", "-c:a", "pcm_s16le", "-c:v", "mpeg4"),
        *("-metadata", "title=secret title", "-metadata:s:v", "language=swe"),
    )
    assert b"secret title" in source.read_bytes()
    made = movie(source, tmp_path / "media")
    text = described(tmp_path / "media" / made.file_name)
    assert "Audio" not in text
    assert b"secret" not in (tmp_path / "media" / made.file_name).read_bytes()


def test_an_avi_that_is_cut_short_is_shown_up_to_the_cut(tmp_path):
    source = make_movie(tmp_path / "a.avi", "-c:v", "mjpeg")
    os.truncate(source, source.stat().st_size // 2)
    assert 0 < movie(source, tmp_path / "media").seconds < 1.5


def test_a_movie_cut_short_before_its_index_is_refused(tmp_path):
    source = make_movie(tmp_path / "a.mov", "-c:v", "libx264")
    os.truncate(source, source.stat().st_size // 2)
    assert "moov atom not found" in refusal(source, tmp_path / "media")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Not a movie, but some text.\n",
        b"ffconcat version 1.0\nfile %s\n",
        b"#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile://%s\n#EXT-X-ENDLIST\n",
        b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>%s</BaseURL></MPD>',
    ],
    ids=["empty", "text", "concat", "HLS", "DASH"],
)
@pytest.mark.parametrize("name", ["a.mov", "a.avi"])
def test_a_file_that_is_not_a_movie_is_refused_and_opens_no_other_file(tmp_path, content, name):
    other = make_movie(tmp_path / "other.avi", "-c:v", "mjpeg")
    source = tmp_path / name
    source.write_bytes(content.replace(b"%s", str(other).encode()))
    assert "ffmpeg cannot make the movie" in refusal(source, tmp_path / "media")


def test_damaged_bytes_give_a_movie_or_a_permanent_error(tmp_path):
    rng = np.random.default_rng(0)
    content = make_movie(tmp_path / "a.mov", "-c:v", "libx264", "-movflags", "+faststart", seconds=0.4).read_bytes()
    outcomes = set()
    for _ in range(25):
        damaged = np.frombuffer(content, "u1").copy()
        damaged[rng.integers(0, 1500, 6)] = rng.integers(0, 256, 6)
        source = tmp_path / "damaged.mov"
        source.write_bytes(damaged.tobytes())
        try:
            made = movie(source, tmp_path / "media")
            outcomes.add((tmp_path / "media" / made.file_name).exists())
        except PermanentError:
            outcomes.add("refused")
        assert running_ffmpegs() == []
    assert outcomes == {True, "refused"}


@pytest.mark.parametrize("encoder", ["flv1", "snow"])
def test_codecs_that_no_pipeline_writes_are_refused(tmp_path, encoder):
    options = {"flv1": ("-c:v", "flv1"), "snow": ("-c:v", "snow", "-strict", "-2")}[encoder]
    source = make_movie(tmp_path / "a.avi", *options)
    assert "not on whitelist" in refusal(source, tmp_path / "media")


def test_a_movie_without_images_is_refused(tmp_path):
    source = make_movie(tmp_path / "a.mov", "-f", "lavfi", "-i", "sine", "-map", "1", "-t", "1", "-c:a", "pcm_s16le")
    assert "matches no streams" in refusal(source, tmp_path / "media")


def test_a_movie_that_claims_huge_frames_is_refused(tmp_path):
    source = make_movie(tmp_path / "a.mov", "-c:v", "png", seconds=0.2)
    content = source.read_bytes().replace(
        (64).to_bytes(4, "big") + (48).to_bytes(4, "big"), (100_000).to_bytes(4, "big") * 2
    )
    source.write_bytes(content)
    assert "ffmpeg cannot make the movie" in refusal(source, tmp_path / "media")


def test_a_movie_that_takes_more_memory_than_allowed_is_refused(tmp_path):
    source = make_movie(tmp_path / "a.mov", "-c:v", "libx264", "-preset", "ultrafast", size="3840x2160", seconds=0.4)
    bounds = replace(BOUNDS, side=1280, process=ProcessBounds(memory_bytes=200 * 2**20))
    assert "ffmpeg cannot make the movie" in refusal(source, tmp_path / "media", bounds)
    assert movie(source, tmp_path / "media").width == 100


def test_a_movie_that_becomes_too_large_a_file_is_refused(tmp_path):
    source = make_movie(tmp_path / "a.mov", "-c:v", "mpeg4", size="640x480", seconds=4)
    bounds = replace(BOUNDS, side=640, process=ProcessBounds(file_bytes=20_000))
    assert "it wrote more than is allowed" in refusal(source, tmp_path / "media", bounds)


def test_a_movie_that_takes_too_long_is_refused(tmp_path):
    part = make_movie(tmp_path / "part.mp4", "-c:v", "mpeg4", "-q:v", "20", size="1920x1080", rate=25, seconds=1)
    source = repeated(part, tmp_path / "a.mp4", 24)
    bounds = MovieBounds(side=1920, process=ProcessBounds(seconds=1))
    assert "stopped after 1 s" in refusal(source, tmp_path / "media", bounds)
