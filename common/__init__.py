"""What knows nothing of cubes: errors, paths, paging, upserts, wake-ups, and bases for the admin and the API.

Imports nothing of the other rooms.
"""
