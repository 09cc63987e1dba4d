"""The folder of a store or table that is on this machine."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import polars as pl
from deltalake import DeltaTable


class FolderTable(DeltaTable):
    """A Delta table that names its files as the file system does.

    deltalake 1 leaves the folder of a table percent-encoded in the names of its files, and polars opens them by these
    names: without this, no table could be read whose path has a space, such as macOS's folder for program data.
    """

    def file_uris(self, *args: Any, **kwargs: Any) -> list[str]:  # noqa: ANN401 - deltalake's signature
        """The files of the current version; see `DeltaTable.file_uris`."""
        uris = super().file_uris(*args, **kwargs)
        encoded = urlsplit(self.table_uri).path
        decoded = unquote(encoded)
        if not self.table_uri.startswith("file://") or decoded == encoded:
            return uris
        return [decoded + uri.removeprefix(encoded) for uri in uris]


def list_paths(table: DeltaTable) -> list[str]:
    """The data files of a table at its version, below its folder."""
    return [unquote(path) for path in pl.DataFrame(table.get_add_actions())["path"]]


def find_local_folder(uri: str) -> Path | None:
    """The folder at a URI; None if it is elsewhere.

    >>> find_local_folder("file:///srv/my%20lake").as_posix(), find_local_folder("s3://bucket/lake")
    ('/srv/my lake', None)
    """
    if "://" not in uri:
        return Path(uri)
    return Path(unquote(urlsplit(uri).path)) if uri.startswith("file://") else None
