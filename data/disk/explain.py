"""What a disk says that refuses a write, in words that tell what to do next."""

import errno
import os
import re
from pathlib import Path

from data.disk.free_space import SPARE_BYTES

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
READ_ONLY = frozenset({errno.EROFS})
DENIED = frozenset({errno.EACCES, errno.EPERM})

FULL_TEXT = "disk full: free some space and run the same command again; what was stored before is not lost"
READ_ONLY_TEXT = "its disk is read-only: it can be read, and written only where it is mounted for writing"
DENIED_TEXT = "this user may not write there: change the rights of the folder, or run as its owner"

OS_ERROR_NUMBER = re.compile(r"\(os error (\d+)\)")
"""How Rust libraries end the message of an error of the system."""

UNEXPLAINED = re.compile(r"Generic LocalFileSystem error$|Could not create local directory|transport error$")
"""The message of a write to a local file whose cause the library left out."""


def explain_disk_error(error: Exception, folder: Path | None) -> str | None:
    """Why the disk refused; None if it is another fault.

    Args:
        error: of the system, or of a library that repeats the system's message.
        folder: where it was written to; tells what the disk refuses if the library leaves out the cause.

    >>> explain_disk_error(OSError("Unable to copy data to file: No space left on device (os error 28)"), None)[:9]
    'disk full'
    """
    found = OS_ERROR_NUMBER.search(str(error))
    number = error.errno if isinstance(error, OSError) and error.errno else int(found[1]) if found else None
    if number in FULL:
        return FULL_TEXT
    if number in READ_ONLY:
        return READ_ONLY_TEXT
    if number in DENIED:
        return DENIED_TEXT
    if folder is not None and UNEXPLAINED.search(str(error).strip()):
        return _find_refusal(folder)
    return None


def explain_output_error(error: Exception, folder: Path | None = None) -> str:
    """Why an output file cannot be written, as the end of a sentence that begins with the file."""
    return explain_disk_error(error, folder) or getattr(error, "strerror", None) or str(error)


def _find_refusal(folder: Path) -> str | None:
    """Why nothing can be written to a folder; None if it can, as far as it can be seen."""
    place = next((path for path in (folder, *folder.absolute().parents) if path.exists()), None)
    if place is None or not hasattr(os, "statvfs"):
        return None
    state = os.statvfs(place)
    if state.f_flag & os.ST_RDONLY:
        return READ_ONLY_TEXT
    if not os.access(place, os.W_OK):
        return DENIED_TEXT
    return FULL_TEXT if state.f_bavail * state.f_frsize < SPARE_BYTES else None
