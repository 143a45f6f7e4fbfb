"""What a step's result depends on, as a text: equal texts mean that nothing has to be done again."""

from cubefile.hdu import checksum_agrees
from datacubes.steps.base import Material


def header_fingerprint(material: Material) -> str | None:
    """Return a text that changes with the image and its header; None without CHECKSUM.

    A CHECKSUM that agrees with its header represents the data. One that does not agree is common, because tags are
    added to headers without a new CHECKSUM; then the file's size and modification time represent the data.
    """
    cube_file = material.cube_file
    if cube_file.checksum_status == "absent":
        return None
    verified = cube_file.checksum_status == "verified"
    data = cube_file.checksum if verified else f"{cube_file.size} {cube_file.modified_ns}"
    return f"{data} {cube_file.header_digest} {material.telescope.name}"


def table_fingerprint(material: Material, name: str | None) -> str | None:
    """Return a text that changes with a table; “-” if it is missing, None if its CHECKSUM is missing or wrong.

    The data count once they have been read: a damaged table has the CHECKSUM of its good copies.
    """
    table = material.cube_file.extensions.get(name) if name else None
    if not name or not table:
        return "-"
    is_good = checksum_agrees(table) and name.upper() not in material.cube_file.damaged_tables
    return table.checksum if is_good else None
