"""Finds the manifest of a picture and checks that the file is whole."""

import json
from pathlib import Path
from typing import Any

from data.errors import ManifestDamaged
from evidence.proof.manifest import is_intact
from evidence.proof.png import PNG_SIGNATURE, extract_from_png
from evidence.proof.svg import extract_from_svg

MAX_FILE_BYTES = 512 << 20
"""The largest file that is read."""


def read_manifest(path: Path) -> dict[str, Any]:
    """The manifest of a picture in a file.

    Raises:
        ManifestDamaged: there is none, or the file was cut or changed.
        OSError: the file cannot be read.
    """
    if path.stat().st_size > MAX_FILE_BYTES:
        message = f"the file has more than {MAX_FILE_BYTES >> 20} MB"
        raise ManifestDamaged(message)
    return read_picture_manifest(path.read_bytes())


def read_picture_manifest(content: bytes) -> dict[str, Any]:
    """The manifest of a PNG or an SVG.

    Raises:
        ManifestDamaged: there is none, or the file was cut or changed.
    """
    if content.startswith(PNG_SIGNATURE):
        return parse_manifest(extract_from_png(content))
    return parse_manifest(extract_from_svg(content))


def parse_manifest(text: bytes | str) -> dict[str, Any]:
    """A manifest that has the hash that it names.

    Raises:
        ManifestDamaged: the text is no JSON object, or was changed.
    """
    try:
        manifest = json.loads(text)
        intact = isinstance(manifest, dict) and is_intact(manifest)
    except (ValueError, RecursionError) as error:
        message = f"the manifest cannot be read ({error})"
        raise ManifestDamaged(message) from error
    if not intact:
        message = "the manifest was changed: it does not have the SHA-256 that it names"
        raise ManifestDamaged(message)
    return manifest  # type: ignore[no-any-return]  # a dict by the check above
