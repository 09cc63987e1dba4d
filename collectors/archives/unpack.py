"""Unpacking a downloaded file onto the disk, piece by piece, without trusting what it says of itself."""

import gzip
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from collectors.failures import BadData

BLOCK_BYTES = 1 << 20
MAX_LIST_CHARS = 200

UNPACK_ERRORS = (EOFError, OSError, RuntimeError, ValueError, lzma.LZMAError, zipfile.BadZipFile, zlib.error)
"""What the standard library raises on a file that is cut off, damaged, encrypted, or packed in an unknown way."""


def unpack_file(packed_path: Path, name: str, table_path: Path, max_bytes: int) -> None:
    """Write the table that ``packed_path`` holds to ``table_path``; ``name`` is the name of the file on its host.

    A zip has to hold one file of the same name that ends in ``.csv``, and nothing else.

    Raises:
        BadData: the file is broken, and may come whole when it is asked again; or it holds something else.
    """
    blocks = (
        _read_zip(packed_path, name.removesuffix(".zip") + ".csv") if name.endswith(".zip") else _read_gzip(packed_path)
    )
    written_bytes = 0
    with table_path.open("wb") as output:
        for block in _translate_errors(blocks, name):
            written_bytes += len(block)
            if written_bytes > max_bytes:
                message = f"a file that unpacks to more than {max_bytes:,} bytes"
                raise BadData(message)
            output.write(block)


def _translate_errors(blocks: Iterator[bytes], name: str) -> Iterator[bytes]:
    """The blocks, with every sign of a broken file told as one error; errors of writing them do not come by here."""
    try:
        yield from blocks
    except UNPACK_ERRORS as error:
        message = f"{name} cannot be unpacked: {error}"
        raise BadData(message, garbled=True) from error


def _read_gzip(packed_path: Path) -> Iterator[bytes]:
    with gzip.open(packed_path) as stream:
        while block := stream.read(BLOCK_BYTES):
            yield block


def _read_zip(packed_path: Path, member: str) -> Iterator[bytes]:
    with zipfile.ZipFile(packed_path) as archive:
        names = archive.namelist()
        if names != [member]:
            message = f"a zip that holds {str(names)[:MAX_LIST_CHARS]} and not {member} alone"
            raise BadData(message)
        with archive.open(member) as stream:
            while block := stream.read(BLOCK_BYTES):
                yield block
