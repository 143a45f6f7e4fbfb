"""What an ingestion says to the rooms above, apart from the conductor, which imports the readers of files."""

from django.dispatch import Signal

changed = Signal()
"""Sent in the transaction of an ingestion that changed rows, with `oid`, `path` and `is_new`: the cube was added."""
