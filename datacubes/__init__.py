"""The archive's holdings: cubes, access, headers, metadata, tags, previews, and the ingestion steps that fill them."""
