"""The demonstration: the archive's main job, run for real on this machine."""
