"""Finds the manifest of a picture or a table, and checks that the file is whole."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.errors import ManifestDamaged
from data.files.export import METADATA_SUFFIX
from data.files.formats.unpack import refuse_special_file
from evidence.proof.manifest import HASH_ENTRY, describe_damage, is_intact
from evidence.proof.parquet import read_parquet_file
from evidence.proof.png import PNG_SIGNATURE, extract_from_png
from evidence.proof.rows import ROWS_HASH, hash_csv
from evidence.proof.svg import extract_from_svg

MAX_FILE_BYTES = 512 << 20
"""The largest file that is read."""

MAX_JSON_BYTES = 16 << 20
"""The longest manifest, and the longest metadata beside a CSV; one of a hundred assets has 1 MB."""

MAX_JSON_VALUES = 1_000_000
"""The most values in it, each of which takes some 100 bytes of memory."""


@dataclass(frozen=True, slots=True)
class ProvenFile:
    """The manifest of a file, and the rows of a table as the bytes of a CSV; None for a picture."""

    manifest: dict[str, Any]
    rows: bytes | None = None


def read_proven_file(path: Path) -> ProvenFile:
    """The manifest of a PNG, SVG, CSV or Parquet file, by its ending.

    The metadata of a CSV lie beside it; see `data.files.export`.

    Raises:
        ManifestDamaged: there is none, or the file was cut or changed.
        FileRefused: it is a pipe, a device or a folder.
        OSError: the file cannot be read.
    """
    metadata_path = path.with_name(f"{path.name}{METADATA_SUFFIX}")
    is_described = path.suffix.lower() == ".csv" and metadata_path.is_file()
    for file in (path, *([metadata_path] if is_described else [])):
        refuse_special_file(file)
        if file.stat().st_size > MAX_FILE_BYTES:
            message = f"{file.name} has more than {MAX_FILE_BYTES >> 20} MB"
            raise ManifestDamaged(message)
    return read_proven_content(path.name, path.read_bytes(), metadata_path.read_bytes() if is_described else None)


def read_proven_content(name: str, content: bytes, metadata: bytes | None = None) -> ProvenFile:
    """The same from the bytes of a file; ``metadata`` are those beside a CSV, None without.

    Raises:
        ManifestDamaged: there is no manifest, or the file was cut or changed.
    """
    match Path(name).suffix.lower():
        case ".csv":
            if metadata is None:
                message = f"its manifest is in {Path(name).name}{METADATA_SUFFIX}, which is not beside it"
                raise ManifestDamaged(message)
            return _check_rows(metadata, content)
        case ".parquet":
            return _check_rows(*read_parquet_file(content))
        case _:
            return ProvenFile(read_picture_manifest(content))


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
    manifest = _parse_object(text)
    _check_intact(manifest)
    return manifest


def _check_rows(metadata: bytes | str, rows: bytes) -> ProvenFile:
    """The manifest in the notes of metadata, if it is of these rows."""
    manifest = next(_list_manifests(_parse_object(metadata)), None)
    if manifest is None:
        message = "the metadata have no manifest"
        raise ManifestDamaged(message)
    _check_intact(manifest)
    if manifest.get(ROWS_HASH) != hash_csv(rows):
        message = "the rows were changed: they do not have the SHA-256 that the manifest names"
        raise ManifestDamaged(message)
    return ProvenFile(manifest, rows)


def _list_manifests(metadata: dict[str, Any]) -> Iterator[dict[str, Any]]:
    notes = metadata.get("notes")
    for note in notes if isinstance(notes, list) else []:
        if isinstance(note, dict) and HASH_ENTRY in note:
            yield note


def _parse_object(text: bytes | str) -> dict[str, Any]:
    data = text.encode() if isinstance(text, str) else text
    if len(data) > MAX_JSON_BYTES or sum(map(data.count, (b"[", b"{", b","))) > MAX_JSON_VALUES:
        message = f"the manifest has more than {MAX_JSON_BYTES >> 20} MB, or than {MAX_JSON_VALUES:,} values"
        raise ManifestDamaged(message)
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise describe_damage(error) from error
    if not isinstance(content, dict):
        message = "the manifest is no object"
        raise ManifestDamaged(message)
    return content


def _check_intact(manifest: dict[str, Any]) -> None:
    try:
        intact = is_intact(manifest)
    except (ValueError, RecursionError) as error:
        raise describe_damage(error) from error
    if not intact:
        message = "the manifest was changed: it does not have the SHA-256 that it names"
        raise ManifestDamaged(message)
