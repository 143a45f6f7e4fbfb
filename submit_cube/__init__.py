"""The command ``submit-cube``, by which pipelines order the ingestion of cubes over HTTP.

It needs only the archive's address and a token, and the packages ``requests`` and ``tqdm``.
"""
