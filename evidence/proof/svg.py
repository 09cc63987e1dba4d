"""The manifest in an SVG: a metadata element, which is found without parsing XML that nobody vouches for."""

import re
from xml.sax.saxutils import escape, unescape

from data.errors import ManifestDamaged
from evidence.proof.png import KEYWORD, MAX_TEXT_BYTES

ELEMENT = re.compile(rb'<metadata id="' + KEYWORD.encode() + rb'">([^<]*)</metadata>')


def embed_in_svg(content: bytes, text: bytes) -> bytes:
    """The SVG with the text as its first element."""
    start, bracket, rest = content.partition(b">")
    element = f'<metadata id="{KEYWORD}">{escape(text.decode())}</metadata>'
    return start + bracket + element.encode() + rest


def extract_from_svg(content: bytes) -> bytes:
    """The text of an SVG.

    Raises:
        ManifestDamaged: there is none or more than one, or the file is cut.
    """
    if not content.rstrip().endswith(b"</svg>"):
        message = "the picture is cut"
        raise ManifestDamaged(message)
    texts = ELEMENT.findall(content)
    if len(texts) != 1:
        message = "the picture has no manifest" if not texts else f"the picture has {len(texts)} manifests"
        raise ManifestDamaged(message)
    if len(texts[0]) > MAX_TEXT_BYTES:
        message = "the manifest is too long"
        raise ManifestDamaged(message)
    return unescape(texts[0].decode("utf-8", "replace")).encode()
