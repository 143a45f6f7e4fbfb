"""Orders the ingestion of cubes: the command ``submit-cube``, and `Archive.submit`."""
