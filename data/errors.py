"""The errors that a user can cause or meet, and the exit code of each.

PlumblineError            1  the work is done as far as possible, with failures
├── UsageError            2  the request is invalid
├── StoreAlreadyFollowed  2  another process follows the store
├── FileRefused           3  a file has an invalid row; nothing of it was stored
├── ManifestDamaged       3  a file says nothing of its origin, or was cut or changed since
├── NoUsableCandles       3  no candle to measure
├── StoreUnusable         3  the store cannot be read or written
├── StoreBusy             1  conflicts with other writers, after all retries
├── TaskFailed            1  one of many tasks failed; has the exit code of its cause
├── EngineFailed          1  the workers of an engine ended again and again, or are out of reach
├── BrowserMissing        1  a picture needs Chromium and there is none
├── BrowserBusy           1  too many pictures are waiting to be drawn
└── BrowserFailed         1  the browser that draws pictures ended or hung, twice

Each message names venue, asset, file or window and says what to do next. Exceptions of other packages are translated
where they are first caught, with ``from``. What a message repeats of a file, an option or an address, it quotes by
`data.text.quoting.quote_input`: others choose that text, and it may be long or turn the line that it stands in.
"""

from data.text.redact import redact_secrets


class PlumblineError(Exception):
    """The base class of errors whose message is meant for the user.

    A message may have an address in it; the secrets of addresses are taken out of it, see `data.text.redact`.
    """

    exit_code = 1

    def __init__(self, message: str = "") -> None:
        super().__init__(redact_secrets(message))


class UsageError(PlumblineError):
    """The request is invalid: an empty window, a time without a zone, an unknown asset."""

    exit_code = 2


class StoreAlreadyFollowed(PlumblineError):
    """Another process follows the store; the message says which, since when, and what to do."""

    exit_code = 2


class FileRefused(PlumblineError):
    """A file or one of its rows is invalid; the message names file, line and reason."""

    exit_code = 3


class OptionRefused(FileRefused):
    """A file is refused that could be imported with an option.

    Attributes:
        finding: why, the message without its last line, which says how to give the option on the command line.
        option: the name of the option.
    """

    def __init__(self, finding: str, advice: str, option: str) -> None:
        super().__init__(f"{finding}\n  {advice}")
        self.finding = finding
        self.option = option


class ManifestDamaged(PlumblineError):
    """A file has no manifest, or was cut or changed since it was written; the message says which."""

    exit_code = 3


class NoUsableCandles(PlumblineError):
    """There is no candle to measure; the message says how to get some."""

    exit_code = 3


class StoreUnusable(PlumblineError):
    """The store cannot be reached, read or written; the message names the place and what the storage said."""

    exit_code = 3


class StoreBusy(PlumblineError):
    """A write failed because of conflicts with other writers, after all retries."""


class TaskFailed(PlumblineError):
    """One of many tasks failed; the message names its asset and window, and the exit code is that of the cause."""


class EngineFailed(PlumblineError):
    """Workers ended again and again on one task, or none can be reached; the message names the task if there is one."""


class BrowserMissing(PlumblineError):
    """A picture needs Chromium and there is none; the message says how to install it."""


class BrowserBusy(PlumblineError):
    """Too many pictures are waiting to be drawn; the request can be repeated a moment later."""


class BrowserFailed(PlumblineError):
    """The browser that draws the pictures ended or hung, and again after a restart."""
