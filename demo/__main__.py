"""``python -m demo``: run the main job and show each step; ``python -m demo serve``: leave the archive running."""

import signal
import sys

from demo.run import run
from demo.serve import serve

if __name__ == "__main__":
    # Whoever ends the demonstration ends its processes, too.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))
    sys.exit(serve() if sys.argv[1:] == ["serve"] else run())
