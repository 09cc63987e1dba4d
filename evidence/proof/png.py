"""The manifest in a PNG: a compressed text chunk, and the check that nothing of the file is missing or changed."""

import zlib
from collections.abc import Iterator

from data.errors import ManifestDamaged

KEYWORD = "Plumbline"
"""Name of the text chunk, and id of an SVG's metadata element."""

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
HEADER_END = len(PNG_SIGNATURE) + 25
"""Offset of the end of IHDR, a PNG's first chunk: 8 bytes of length and name, 13 of content, 4 of checksum."""

MAX_TEXT_BYTES = 16 << 20
"""The longest manifest that is unpacked."""

MAX_CHUNKS = 100_000
"""The most parts of a picture that are looked at; one of 500 MB in parts of 8 kB has fewer."""


def embed_in_png(content: bytes, text: bytes) -> bytes:
    """The PNG with the text in a zTXt chunk after its header; pixels are unchanged. The text is ASCII."""
    body = b"zTXt" + KEYWORD.encode() + b"\0\0" + zlib.compress(text, 9)
    chunk = (len(body) - 4).to_bytes(4) + body + zlib.crc32(body).to_bytes(4)
    return content[:HEADER_END] + chunk + content[HEADER_END:]


def extract_from_png(content: bytes) -> bytes:
    """The text of a PNG.

    Raises:
        ManifestDamaged: there is none, or the file is cut or changed.
    """
    prefix = KEYWORD.encode() + b"\0\0"
    texts = [body for name, body in _iterate_chunks(content) if name == b"zTXt" and body[: len(prefix)] == prefix]
    if not texts:
        message = "the picture has no manifest"
        raise ManifestDamaged(message)
    if len(texts) > 1:
        message = f"the picture has {len(texts)} manifests"
        raise ManifestDamaged(message)
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(texts[0][len(prefix) :], MAX_TEXT_BYTES)
    except zlib.error as error:
        message = f"the manifest cannot be unpacked ({error})"
        raise ManifestDamaged(message) from error
    if not unpacker.eof:
        message = "the manifest is cut, or too long"
        raise ManifestDamaged(message)
    return text


def _iterate_chunks(content: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Name and content of each chunk. Raises ManifestDamaged where the file is cut or a checksum is wrong."""
    view = memoryview(content)  # parts of bytes are copies
    offset, name = len(PNG_SIGNATURE), b""
    count = 0
    while name != b"IEND":
        count += 1
        if count > MAX_CHUNKS:
            message = f"the picture has more than {MAX_CHUNKS:,} parts"
            raise ManifestDamaged(message)
        length = int.from_bytes(content[offset : offset + 4])
        chunk_end = offset + 8 + length
        if chunk_end + 4 > len(content):
            message = "the picture is cut"
            raise ManifestDamaged(message)
        name = content[offset + 4 : offset + 8]
        if int.from_bytes(content[chunk_end : chunk_end + 4]) != zlib.crc32(view[offset + 4 : chunk_end]):
            message = f"the picture was changed: the checksum of its part {name.decode('latin-1')!r} is wrong"
            raise ManifestDamaged(message)
        yield name, view[offset + 8 : chunk_end]
        offset = chunk_end + 4
    if offset != len(content):
        message = "the picture was changed: something follows its end"
        raise ManifestDamaged(message)
