"""Lists of cubes as tables for other programs, and as scripts that download the files."""
