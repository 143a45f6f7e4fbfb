"""Events: what has become true of cubes and files."""
