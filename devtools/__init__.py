"""Tools to try and test the archive: sample cubes, stacks of processes, a stand-in SVO.

Used by the demonstration, the benchmarks and the tests; no room of the archive imports it.
"""
