"""The files of cubes over HTTP, for those who may have them: whole or in part, so that a download can be resumed."""
