"""The steps of an ingestion, one file for each kind of data; `base.Step` is their contract."""
