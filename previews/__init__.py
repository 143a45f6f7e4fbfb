"""What people look at before they open a cube: images, movies, the seeing and the line profile.

Nothing here knows of the archive's rows or settings: a cube file or a descriptor comes in, files and values of JSON
come out. Sources are untrusted. Each ends as a preview or as a `PermanentError` whose message says what is wrong with
it, in bounded memory.
"""
