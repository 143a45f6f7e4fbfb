"""Code that does not know cubes: errors, paths, paging, upserts, wake-ups, mail, and bases for the admin and the API.

It imports no other room.
"""
