"""What the archive holds, for programs: open to everyone, described by OpenAPI."""
