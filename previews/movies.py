"""Writes video previews, of a movie that the pipeline made or of a cube's own frames along time.

Movies are VP9 in WebM. Every current browser plays it: Safari since 14.1 (iOS 17.4), and also the browsers of Linux
distributions that have no decoder for H.264. A cube's own frames are encoded in this process; movies of others are
decoded and encoded by a bounded process.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from common.errors import PermanentError
from cubefile.cube import CubeFile
from previews.encoder import write_movie
from previews.ffmpeg import THREADS, ProcessBounds, run_ffmpeg
from previews.frames import Index, frame_shape, read_scans, scan_count, spread, step_for
from previews.images import PreviewFile, write_jpeg
from previews.new_files import NewPart, finished, new_files
from previews.stretch import Limits, sample, stretch_limits, to_grey

MAX_MOVIE_PIXELS = 40_000_000  # In a frame of a pipeline's movie.

_MAX_FRAME_RATE = 30
# Frames a second, and seconds. A movie of few scans is slow enough to see each; one of many scans is fast.
_LEAST_RATE, _BEST_RATE, _SECONDS_WANTED = 2, 12, 10
_SCANS_SAMPLED = 5

# The codecs that pipelines, IDL and QuickTime write. ffmpeg has hundreds more, most of them rarely used.
_CODECS = (
    "h264,hevc,mpeg4,msmpeg4,msmpeg4v2,mpeg1video,mpeg2video,mjpeg,rawvideo,qtrle,png,prores,dvvideo,ffv1,huffyuv,"
    "ffvhuff,cinepak,svq1,svq3,wmv1,wmv2,vp8,vp9,libdav1d,av1"
)
_ENCODER = (
    *("-c:v", "libvpx-vp9", "-threads", str(THREADS), "-row-mt", "1"),
    *("-deadline", "realtime", "-cpu-used", "8", "-crf", "33", "-b:v", "0"),
    *("-pix_fmt", "yuv420p", "-color_range", "tv"),
    *("-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-f", "webm", "-y"),
)


@dataclass(frozen=True)
class MovieBounds:
    """Bounds on the size of a video preview and on the cost of making it.

    Attributes
    ----------
    side
        Maximum length of the longer side of the movie and of its poster, in pixels.
    seconds
        Maximum duration. A longer movie of the pipeline is cut; of a cube with too many scans, some are left out.
    read_bytes
        Maximum number of bytes read of a cube; of a larger cube, some scans are left out. A pixel counts as at least
        four bytes, its size when it is drawn. Drawing 5 GB takes 13 s and reading them at 100 MB/s takes 50 s, which
        is within the time of the ffmpeg process.
    process
        Bounds on each run of ffmpeg.
    """

    side: int = 1280
    seconds: int = 60
    read_bytes: int = 5_000_000_000
    process: ProcessBounds = field(default_factory=ProcessBounds)


@dataclass(frozen=True)
class MovieFile:
    """A written movie.

    Attributes
    ----------
    file_name
        Its name in the folder.
    width, height
        In pixels; even numbers.
    seconds
        Its duration.
    byte_count
        The size of the file.
    poster
        The movie's middle frame, in the movie's size, which a player shows before it starts.
    """

    file_name: str
    width: int
    height: int
    seconds: float
    byte_count: int
    poster: PreviewFile


def movie_of_file(descriptor: int, folder: Path, bounds: MovieBounds) -> MovieFile:
    """Convert an untrusted movie (QuickTime, MP4 or AVI) for browsers, and write it with its poster.

    Sound, subtitles and metadata are left out. ffmpeg receives only the open file. It may open no other: neither by a
    name that it could read as a URL, nor by a reference in the movie.

    Raises
    ------
    PermanentError
        If ffmpeg refuses the movie, finds no images in it, or exceeds its bounds.
    TransientError
        If the folder cannot be written to.
    """
    source = (
        *("-protocol_whitelist", "fd", "-format_whitelist", "mov,avi", "-codec_whitelist", _CODECS),
        *("-max_pixels", str(MAX_MOVIE_PIXELS), "-threads", str(THREADS), "-i", "fd:"),
    )
    # Never enlarged. Both sides are even, and so at least two pixels long.
    factor = f"min(1,{bounds.side}/max(iw,ih))"
    scale = ":".join(f"{key}='max(2,2*trunc({length}*{factor}/2))'" for key, length in (("w", "iw"), ("h", "ih")))
    picture = (
        *("-map", "0:v:0", "-t", str(bounds.seconds), "-fps_mode", "cfr", "-fpsmax", str(_MAX_FRAME_RATE)),
        *("-vf", f"scale={scale}:out_range=tv,setsar=1"),
    )
    os.lseek(descriptor, 0, os.SEEK_SET)
    with new_files(folder) as new_part:
        part = new_part(".webm")
        progress = run_ffmpeg(
            [*source, *picture, *_ENCODER, "-progress", "pipe:1", f"file:{part}"],
            bounds.process,
            descriptor=descriptor,
        )
        frames, seconds = _frames_and_seconds(progress)
        if seconds > bounds.seconds + 1:  # A frame that begins within the bound can last days.
            raise PermanentError(f"The movie's timestamps are damaged: {frames} images last {seconds:.0f} s.")
        return _movie_file(part, _middle_frame(part, frames, seconds, bounds), seconds, new_part)


def movie_of_cube(cube: CubeFile, index: Index, folder: Path, bounds: MovieBounds) -> MovieFile:
    """Write a movie of the frames at `index` of all scans, with its poster.

    All frames share the same limits of the stretch, found from some of them, so that the movie does not flicker. One
    frame is in memory at a time.

    Parameters
    ----------
    cube : CubeFile
        A cube of several scans.
    index : tuple of int
        The frame's position, as `choose_frame` returns it.
    folder : Path
        The folder to write to; it is created if it is missing.
    bounds : MovieBounds
        Bounds on the size and the cost.

    Raises
    ------
    PermanentError
        If the cube has only one scan, or its frames cannot be read.
    TransientError
        If the folder cannot be written to.
    """
    count = scan_count(cube)
    if count < 2:
        raise PermanentError("The cube has one scan; a movie needs more.")
    ny, nx = frame_shape(cube.image)
    frame_bytes = ny * nx * max(4, abs(cube.image.bitpix) // 8)
    most = max(2, bounds.read_bytes // frame_bytes)
    rate = min(_BEST_RATE, max(_LEAST_RATE, min(count, most) // _SECONDS_WANTED))
    scans = spread(count, min(most, bounds.seconds * rate))
    step = step_for(cube, bounds.side)
    size = _even_size((ny, nx), bounds.side)
    limits = _common_limits(cube, index, step)
    middle: list[Image.Image] = []

    def pictures() -> Iterator[Image.Image]:
        for number, frame in enumerate(read_scans(cube, index, scans, step)):
            picture = _drawn(frame, limits, size)
            if number <= len(scans) // 2:
                middle[:] = [picture]
            yield picture

    with new_files(folder) as new_part:
        part = new_part(".webm")
        write_movie(part, pictures(), size, rate, bounds.process)
        [poster] = middle
        return _movie_file(part, poster, len(scans) / rate, new_part)


def _movie_file(part: Path, poster: Image.Image, seconds: float, new_part: NewPart) -> MovieFile:
    return MovieFile(
        file_name=finished(part).name,
        width=poster.width,
        height=poster.height,
        seconds=round(seconds, 3),
        byte_count=part.stat().st_size,
        poster=write_jpeg(poster, new_part, "poster"),
    )


def _frames_and_seconds(progress: bytes) -> tuple[int, float]:
    """Return the number of images and the duration from the last report of ffmpeg's ``-progress``."""
    frames = re.findall(rb"^frame=\s*(\d+)$", progress, re.MULTILINE)
    microseconds = re.findall(rb"^out_time_us=(\d+)$", progress, re.MULTILINE)
    if not frames or not microseconds or int(frames[-1]) == 0:
        raise PermanentError("The movie has no images that ffmpeg can read.")
    return int(frames[-1]), int(microseconds[-1]) / 1e6


