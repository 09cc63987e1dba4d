"""A case file as a ZIP: the same content gives the same bytes, and its manifest has the hash of each file."""

import hashlib
import json
import struct
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any

from data.errors import FileRefused, ManifestDamaged
from data.files.formats.limits import FILE_LIMITS, Limits
from data.files.formats.unpack import list_members, read_member
from data.text.quoting import cut_text, escape_hidden_signs, quote_input
from evidence.proof.canonical import encode_json
from evidence.proof.manifest import is_intact, seal

CASE_KIND = "case"
CASE_FORMAT = 1

MANIFEST_NAME = "manifest.json"
"""The file with the hashes of all others."""

FIXED_TIME = (1980, 1, 1, 0, 0, 0)
"""The time of every file in a ZIP, the earliest that there is."""

UNIX = 3
"""The system that a ZIP names, the same on every one."""

READABLE = 0o100644 << 16

MAX_MEMBERS = 1_000

UNPACK_ERRORS = (zipfile.BadZipFile, zlib.error, FileRefused, EOFError, NotImplementedError, UnicodeError, struct.error)
"""What reading a damaged ZIP may raise."""


def pack_case(files: Mapping[str, bytes], about: Mapping[str, Any]) -> bytes:
    """The ZIP of some files and their manifest, files by name.

    Args:
        files: content by name, with forward slashes.
        about: entries of the manifest beside those of the files.
    """
    entries = [
        {"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in sorted(files.items())
    ]
    manifest = seal({**about, "format": CASE_FORMAT, "kind": CASE_KIND, "files": entries})
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in ((MANIFEST_NAME, encode_json(manifest)), *sorted(files.items())):
            entry = zipfile.ZipInfo(name, FIXED_TIME)
            entry.create_system, entry.external_attr, entry.compress_type = UNIX, READABLE, zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return target.getvalue()


def is_case(path: Path) -> bool:
    """Whether a file is a ZIP with the manifest of a case file, intact or not."""
    if path.suffix.lower() != ".zip":
        return False
    try:
        names = {member.filename for member in list_members(path)}
    except (FileRefused, zipfile.BadZipFile, OSError):
        return False
    return MANIFEST_NAME in names


def read_case(path: Path, limits: Limits = FILE_LIMITS) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The manifest of a case file, and its other files by name.

    Raises:
        ManifestDamaged: the ZIP is cut or changed, or a file in it is missing, another, not in the manifest, too large
            or named in a way that no case file is.
        OSError: the file cannot be read.
    """
    try:
        list_members(path)  # refuses a list of members that is too long to be read
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
        _check_names([member.filename for member in members])
        if sum(member.file_size for member in members) > limits.unpacked_bytes:
            message = f"the case file unpacks to more than {limits.unpacked_bytes / 1e6:,.0f} MB"
            raise ManifestDamaged(message)
        contents = {member.filename: read_member(path, member, limits).data for member in members}
    except UNPACK_ERRORS as error:
        message = f"the case file cannot be unpacked: {cut_text(escape_hidden_signs(str(error)))}"
        raise ManifestDamaged(message) from error
    manifest = _parse_manifest(contents.pop(MANIFEST_NAME, b""))
    _check_contents(manifest, contents)
    return manifest, contents


def _check_names(names: list[str]) -> None:
    """Raises ManifestDamaged for names that could lie outside of a folder, or twice the same."""
    if len(names) > MAX_MEMBERS or len({name.casefold() for name in names}) != len(names):
        message = f"the case file has more than {MAX_MEMBERS:,} files, or two of one name"
        raise ManifestDamaged(message)
    for name in names:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or not name.isprintable():
            message = f"the case file has a file with the name {quote_input(name)}"
            raise ManifestDamaged(message)


def _parse_manifest(text: bytes) -> dict[str, Any]:
    try:
        manifest = json.loads(text)
        intact = isinstance(manifest, dict) and is_intact(manifest)
    except (ValueError, RecursionError) as error:
        message = f"the manifest of the case file cannot be read ({error})"
        raise ManifestDamaged(message) from error
    if not intact:
        message = "the manifest of the case file was changed: it does not have the SHA-256 that it names"
        raise ManifestDamaged(message)
    if (manifest.get("kind"), manifest.get("format")) != (CASE_KIND, CASE_FORMAT):
        message = f"the manifest is of no case file that this program reads (format {CASE_FORMAT})"
        raise ManifestDamaged(message)
    return dict(manifest)


def _check_contents(manifest: Mapping[str, Any], contents: Mapping[str, bytes]) -> None:
    try:
        hashes = {str(entry["name"]): str(entry["sha256"]) for entry in manifest["files"]}
    except (KeyError, TypeError) as error:
        message = "the manifest of the case file cannot be read: it does not list its files"
        raise ManifestDamaged(message) from error
    for name in sorted(hashes.keys() | contents.keys()):
        shown = cut_text(escape_hidden_signs(name))
        if name not in contents:
            message = f"{shown} is missing in the case file"
        elif name not in hashes:
            message = f"{shown} is in the case file, but not in its manifest"
        elif hashlib.sha256(contents[name]).hexdigest() != hashes[name]:
            message = f"{shown} was changed: it does not have the SHA-256 that the manifest names"
        else:
            continue
        raise ManifestDamaged(message)
