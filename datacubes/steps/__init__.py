"""The steps of an ingestion, one file for each kind of data.

A step has two halves: `read` takes what it needs from the open cube file, outside of any transaction; `write` changes
the cube's rows, inside the one transaction of the ingestion.
"""
