"""Renders figures to PNG and SVG with one browser per process, started at the first picture and closed at exit.

kaleido's own server (`start_sync_server`) is not used: it returns results through one queue without matching them to
callers, so that two threads can get each other's pictures; it accepts any number of requests; and it does not restart
a browser that has died. Instead one `Kaleido` runs on an event loop in a thread of its own, to which any thread may
submit figures. The loop also runs between pictures, so that the end of the browser is noticed at once and not by the
next picture's timeout.
"""

import asyncio
import atexit
import os
import re
from collections.abc import Mapping
from contextlib import AsyncExitStack
from enum import StrEnum
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import BoundedSemaphore, Lock, Thread
from typing import Any, Self

import plotly.graph_objects as go

from data.disk.explain import explain_output_error
from data.errors import BrowserBusy, BrowserFailed, BrowserMissing, UsageError
from evidence.proof.canonical import encode_json
from evidence.proof.png import embed_in_png
from evidence.proof.svg import embed_in_svg

PNG_SCALE = 2
"""Pixels of a PNG per unit of the figure: 1600x900 becomes 3200x1800."""

MAX_PENDING = 8
"""Pictures that may be in progress or pending at once; one takes about half a second."""

TIMEOUT_S = 60.0
"""Seconds after which a picture counts as failed, the start of the browser included."""

BROWSER_MISSING_TEXT = (
    "no Chromium or Chrome was found to draw the picture with; on Debian and Ubuntu run "
    "'apt-get install chromium fonts-dejavu-core', elsewhere install Chrome, or take the picture from the page, "
    "where your own browser draws it"
)


class FileFormat(StrEnum):
    """The formats of a picture."""

    PNG = "png"
    SVG = "svg"


class Renderer:
    """Draws figures with one browser, for any number of threads, one picture after the other.

    The browser starts at the first picture. If it has died, it is started again, once for each picture. It ends with
    `close`, at the end of a ``with`` block, or at exit.
    """

    def __init__(self, max_pending: int = MAX_PENDING) -> None:
        self._max_pending = max_pending
        self._slots = BoundedSemaphore(max_pending)
        self._lock = Lock()
        self._thread: _BrowserThread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def draw(self, figure: go.Figure, file_format: FileFormat, manifest: Mapping[str, Any] | None = None) -> bytes:
        """The content of a file with the figure, of its own size; equal figures and manifests give equal bytes.

        Args:
            figure: a figure with ``width`` and ``height``.
            file_format: a PNG has `PNG_SCALE` pixels per unit.
            manifest: the data to embed in the file; see `evidence.proof.manifest`.

        Raises:
            BrowserMissing: No browser is installed.
            BrowserBusy: ``max_pending`` pictures are in progress or pending.
            BrowserFailed: The browser ended or hung, and again after a restart.
        """
        if not self._slots.acquire(blocking=False):
            message = f"{self._max_pending} pictures are being drawn already; try again in a few seconds"
            raise BrowserBusy(message)
        try:
            content = self._ensure_thread().draw(figure, file_format)
        finally:
            self._slots.release()
        if file_format is FileFormat.SVG:
            content = _replace_random_ids(content)
        if manifest is None:
            return content
        embed = embed_in_png if file_format is FileFormat.PNG else embed_in_svg
        return embed(content, encode_json(manifest))

    def close(self) -> None:
        """End the browser, if one runs; a later picture starts another."""
        with self._lock:
            thread, self._thread = self._thread, None
        atexit.unregister(self.close)
        if thread is not None:
            thread.close()

    def _ensure_thread(self) -> "_BrowserThread":
        with self._lock:
            if self._thread is None:
                self._thread = _BrowserThread()
                atexit.register(self.close)
            return self._thread


class _BrowserThread:
    """An event loop in a thread, and the browser that runs on it."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._draw_lock = asyncio.Lock()
        self._exit_stack = AsyncExitStack()
        self._browser: Any = None
        # A daemon, as Python joins other threads before it calls the functions registered with atexit.
        self._thread = Thread(target=self._loop.run_forever, name="pictures", daemon=True)
        self._thread.start()

    def draw(self, figure: go.Figure, file_format: FileFormat) -> bytes:
        """The content of the picture, after all that were submitted before it; called from any other thread."""
        options = {
            "format": file_format.value,
            "scale": PNG_SCALE if file_format is FileFormat.PNG else 1,
            "width": figure.layout.width,
            "height": figure.layout.height,
        }
        return asyncio.run_coroutine_threadsafe(self._draw_with_retry(figure.to_dict(), options), self._loop).result()

    def close(self) -> None:
        """End browser, loop and thread."""
        asyncio.run_coroutine_threadsafe(self._close_browser(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _draw_with_retry(self, figure: dict[str, Any], options: dict[str, Any]) -> bytes:
        async with self._draw_lock:
            try:
                return await self._draw_once(figure, options)
            except BrowserFailed:
                await self._close_browser()
            try:
                return await self._draw_once(figure, options)
            except BrowserFailed:
                await self._close_browser()
                raise

    async def _draw_once(self, figure: dict[str, Any], options: dict[str, Any]) -> bytes:
        # Imported here, as they take long and most commands draw no picture.
        from choreographer.errors import BrowserClosedError, BrowserFailedError, ChromeNotFoundError  # noqa: PLC0415
        from kaleido import Kaleido  # noqa: PLC0415

        try:
            async with asyncio.timeout(TIMEOUT_S):
                if self._browser is None:
                    self._browser = await self._exit_stack.enter_async_context(Kaleido(n=1, mathjax=False))
                content: bytes = await self._browser.calc_fig(figure, opts=options)
        except (ChromeNotFoundError, BrowserFailedError) as error:
            raise BrowserMissing(BROWSER_MISSING_TEXT) from error
        # When a browser ends, choreographer cancels the tasks that await it; its channel then raises an OSError.
        except (BrowserClosedError, OSError, TimeoutError, asyncio.CancelledError) as error:
            message = "the browser that draws the pictures ended or hung, twice; try again"
            raise BrowserFailed(message) from error
        return content

    async def _close_browser(self) -> None:
        self._browser = None
        exit_stack, self._exit_stack = self._exit_stack, AsyncExitStack()
        await exit_stack.aclose()


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file under a temporary name in its folder, then rename it, so that it is never seen in part.

    Raises:
        UsageError: It cannot be written there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            try:
                file.write(content)
                file.flush()
                Path(file.name).chmod(0o644)
                os.replace(file.name, path)  # noqa: PTH105 - the same call under either name
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        message = f"{path} cannot be written: {explain_output_error(error)}"
        raise UsageError(message) from error


def _replace_random_ids(svg: bytes) -> bytes:
    """The SVG with the six random digits that plotly puts into all of its ids replaced by a constant."""
    match = re.search(rb'id="defs-([0-9a-f]{6})"', svg)
    if match is None:
        return svg
    return re.sub(rb'(id="|#)([\w-]*?)' + match[1], rb"\1\2figure", svg)
