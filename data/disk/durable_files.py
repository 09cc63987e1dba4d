"""Files that are on the disk when a function returns, and digests of what they hold.

A file system may keep what was written in memory for seconds: after a power cut a file can be empty or missing although
a program wrote it and read it back. `sync_file` and `sync_folder` wait for the disk (``fsync``, POSIX.1-2017); a new
file needs both, as its name belongs to the folder.
"""

import os
from hashlib import file_digest
from pathlib import Path


def digest_file(path: Path) -> str:
    """The SHA-256 of a file, as hexadecimal digits.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def sync_file(path: Path) -> None:
    """Wait until the content of a file is on the disk.

    Raises:
        OSError: the file cannot be opened, or the disk refuses.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Wait until the names in a folder are on the disk; Windows, which syncs them itself, opens no folder.

    Raises:
        OSError: the folder cannot be opened, or the disk refuses.
    """
    if os.name != "nt":
        sync_file(path)
