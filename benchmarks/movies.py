"""Compares encoders of movies, and of pictures, on frames of a synthetic Sun with photon noise.

Each movie is encoded in this process, with one thread unless the encoder starts its own, and once by a process of
ffmpeg as movies of others are. SSIM and PSNR are those of the luma, each the mean over all frames.
"""

import io
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image

from benchmarks.encoding import LUMA, VP9, encode
from benchmarks.table import print_table
from devtools.solar_surface import IRON, Scene, SolarSurface, Spot, View
from previews.encoder import write_movie
from previews.ffmpeg import ProcessBounds, run_ffmpeg
from previews.movies import _ENCODER
from previews.stretch import sample, stretch_limits, to_grey

SHAPE, FRAMES, FEW, REPETITIONS = (1156, 1172), 20, 4, 3
SMALL = (60, 64)

ENCODERS: tuple[tuple[str, str, dict[str, str]], ...] = (
    *(("libvpx-vp9", "webm", VP9 | {"cpu-used": speed}) for speed in ("5", "6", "7", "8")),
    *(("libvpx-vp9", "webm", VP9 | {"crf": crf}) for crf in ("28", "38")),
    *(("libx264", "mp4", {"preset": "ultrafast", "crf": crf}) for crf in ("24", "28")),
    *(("libx264", "mp4", {"preset": "superfast", "crf": crf}) for crf in ("23", "25")),
    *(("libx264", "mp4", {"preset": "veryfast", "crf": crf}) for crf in ("23", "26")),
    *(("libsvtav1", "webm", {"preset": preset, "crf": "35", "svtav1-params": "lp=1"}) for preset in ("11", "8")),
)
PICTURES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("JPEG", {"quality": 85}),
    ("JPEG", {"quality": 85, "progressive": True}),
    ("WEBP", {"quality": 90, "method": 0}),
    ("WEBP", {"quality": 90, "method": 4}),
)


def frames() -> list[np.ndarray]:
    """Return greys of granulation with a spot, 20 s apart."""
    surface = SolarSurface(Scene(SHAPE, 3, spots=(Spot(0.4, 0.55, 180),), activity=0.6))
    rng = np.random.default_rng(5)
    seen = []
    for number in range(FRAMES):
        frame = View(surface.at(20.0 * number), IRON).intensity(IRON.centre + 0.004)
        seen.append(frame + np.float32(0.003) * rng.standard_normal(frame.shape, dtype="f4"))
    limits = stretch_limits(np.concatenate([sample(frame) for frame in seen[::5]]))
    return [to_grey(frame, limits) for frame in seen]


def by_process(greys: Sequence[np.ndarray], folder: str) -> bytes:
    """Encode greys by a process of ffmpeg, as the archive did before."""
    height, width = greys[0].shape
    source = ("-f", "rawvideo", "-pix_fmt", "gray", "-color_range", "pc", "-framerate", "8", "-i", "pipe:0")
    path = Path(folder, "movie")
    run_ffmpeg(
        ["-video_size", f"{width}x{height}", *source, "-vf", "scale=out_range=tv", *_ENCODER, f"file:{path}"],
        ProcessBounds(),
        feed=(grey.tobytes() for grey in greys),
    )
    return path.read_bytes()


def by_archive(greys: Sequence[np.ndarray], folder: str) -> bytes:
    """Encode greys as the archive does now."""
    path, size = Path(folder, "movie"), greys[0].shape[::-1]
    write_movie(path, map(Image.fromarray, greys), (size[0], size[1]), 8, ProcessBounds())
    return path.read_bytes()


def decoded(movie: bytes) -> Iterator[np.ndarray]:
    """Yield the luma of each frame."""
    with av.open(io.BytesIO(movie), "r") as container:
        for frame in container.decode(video=0):
            plane = frame.planes[0]
            rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
            yield rows[:, : frame.width].copy()


