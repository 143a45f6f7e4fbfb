"""Encodes greys as a movie in this process, without the archive's code, for floors and comparisons."""

import io
from collections.abc import Sequence
from typing import cast

import av
import numpy as np

LUMA = np.round(16 + np.arange(256) * 219 / 255).astype(np.uint8)
"""The luma of each grey in the limited range of movies."""

VP9 = {"deadline": "realtime", "cpu-used": "8", "crf": "33", "b": "0", "lag-in-frames": "0"}
"""The archive's options for libvpx-vp9."""


def encode(greys: Sequence[np.ndarray], codec: str, container: str, options: dict[str, str]) -> bytes:
    """Encode greys in this process."""
    output = io.BytesIO()
    with av.open(output, "w", format=container) as movie:
        stream = cast(av.VideoStream, movie.add_stream(codec, rate=8, options=options))
        stream.height, stream.width = greys[0].shape
        stream.pix_fmt = "yuv420p"
        stream.codec_context.thread_count = 1
        for number, grey in enumerate(greys):
            frame = av.VideoFrame(stream.width, stream.height, "yuv420p")
            luma, *colours = frame.planes
            rows = np.frombuffer(memoryview(luma), np.uint8).reshape(luma.height, luma.line_size)
            rows[:, : stream.width] = LUMA[grey]
            for plane in colours:
                np.frombuffer(memoryview(plane), np.uint8)[:] = 128
            frame.pts = number
            movie.mux(stream.encode(frame))
        movie.mux(stream.encode(None))
    return output.getvalue()
