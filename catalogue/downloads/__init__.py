"""Sends the files of cubes over HTTP to those who may download them, whole or in part, so that downloads can resume."""
