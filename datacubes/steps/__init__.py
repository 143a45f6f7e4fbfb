"""The steps of an ingestion, one module for each kind of data; `base.Step` is their contract."""
