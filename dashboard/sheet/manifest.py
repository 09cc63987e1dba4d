"""The question behind a picture, as data in its file: a tEXt chunk of a PNG, the metadata of an SVG."""

import json
import zlib
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from data.version import VERSION
from deviation.measurement import Measurement
from deviation.report.question_json import build_question_json

KEYWORD = "Plumbline"
"""Name of the tEXt chunk, and id of the metadata element."""

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
HEADER_END = len(PNG_SIGNATURE) + 25
"""Offset of the end of IHDR, a PNG's first chunk: 8 bytes of length and name, 13 of content, 4 of checksum."""


def build_manifest(measurement: Measurement, *, store: str | None = None, link: str | None = None) -> dict[str, Any]:
    """All that is needed to draw the picture again: question, origins of candles, and version of the program.

    Args:
        measurement: the measurement shown.
        store: the version of the store; left out if None.
        link: the query of the page that shows the same; left out if None.
    """
    question = measurement.question
    optional_entries = {"store": store, "link": link}
    return {
        "program": f"Plumbline {VERSION}",
        **build_question_json(question),
        "focus": question.focus,
        "venues": list(question.venues),
        "candles_from": sorted({origin for names in measurement.origins.values() for origin in names}),
        "fx_assumed": list(measurement.fx_assumed),
        **{key: value for key, value in optional_entries.items() if value is not None},
    }


def embed_in_png(content: bytes, manifest: Mapping[str, Any]) -> bytes:
    """The PNG with the manifest as a tEXt chunk after its header; pixels are unchanged."""
    body = b"tEXt" + KEYWORD.encode() + b"\0" + _serialize(manifest).encode()
    chunk = (len(body) - 4).to_bytes(4) + body + zlib.crc32(body).to_bytes(4)
    return content[:HEADER_END] + chunk + content[HEADER_END:]


def read_png_manifest(content: bytes) -> dict[str, Any] | None:
    """The manifest of a PNG; None where it has none."""
    offset = len(PNG_SIGNATURE)
    while offset < len(content):
        length, name = int.from_bytes(content[offset : offset + 4]), content[offset + 4 : offset + 8]
        keyword, _, text = content[offset + 8 : offset + 8 + length].partition(b"\0")
        if name == b"tEXt" and keyword == KEYWORD.encode():
            manifest: dict[str, Any] = json.loads(text)
            return manifest
        offset += length + 12
    return None


def embed_in_svg(content: bytes, manifest: Mapping[str, Any]) -> bytes:
    """The SVG with the manifest as its first element."""
    start, bracket, rest = content.partition(b">")
    return start + bracket + f'<metadata id="{KEYWORD}">{escape(_serialize(manifest))}</metadata>'.encode() + rest


def _serialize(manifest: Mapping[str, Any]) -> str:
    """JSON in ASCII, as a tEXt chunk takes no other letters."""
    return json.dumps(manifest, separators=(",", ":"))
