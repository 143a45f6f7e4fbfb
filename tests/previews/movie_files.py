"""Movies made and looked into with the bundled ffmpeg."""

import subprocess
import threading
from pathlib import Path

import imageio_ffmpeg
import numpy as np


def make_movie(path: Path, *encoder: str, size: str = "64x48", rate: int = 5, seconds: float = 2) -> Path:
    """Write a moving test picture; the suffix of the path tells the container."""
    source = f"testsrc2=size={size}:rate={rate}:duration={seconds}"
    _run("-y", "-f", "lavfi", "-i", source, *encoder, str(path))
    return path


def repeated(movie: Path, path: Path, times: int) -> Path:
    """Write a movie several times over into a longer one, without encoding it again."""
    _run("-stream_loop", str(times - 1), "-i", str(movie), "-c", "copy", str(path))
    return path


def grey_frames(path: Path, width: int, height: int) -> np.ndarray:
    """Decode a whole movie: uint8, shape (n, height, width)."""
    pixels = _run("-i", str(path), "-f", "rawvideo", "-pix_fmt", "gray", "pipe:1")
    return np.frombuffer(pixels, "u1").reshape(-1, height, width)


def described(path: Path) -> str:
    """Return what ffmpeg says of a movie's streams."""
    result = subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-i", str(path)], capture_output=True, text=True, check=False
    )
    return result.stderr


def running_ffmpegs() -> list[str]:
    """List the ffmpeg processes that this thread has started and that are still there, ended or not."""
    thread = threading.get_native_id()
    children = Path(f"/proc/self/task/{thread}/children").read_text().split()
    return [child for child in children if Path(f"/proc/{child}/comm").read_text().startswith("ffmpeg")]


def _run(*arguments: str) -> bytes:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-loglevel", "error", *arguments]
    return subprocess.run(command, capture_output=True, check=True).stdout
