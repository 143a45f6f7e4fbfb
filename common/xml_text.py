"""Texts for XML documents that are written piece by piece."""

import re
from xml.sax.saxutils import escape

NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 excludes (section 2.2)."""


def xml_text(value: str) -> str:
    """Return a text as the content of an XML element, with ``?`` for each character that XML 1.0 excludes."""
    return escape(NOT_IN_XML.sub("?", value))
