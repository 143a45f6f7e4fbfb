"""The read API, open to everyone and described by OpenAPI."""
