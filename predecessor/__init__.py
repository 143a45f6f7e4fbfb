"""What comes from sst_archive, the archive that this one replaces: its people, its access rules and its cubes."""
