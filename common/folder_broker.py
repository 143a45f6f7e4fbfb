"""A folder as the broker: kombu's filesystem transport, with messages that appear complete.

kombu writes a message under its final name. A worker that reads it too early finds an empty file, and ends.
"""

import os
import uuid
from pathlib import Path
from time import monotonic_ns
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """Writes a message under another name first."""

    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:  # type: ignore[override]
        folder = Path(self.data_folder_out)
        # Messages are read in the order of their names.
        name = f"{monotonic_ns() // 1_000_000}_{uuid.uuid4()}.{queue}.msg"
        part = folder / f"{name}.part"
        part.write_text(dumps(payload))
        os.replace(part, folder / name)


class Transport(filesystem.Transport):
    """For `kombu.transport.TRANSPORT_ALIASES`."""

    Channel = Channel