def _middle_frame(movie: Path, frames: int, seconds: float, bounds: MovieBounds) -> Image.Image:
    # Half a frame before the start of the middle one, because ffmpeg takes the next frame that starts.
    place = max(0.0, (frames // 2 - 0.5) / frames * seconds)
    pixels = run_ffmpeg(
        [
            *("-protocol_whitelist", "file", "-ss", f"{place:.3f}", "-i", f"file:{movie}"),
            *("-frames:v", "1", "-c:v", "ppm", "-f", "image2pipe", "pipe:1"),
        ],
        bounds.process,
    )
    if not pixels:
        raise PermanentError("The movie's timestamps are damaged: it has no image in its middle.")
    with Image.open(BytesIO(pixels), formats=("PPM",)) as image:
        image.load()
        return image.convert("RGB")


def _common_limits(cube: CubeFile, index: Index, step: int) -> Limits | None:
    """Return the limits of the stretch from a few scans, spread over all of them."""
    scans = spread(scan_count(cube), _SCANS_SAMPLED)
    return stretch_limits(np.concatenate(list(map(sample, read_scans(cube, index, scans, step)))))


def _drawn(frame: np.ndarray, limits: Limits | None, size: tuple[int, int]) -> Image.Image:
    """Draw a frame in a size; one whose sides are odd loses its last row or column, which is sharper than scaling."""
    picture = Image.fromarray(to_grey(frame, limits))
    if tuple(length // 2 * 2 for length in picture.size) == size:
        return picture.crop((0, 0, *size))
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _even_size(shape: tuple[int, int], side: int) -> tuple[int, int]:
    """Return width and height as even numbers, which subsampled colours need; at least 2, otherwise never enlarged."""
    factor = min(1.0, side / max(shape))
    ny, nx = (max(2, 2 * int(length * factor / 2)) for length in shape)
    return nx, ny
