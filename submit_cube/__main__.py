"""``python -m submit_cube``."""

import sys

from submit_cube.cli import main

sys.exit(main())
