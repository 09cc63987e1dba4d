"""The folder of a store or table that is on this machine."""

from pathlib import Path
from urllib.parse import unquote, urlsplit


def find_local_folder(uri: str) -> Path | None:
    """The folder at a URI; None if it is elsewhere.

    >>> find_local_folder("file:///srv/my%20lake").as_posix(), find_local_folder("s3://bucket/lake")
    ('/srv/my lake', None)
    """
    if "://" not in uri:
        return Path(uri)
    return Path(unquote(urlsplit(uri).path)) if uri.startswith("file://") else None
