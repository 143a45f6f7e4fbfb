"""Events: rows that say what has happened to cubes, numbered in the order in which they can be read."""
