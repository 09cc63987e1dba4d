"""What a picture shows, as data inside its file: a tEXt chunk of a PNG, the metadata of an SVG."""

import json
import zlib
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from data.version import VERSION
from deviation.answer import asked_json
from deviation.result import Measurement

KEYWORD = "Plumbline"
"""Name of the tEXt chunk, and id of the metadata element."""

SIGNATURE = b"\x89PNG\r\n\x1a\n"
HEADER_END = len(SIGNATURE) + 25
"""Where the first chunk of a PNG, IHDR, ends: 8 bytes of length and name, 13 of content, 4 of checksum."""


def manifest(measurement: Measurement, *, store: str | None = None, link: str | None = None) -> dict[str, Any]:
    """Everything by which the picture can be made again: what was asked, of which candles, by which program.

    Args:
        measurement: what is shown.
        store: the version of the store, where it has one.
        link: the query of the page that shows the same.
    """
    question = measurement.question
    known = {"store": store, "link": link}
    return {
        "program": f"Plumbline {VERSION}",
        **asked_json(question),
        "focus": question.focus,
        "venues": list(question.venues),
        "candles_from": sorted({origin for names in measurement.origins.values() for origin in names}),
        "fx_assumed": list(measurement.fx_assumed),
        **{key: value for key, value in known.items() if value is not None},
    }


def into_png(content: bytes, said: Mapping[str, Any]) -> bytes:
    """The PNG with the manifest as a tEXt chunk behind its header; its pixels stay as they are."""
    body = b"tEXt" + KEYWORD.encode() + b"\0" + _json(said).encode()
    chunk = (len(body) - 4).to_bytes(4) + body + zlib.crc32(body).to_bytes(4)
    return content[:HEADER_END] + chunk + content[HEADER_END:]


def from_png(content: bytes) -> dict[str, Any] | None:
    """The manifest of a PNG; None where it has none."""
    at = len(SIGNATURE)
    while at < len(content):
        length, name = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        keyword, _, text = content[at + 8 : at + 8 + length].partition(b"\0")
        if name == b"tEXt" and keyword == KEYWORD.encode():
            found: dict[str, Any] = json.loads(text)
            return found
        at += length + 12
    return None


def into_svg(content: bytes, said: Mapping[str, Any]) -> bytes:
    """The SVG with the manifest as its first element."""
    start, bracket, rest = content.partition(b">")
    return start + bracket + f'<metadata id="{KEYWORD}">{escape(_json(said))}</metadata>'.encode() + rest


def _json(said: Mapping[str, Any]) -> str:
    """In ASCII, which a tEXt chunk must be."""
    return json.dumps(said, separators=(",", ":"))