def ssim(first: np.ndarray, second: np.ndarray) -> float:
    """Return the structural similarity in blocks of 8 × 8 pixels (Wang et al. 2004)."""
    ny, nx = (length // 8 for length in first.shape)
    a, b = (image[: 8 * ny, : 8 * nx].astype("f4").reshape(ny, 8, nx, 8) for image in (first, second))

    def mean(values: np.ndarray) -> np.ndarray:
        return values.mean(axis=(1, 3))

    mean_a, mean_b = mean(a), mean(b)
    spread = mean(a * a) - mean_a**2 + mean(b * b) - mean_b**2
    both = mean(a * b) - mean_a * mean_b
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    return float(((2 * mean_a * mean_b + c1) * (2 * both + c2) / ((mean_a**2 + mean_b**2 + c1) * (spread + c2))).mean())


def psnr(first: np.ndarray, second: np.ndarray) -> float:
    """Return the peak signal-to-noise ratio, dB."""
    return float(10 * np.log10(255**2 / np.mean((first.astype("f4") - second.astype("f4")) ** 2)))


def movies(greys: list[np.ndarray]) -> Iterator[Sequence[object]]:
    """Measure each encoder."""
    small = [np.ascontiguousarray(grey[: SMALL[0], : SMALL[1]]) for grey in greys[:3]]
    with tempfile.TemporaryDirectory() as folder:
        ways: list[tuple[str, Any]] = [
            ("a process of ffmpeg, before", lambda some: by_process(some, folder)),
            ("the archive", lambda some: by_archive(some, folder)),
        ]
        for codec, container, options in ENCODERS:
            shown = ", ".join(
                f"{name} {value}" for name, value in options.items() if name in ("cpu-used", "crf", "preset")
            )
            ways.append((f"{codec}, {shown}", lambda some, c=codec, f=container, o=options: encode(some, c, f, o)))
        for name, way in ways:
            lasted = [min(_seconds(way, some) for _ in range(REPETITIONS)) for some in (greys, greys[:FEW], small)]
            movie = way(greys)
            pairs = list(zip((LUMA[grey] for grey in greys), decoded(movie), strict=True))
            yield (
                name,
                f"{lasted[0] / FRAMES * 1e3:.1f}",
                f"{lasted[1] * 1e3:.0f}",
                f"{lasted[2] * 1e3:.1f}",
                f"{len(movie) / FRAMES / 1e3:.1f}",
                f"{np.mean([ssim(*pair) for pair in pairs]):.4f}",
                f"{np.mean([psnr(*pair) for pair in pairs]):.1f}",
            )


def pictures(grey: np.ndarray) -> Iterator[Sequence[object]]:
    """Measure each format of pictures."""
    image = Image.fromarray(grey)
    for form, options in PICTURES:
        output = io.BytesIO()

        def save(_: object, output: io.BytesIO = output, form: str = form, options: Any = options) -> None:
            output.seek(0)
            image.save(output, form, **options)

        lasted = min(_seconds(save, None) for _ in range(9))
        output.truncate()
        with Image.open(io.BytesIO(output.getvalue())) as opened:
            back = np.asarray(opened.convert("L"))
        shown = ", ".join(f"{name} {value}" for name, value in options.items())
        size, greys = len(output.getvalue()) / 1e3, len(np.unique(back))
        yield f"{form}, {shown}", f"{lasted * 1e3:.1f}", f"{size:.0f}", f"{psnr(grey, back):.1f}", greys


def _seconds(work: Any, argument: object) -> float:
    began = time.perf_counter()
    work(argument)
    return time.perf_counter() - began


if __name__ == "__main__":
    os.environ["SVT_LOG"] = "1"  # Otherwise SVT-AV1 prints some twenty lines for each movie.
    made = frames()
    print(f"{FRAMES} frames of {SHAPE[1]} × {SHAPE[0]}; {FEW} of them; 3 of {SMALL[1]} × {SMALL[0]}.\n")
    print_table(
        ["encoder", "a frame, ms", f"{FEW} frames, ms", "3 small, ms", "a frame, kB", "SSIM", "PSNR, dB"], movies(made)
    )
    print()
    print_table(["picture", "ms", "kB", "PSNR, dB", "greys kept"], pictures(made[5]))
