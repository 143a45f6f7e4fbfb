"""Requests for access: a person asks for a cube, an observation or a group; staff approve or refuse."""
