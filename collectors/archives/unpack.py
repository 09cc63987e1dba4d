"""Unpacking of downloaded files to disk, block by block, without relying on the sizes that they state."""

import gzip
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from collectors.failures import BadData

BLOCK_BYTES = 1 << 20
MAX_LIST_CHARS = 200

UNPACK_ERRORS = (EOFError, OSError, RuntimeError, ValueError, lzma.LZMAError, zipfile.BadZipFile, zlib.error)
"""What the standard library raises on files that are cut off, damaged, encrypted or compressed in an unknown way."""


def unpack_file(packed_path: Path, name: str, member: str, table_path: Path, max_bytes: int) -> None:
    """Unpack a zip or gzip to ``table_path``; ``name`` is the name of the file on its host.

    A zip must hold one file, and nothing else. ``member`` is the pattern of its name, with ``{name}`` for that of the
    zip without its ending, and ``*`` for anything.

    Raises:
        BadData: the file is broken (garbled), has other members, or unpacks to more than ``max_bytes``.
    """
    pattern = member.format(name=name.removesuffix(".zip"))
    blocks = _read_zip(packed_path, pattern) if name.endswith(".zip") else _read_gzip(packed_path)
    written_bytes = 0
    with table_path.open("wb") as output:
        for block in _translate_errors(blocks, name):
            written_bytes += len(block)
            if written_bytes > max_bytes:
                message = f"a file that unpacks to more than {max_bytes:,} bytes"
                raise BadData(message)
            output.write(block)


def _translate_errors(blocks: Iterator[bytes], name: str) -> Iterator[bytes]:
    """The blocks; errors of reading them, not of writing them, are raised as `BadData`."""
    try:
        yield from blocks
    except UNPACK_ERRORS as error:
        message = f"{name} cannot be unpacked: {error}"
        raise BadData(message, garbled=True) from error


def _read_gzip(packed_path: Path) -> Iterator[bytes]:
    with gzip.open(packed_path) as stream:
        while block := stream.read(BLOCK_BYTES):
            yield block


def _read_zip(packed_path: Path, pattern: str) -> Iterator[bytes]:
    with zipfile.ZipFile(packed_path) as archive:
        names = archive.namelist()
        if len(names) != 1 or not fnmatchcase(names[0], pattern):
            message = f"a zip that holds {str(names)[:MAX_LIST_CHARS]} and not {pattern} alone"
            raise BadData(message)
        with archive.open(names[0]) as stream:
            while block := stream.read(BLOCK_BYTES):
                yield block
