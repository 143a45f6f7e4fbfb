"""Makes the previews of a cube: images, movies, the seeing and the line profile.

This room knows no rows and no settings of the archive: it takes a cube file or a descriptor, and returns files and JSON
values. Sources are untrusted. Each one becomes a preview, or raises a `PermanentError` that says what is wrong. Memory
is bounded.
"""
