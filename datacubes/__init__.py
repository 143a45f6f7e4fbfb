"""What the archive holds: cubes, access, headers, metadata, tags, previews; how a cube file is read."""
