"""Encodes greys as a movie in this process, through FFmpeg's libraries (PyAV).

Only pictures that the archive has drawn come here. Files of others are decoded by the process of `previews.ffmpeg`,
whose bounds on time and size hold here too. The encoder starts no thread: each process of a worker has a core of its
own.

VP9 is encoded in libvpx's quickest mode. `python -m benchmarks movies` compares it with other encoders and efforts.
"""

import time
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from common.errors import PermanentError, TransientError
from previews.ffmpeg import ProcessBounds

if TYPE_CHECKING:
    from av import VideoFrame

# Without frames that wait for later ones, a third of the memory is enough.
_OPTIONS = {"deadline": "realtime", "cpu-used": "8", "crf": "33", "b": "0", "lag-in-frames": "0"}
# The luma of each grey in the limited range of ITU-R BT.601, which players expect of a movie.
_LUMA = [round(16 + grey * 219 / 255) for grey in range(256)]
_NO_COLOUR = 128


def write_movie(
    path: Path, pictures: Iterable[Image.Image], size: tuple[int, int], rate: int, bounds: ProcessBounds
) -> None:
    """Write greys as a movie: VP9 in WebM.

    Parameters
    ----------
    path
        The file to write.
    pictures
        Of mode L and of this size.
    size
        Width and height, both even.
    rate
        Pictures a second.
    bounds
        Those on seconds and on the bytes of the file hold. Memory depends on the size of a picture: some 100 MB for
        1280 × 1280 pixels.

    Raises
    ------
    PermanentError
        If the movie takes longer, or becomes larger, than the bounds allow.
    TransientError
        If the encoder fails, for lack of memory.
    MemoryError
        If the process has no memory left.
    OSError
        If the file cannot be written.
    """
    import av  # Takes 50 ms and 18 MB, which only those need who make movies.
    from av.video.reformatter import ColorRange

    ends_at = time.monotonic() + bounds.seconds
    written = 0
    try:
        with av.open(path, "w", format="webm", container_options={"fflags": "+bitexact"}) as movie:
            stream = movie.add_stream("libvpx-vp9", rate=Fraction(rate), options=_OPTIONS)
            stream.width, stream.height = size
            stream.pix_fmt = "yuv420p"
            stream.codec_context.color_range = ColorRange.MPEG
            stream.codec_context.thread_count = 1
            for number, picture in enumerate(pictures):
                for packet in stream.encode(_frame(picture, number)):
                    written += packet.size
                    movie.mux(packet)
                if written > bounds.file_bytes:
                    raise PermanentError(f"The movie wrote more than is allowed, {bounds.file_bytes} bytes.")
                if time.monotonic() > ends_at:
                    raise PermanentError(
                        f"The movie was stopped after {bounds.seconds} s, which is as long as it may take."
                    )
            for packet in stream.encode(None):
                movie.mux(packet)
    except av.FFmpegError as error:
        if isinstance(error, OSError | MemoryError):
            raise
        # Neither the pictures nor the options can be at fault. libvpx reports a lack of memory as a wrong argument.
        raise TransientError(
            f"The movie cannot be encoded at the moment: {error.strerror}. Most likely WORKER_MEMORY_LIMIT_MB is too "
            "small, or the machine has no memory left."
        ) from error


def _frame(picture: Image.Image, number: int) -> "VideoFrame":
    from av import VideoFrame

    frame = VideoFrame(picture.width, picture.height, "yuv420p")
    luma, *colours = frame.planes
    rows = np.frombuffer(memoryview(luma), np.uint8).reshape(luma.height, luma.line_size)
    rows[:, : picture.width] = np.asarray(picture.point(_LUMA))
    for plane in colours:
        np.frombuffer(memoryview(plane), np.uint8)[:] = _NO_COLOUR
    frame.pts = number
    return frame
