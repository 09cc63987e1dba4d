"""Files that were uploaded and wait for a decision: each in a temporary folder of its own, by a random token."""

import secrets
import shutil
import threading
import weakref
from pathlib import Path, PureWindowsPath
from tempfile import mkdtemp
from typing import IO

from data.errors import FileRefused
from data.text.quoting import HIDDEN_SIGNS_NOUN, has_hidden_signs, quote_input

MAX_UPLOADS = 32
"""The most files that wait at a time, over all readers."""

MAX_TOTAL_BYTES = 512_000_000
"""The most bytes that they have together: eight files of the largest size."""


MAX_NAME_BYTES = 200
"""The longest name of a file; systems of files take 255."""


class PendingUpload:
    """An uploaded file; its folder is removed with this object, at the latest when the program ends."""

    def __init__(self, name: str, content: IO[bytes]) -> None:
        """Write the content to a file.

        Args:
            name: the file's name from the browser, which may be a path.
            content: its bytes.

        Raises:
            FileRefused: The name is not valid.
        """
        file_name = _parse_file_name(name)
        folder = mkdtemp(prefix="plumbline-")
        # While a thread reads the file, it holds this object, so that nobody takes the file away under it.
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self.path = Path(folder) / file_name
        try:
            with self.path.open("wb") as file:
                shutil.copyfileobj(content, file)
        except (OSError, ValueError) as error:
            message = f"{file_name}: cannot be written ({error})"
            raise FileRefused(message) from error
        self.size = self.path.stat().st_size


class PendingUploads:
    """The files that wait; where there are too many, the oldest are dropped."""

    def __init__(self) -> None:
        self._uploads: dict[str, PendingUpload] = {}
        self._lock = threading.Lock()

    def add(self, upload: PendingUpload) -> str:
        """Hold a file, and return the token by which it is found."""
        token = secrets.token_hex(16)
        with self._lock:
            self._uploads[token] = upload
            while len(self._uploads) > MAX_UPLOADS or self._measure() > MAX_TOTAL_BYTES:
                self._uploads.pop(next(iter(self._uploads)))
        return token

    def find(self, token: str) -> PendingUpload | None:
        """The file of a token; None if it was dropped, or never was."""
        with self._lock:
            return self._uploads.get(token)

    def drop(self, token: str) -> None:
        """Drop a file, if it is still there."""
        with self._lock:
            self._uploads.pop(token, None)

    def _measure(self) -> int:
        return sum(upload.size for upload in self._uploads.values())


def _parse_file_name(name: str) -> str:
    """The last part of a path of either system, so that a file cannot be written outside of its folder.

    Raises:
        FileRefused: The name is not valid.
    """
    file_name = PureWindowsPath(name).name
    if file_name in {"", ".", ".."} or "\0" in file_name:
        message = f"{quote_input(name)}: is no name of a file"
        raise FileRefused(message)
    if len(file_name.encode(errors="replace")) > MAX_NAME_BYTES:
        message = f"{quote_input(name)}: its name has more than {MAX_NAME_BYTES} bytes; give it a shorter one"
        raise FileRefused(message)
    if has_hidden_signs(file_name):
        message = f"{quote_input(name)}: its name holds {HIDDEN_SIGNS_NOUN}; rename it"
        raise FileRefused(message)
    return file_name
