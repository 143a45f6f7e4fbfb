"""Reads cube files: from a confined path, HDU by HDU, never the whole array.

Traps of the format that this package handles: keywords repeat (``COMMENT``, ``HISTORY``, ``CONTINUE``, record-valued
cards); values can be undefined or NaN; headers can hold bytes beyond ASCII; a truncated file still opens.

astropy and numpy take a second to import. Processes that read no files, such as those of the web server, start without
them: telescopes, header, keywords and dates import them where they are used.
"""

import warnings

# astropy warns about each odd card. Python remembers every warning that it has shown, so a worker's memory would grow
# for months. The warnings that matter to the person who posted a cube are on its work order.
warnings.filterwarnings("ignore", module=r"astropy\.io\.fits")
