"""Measures the cost of the archive's work on this machine; prints figures, never asserts."""
