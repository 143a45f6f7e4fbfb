"""Bases for admin pages: fast lists, read-only rows, actions that ask for confirmation."""
