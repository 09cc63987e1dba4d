"""The errors that a user can cause or meet, and the exit code of each.

PlumblineError          1  done as far as possible, something could not be had
├── UsageError          2  the request makes no sense as it stands
├── StoreFollowed       2  another process follows the store already
├── FileRefused         3  a file holds a row that is no candle; nothing of it was stored
├── NothingUsable       3  there is no candle to answer with
├── StoreUnusable       3  the store is there but cannot be read or written
├── StoreBusy           1  other writers kept the store from taking a batch
├── BrowserMissing      1  a picture needs Chromium and there is none
├── BrowserBusy         1  as many pictures are waited for as may be
└── BrowserFailed       1  the browser that draws the pictures ended or hung, twice

Each message names venue, asset, file or window and says what to do next. Foreign exceptions are translated where they
enter, once, with ``from``.
"""


class PlumblineError(Exception):
    """The root of every error whose message is meant for the user."""

    exit_code = 1


class UsageError(PlumblineError):
    """The request makes no sense as it stands: an empty window, a time without a zone, an unknown asset."""

    exit_code = 2


class StoreAlreadyFollowed(PlumblineError):
    """Another process follows the store already; the message says which, since when, and what to do."""

    exit_code = 2


class FileRefused(PlumblineError):
    """A file holds a row that is no candle; the message names file, line and reason."""

    exit_code = 3


class NoUsableCandles(PlumblineError):
    """There is no candle to answer with; the message says how to get some."""

    exit_code = 3


class StoreUnusable(PlumblineError):
    """The store cannot be reached, read or written; the message names the place and what the storage said."""

    exit_code = 3


class StoreBusy(PlumblineError):
    """Other writers kept the store from taking a batch, retries included."""


class BrowserMissing(PlumblineError):
    """A picture needs Chromium and there is none; the message says how to install it."""


class BrowserBusy(PlumblineError):
    """As many pictures are waited for as may be at once: a moment later there will be room."""


class BrowserFailed(PlumblineError):
    """The browser that draws the pictures ended or hung, and did so again after a new start."""
