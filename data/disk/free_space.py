"""Refuses a write for which a disk has no room, before it begins.

Libraries fail in their own ways in the middle of a write: deltalake's threads then print a panic on the error stream,
which nothing can catch.
"""

import errno
import os
from pathlib import Path

SPARE_BYTES = 8 * 1024 * 1024
"""A disk with less room than that is full: a commit needs some tens of kilobytes, a checkpoint megabytes, and others
write at the same time."""


def require_room(folder: Path, more_bytes: int = 0) -> None:
    """Check that a disk has room for a write; on Windows it is the write that fails.

    Args:
        folder: where it is written to, which may not exist yet.
        more_bytes: how much is written, at most, beyond small files.

    Raises:
        OSError: with `errno.ENOSPC`, the disk has not enough room.
    """
    if not hasattr(os, "statvfs"):
        return
    place = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    state = os.statvfs(place)
    is_read_only = state.f_flag & os.ST_RDONLY  # which the write says itself, and such a disk may have no room at all
    if not is_read_only and state.f_bavail * state.f_frsize < SPARE_BYTES + more_bytes:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(place))
