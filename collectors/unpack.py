"""Unpacking a downloaded file onto the disk, piece by piece, without trusting what it says of itself."""

import gzip
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from collectors.failures import BadData

BLOCK = 1 << 20
LONGEST_LIST = 200

BROKEN = (EOFError, OSError, RuntimeError, ValueError, lzma.LZMAError, zipfile.BadZipFile, zlib.error)
"""What the standard library raises on a file that is cut off, damaged, encrypted, or packed in an unknown way."""


def unpack(packed: Path, name: str, table: Path, most_bytes: int) -> None:
    """Write the table that ``packed`` holds to ``table``; ``name`` is the name of the file on its host.

    A zip has to hold one file of the same name that ends in ``.csv``, and nothing else.

    Raises:
        BadData: the file is broken, and may come whole when it is asked again; or it holds something else.
    """
    blocks = _from_zip(packed, name.removesuffix(".zip") + ".csv") if name.endswith(".zip") else _from_gzip(packed)
    poured = 0
    with table.open("wb") as out:
        for block in _whole(blocks, name):
            poured += len(block)
            if poured > most_bytes:
                message = f"a file that unpacks to more than {most_bytes:,} bytes"
                raise BadData(message)
            out.write(block)


def _whole(blocks: Iterator[bytes], name: str) -> Iterator[bytes]:
    """The blocks, with every sign of a broken file told as one error; errors of writing them do not come by here."""
    try:
        yield from blocks
    except BROKEN as error:
        message = f"{name} cannot be unpacked: {error}"
        raise BadData(message, garbled=True) from error


def _from_gzip(packed: Path) -> Iterator[bytes]:
    with gzip.open(packed) as stream:
        while block := stream.read(BLOCK):
            yield block


def _from_zip(packed: Path, member: str) -> Iterator[bytes]:
    with zipfile.ZipFile(packed) as files:
        names = files.namelist()
        if names != [member]:
            message = f"a zip that holds {str(names)[:LONGEST_LIST]} and not {member} alone"
            raise BadData(message)
        with files.open(member) as stream:
            while block := stream.read(BLOCK):
                yield block
