"""The groups that each archive has. A migration makes them; staff may change what they permit."""

PIPELINE = "Pipeline"
ARCHIVE_STAFF = "Archive staff"
READERS = "Reader of restricted data"
