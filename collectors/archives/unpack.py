"""Unpacking of downloaded files to disk, block by block, without relying on the sizes that they state."""

import gzip
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from io import FileIO
from pathlib import Path

from collectors.archives.limited_file import DiskBudget, LimitedFile
from collectors.failures import BadData
from collectors.limits import ZIP_DIRECTORY, Limit

BLOCK_BYTES = 1 << 20
MAX_LIST_CHARS = 200

BOUNDED_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""What `zipfile` unpacks block by block; bzip2 and lzma it unpacks as far as the packed block goes."""

UNPACK_ERRORS = (EOFError, OSError, RuntimeError, ValueError, lzma.LZMAError, zipfile.BadZipFile, zlib.error)
"""What the standard library raises on files that are cut off, damaged, encrypted or compressed in an unknown way."""


def unpack_file(packed_path: Path, name: str, member: str, table_path: Path, limit: Limit, budget: DiskBudget) -> None:
    """Unpack a zip or gzip to ``table_path``; ``name`` is the name of the file on its host.

    A zip must hold one file, and nothing else. ``member`` is the pattern of its name, with ``{name}`` for that of the
    zip without its ending, and ``*`` for anything but a way out of a folder: no name is ever used as a path.

    Raises:
        BadData: the file is broken (garbled), has other members, or is larger than a limit.
    """
    pattern = member.format(name=name.removesuffix(".zip"))
    blocks = _read_zip(packed_path, pattern) if name.endswith(".zip") else _read_gzip(packed_path)
    with LimitedFile(table_path, name, limit, budget) as output:
        for block in _translate_errors(blocks, name):
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
    with SmallReads(packed_path) as file, zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        names = [member.filename for member in members[:2]]
        if len(names) != 1 or not fnmatchcase(names[0], pattern) or ".." in re.split(r"[/\\]", names[0]):
            message = f"a zip that holds {str(names)[:MAX_LIST_CHARS]} and not {pattern} alone"
            raise BadData(message)
        if members[0].compress_type not in BOUNDED_METHODS:
            message = "a zip that is packed by another method than deflate"
            raise BadData(message)
        with archive.open(members[0]) as stream:
            while block := stream.read(BLOCK_BYTES):
                yield block


class SmallReads(FileIO):
    """A file of which no read is long, as `zipfile` reads the list of all members of a zip at once."""

    def read(self, size: int | None = -1) -> bytes:
        """The next bytes, as `io.FileIO` reads them.

        Raises:
            BadData: these are more than `ZIP_DIRECTORY` allows.
        """
        wanted = ZIP_DIRECTORY.amount + 1 if size is None or size < 0 else size
        block = super().read(min(wanted, ZIP_DIRECTORY.amount + 1))
        if len(block) > ZIP_DIRECTORY.amount:
            ZIP_DIRECTORY.refuse("a zip")
        return block
