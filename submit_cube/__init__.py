"""Orders the ingestion of cubes over HTTP: the command ``submit-cube``, for pipelines.

It needs nothing of the archive but its address, and nothing installed but ``requests`` and ``tqdm``.
"""
