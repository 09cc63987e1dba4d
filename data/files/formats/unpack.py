"""Reads the bytes of a file, out of a zip or gzip file too, and never more of them than a limit."""

import gzip
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from data.files.formats.limits import Limits
from data.files.formats.raw_table import build_refusal
from data.text.quoting import cut_text

MAX_RATIO = 200
"""How many times its size a packed file may unpack to. A day of quiet seconds, which packs best, reaches 22."""

UNSUSPICIOUS_BYTES = 1 << 20
"""Content up to this size may have any ratio."""

MAX_DIRECTORY_BYTES = 4 << 20
"""The largest list of members of a zip file that is read."""

UNPACK_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, gzip.BadGzipFile, NotImplementedError, UnicodeDecodeError)
"""What damaged zip and gzip files raise; a method that is not known, or a name that is no text, is damage too."""

CHUNK_BYTES = 1 << 20
END_RECORD = b"PK\x05\x06"
END_RECORD_BYTES = 22
MAX_COMMENT_BYTES = 65_535
IS_ENCRYPTED = 1
COMPANION_SUFFIXES = frozenset({".checksum", ".md5", ".sha256", ".sig"})
"""Endings of files that accompany data in a zip file."""


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of a file, the name that says what they are, and what they were packed in, in words."""

    name: str
    data: bytes
    packing: str = ""


@dataclass(frozen=True, slots=True)
class ContentStream:
    """The same as `Content` with the bytes in pieces, which raise the errors of `read_content` where they are read."""

    name: str
    pieces: Iterator[bytes]
    packing: str = ""


def read_content(path: Path, limits: Limits) -> Content:
    """The bytes of a file; of a zip or gzip file those of the one file in it.

    Raises:
        FileRefused: the file cannot be read, is damaged, holds several files or none, has or unpacks to more than the
            limit, or unpacks to more than `MAX_RATIO` times its size.
    """
    with open_content(path, limits) as stream:
        if not stream.packing and path.stat().st_size > limits.unpacked_bytes:
            raise build_refusal(path, f"has more than {limits.unpacked_bytes / 1e6:,.0f} MB; import it in parts")
        return Content(stream.name, b"".join(stream.pieces), stream.packing)


@contextmanager
def open_content(path: Path, limits: Limits) -> Iterator[ContentStream]:
    """Open a file to read it piece by piece; for the errors see `read_content`."""
    try:
        refuse_special_file(path)
        match path.suffix.lower():
            case ".zip":
                member = _find_only_member(path)
                with _open_member(path, member, limits) as file:
                    yield ContentStream(_name_member(member), _iterate_bounded(path, file, limits), "zip")
            case ".gz":
                with gzip.GzipFile(path) as file:
                    yield ContentStream(path.stem, _iterate_bounded(path, file, limits), "gzip")
            case _:
                with path.open("rb") as file:
                    yield ContentStream(path.name, iter(partial(file.read, CHUNK_BYTES), b""))
    except FileNotFoundError as error:
        raise build_refusal(path, "there is no such file") from error
    except UNPACK_ERRORS as error:
        raise build_refusal(path, f"is damaged and cannot be unpacked ({error})") from error
    except (OSError, ValueError) as error:  # a name that no file can have is a bad value
        raise build_refusal(path, getattr(error, "strerror", None) or str(error)) from error


def refuse_special_file(path: Path) -> None:
    """Raise an error for a pipe, a device or a folder, also behind a link: it may have no end, or never begin.

    Raises:
        FileRefused: it is one.
        OSError: there is no such file, or it cannot be looked at.
    """
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise build_refusal(path, "is a folder; name the files in it")
    if not stat.S_ISREG(mode):
        raise build_refusal(path, "is a pipe or a device; write what it holds to a file, and import that")


def list_members(path: Path) -> list[zipfile.ZipInfo]:
    """The files in a zip file, without folders, hidden files and checksums.

    Raises:
        FileRefused: it is no regular file, or its list of members is larger than `MAX_DIRECTORY_BYTES`.
        zipfile.BadZipFile: the file is no zip file, or damaged.
        OSError: the file cannot be read.
    """
    refuse_special_file(path)
    _refuse_large_directory(path)
    with zipfile.ZipFile(path) as archive:
        return [
            member
            for member in archive.infolist()
            if not member.is_dir()
            and not any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(member.filename).parts)
            and PurePosixPath(member.filename).suffix.lower() not in COMPANION_SUFFIXES
        ]


def read_member(path: Path, member: zipfile.ZipInfo, limits: Limits) -> Content:
    """The bytes of one file in a zip file.

    Raises:
        FileRefused: the member is encrypted, packed in an uncommon way, or larger than the limits.
        zipfile.BadZipFile: the file is damaged.
        OSError: the file cannot be read.
    """
    with _open_member(path, member, limits) as file:
        return Content(_name_member(member), b"".join(_iterate_bounded(path, file, limits)), "zip")


def _name_member(member: zipfile.ZipInfo) -> str:
    return PurePosixPath(member.filename).name


@contextmanager
def _open_member(path: Path, member: zipfile.ZipInfo, limits: Limits) -> Iterator[IO[bytes]]:
    """Open one file in a zip file; for the errors see `read_member`."""
    if member.flag_bits & IS_ENCRYPTED:
        raise build_refusal(path, f"is encrypted; unpack {cut_text(member.filename)} and import that")
    if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise build_refusal(path, f"is packed in an uncommon way; unpack {cut_text(member.filename)} and import that")
    if member.file_size > limits.unpacked_bytes:
        raise build_refusal(path, _describe_size(limits))
    with zipfile.ZipFile(path) as archive, archive.open(member) as file:
        yield file


def _find_only_member(path: Path) -> zipfile.ZipInfo:
    members = list_members(path)
    if len(members) != 1:
        names = ", ".join(cut_text(member.filename) for member in members[:3])
        more = f" ({names}, ...)" if names else ""
        raise build_refusal(path, f"is a zip of {len(members):,} files{more}; one is read: unpack it")
    return members[0]


def _refuse_large_directory(path: Path) -> None:
    """Check the size of the list of members, which `zipfile` reads as a whole when it opens a file."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - END_RECORD_BYTES - MAX_COMMENT_BYTES))
        tail = file.read()
    start = tail.rfind(END_RECORD)
    if start < 0 or len(tail) < start + END_RECORD_BYTES:
        message = "no end of a zip file"
        raise zipfile.BadZipFile(message)
    if int.from_bytes(tail[start + 12 : start + 16], "little") > MAX_DIRECTORY_BYTES:
        raise build_refusal(path, "is a zip of too many files; unpack it")


def _iterate_bounded(path: Path, file: IO[bytes] | gzip.GzipFile, limits: Limits) -> Iterator[bytes]:
    """The pieces of a packed file, unless it grows beyond the limits."""
    ratio_bytes = max(UNSUSPICIOUS_BYTES, MAX_RATIO * path.stat().st_size)
    size = 0
    while piece := file.read(CHUNK_BYTES):
        size += len(piece)
        if size > ratio_bytes:
            raise build_refusal(path, f"unpacks to more than {MAX_RATIO} times its size; unpack it if you trust it")
        if size > limits.unpacked_bytes:
            raise build_refusal(path, _describe_size(limits))
        yield piece


def _describe_size(limits: Limits) -> str:
    return f"unpacks to more than {limits.unpacked_bytes / 1e6:,.0f} MB; import it in parts"
