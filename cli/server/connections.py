"""Connections of the web server: none holds up others, however slowly its client sends or takes bytes.

Waitress answers in threads, and sends and receives in one of its own, so that a slow connection costs no thread. But it
keeps a connection open on which a byte comes now and then, and takes no more once so many are open.
"""

import socket
from typing import Any

from dash import Dash
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher
from waitress.utilities import RequestEntityTooLarge

from dashboard.pages.data.upload import MAX_FILE_MB
from dashboard.web.response_headers import CLOSED_POLICY, COMMON_HEADERS, POLICY_HEADER

PROGRESS_BYTES = 10_000
"""Bytes that count as progress, of a request or an answer that is not complete; the slowest modem moves them in 3 s."""

SPARE_CONNECTIONS = 16
"""Connections beyond the limit: the newest, before another is closed for it, and those of the server itself."""

FINISH_TIMEOUT_S = 60.0
"""Seconds that requests have when the server ends, such as the import of the largest file; what waits is dropped."""

PLAIN_TEXT_HEADERS = {"Content-Type": "text/plain; charset=utf-8", **COMMON_HEADERS, POLICY_HEADER: CLOSED_POLICY}


class PlainErrorTask(ErrorTask):  # type: ignore[misc]  # waitress ships no types
    """Answers a request that does not reach the app: one that is malformed or too large."""

    def execute(self) -> None:
        """Send the reason as plain text, with the headers of all answers."""
        error = self.request.error
        is_too_large = isinstance(error, RequestEntityTooLarge)
        reason = f"The page accepts files up to {MAX_FILE_MB} MB." if is_too_large else error.body
        body = f"{reason}\n".encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers.extend(PLAIN_TEXT_HEADERS.items())
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class Channel(HTTPChannel):  # type: ignore[misc]  # as above
    """A connection of a browser, which knows when it last made progress.

    Attributes:
        progress_s: the time of the last progress: the connection itself, a complete request, or `PROGRESS_BYTES`.
    """

    error_task_class = PlainErrorTask

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - what waitress passes
        super().__init__(*arguments, **options)
        self.progress_s: float = self.creation_time
        self._moved_bytes = 0
        self._progress_bytes = 0

    @property
    def is_waiting(self) -> bool:
        """Whether the next step is the client's: to send a request, or to take the rest of an answer."""
        return not self.requests

    def received(self, data: bytes) -> bool:
        """Take bytes of a request."""
        self._moved_bytes += len(data)
        is_received: bool = super().received(data)
        if not self.is_waiting:
            self.progress_s = self.last_activity
        return is_received

    def send(self, data: bytes, do_close: bool = True) -> int:  # noqa: FBT001, FBT002 - as waitress calls it
        """Send bytes of an answer, and return how many were sent."""
        sent: int = super().send(data, do_close)
        self._moved_bytes += sent
        return sent

    def is_stalled(self, now_s: float) -> bool:
        """Whether the client has made no progress for as long as a connection may be idle."""
        if not self.is_waiting or self._moved_bytes - self._progress_bytes >= PROGRESS_BYTES:
            self.progress_s, self._progress_bytes = now_s, self._moved_bytes
        timeout_s: float = self.adj.channel_timeout
        return now_s - self.progress_s > timeout_s


class Dispatcher(ThreadedTaskDispatcher):  # type: ignore[misc]  # as above
    """The threads that answer requests."""

    def shutdown(self, cancel_pending: bool = True, timeout: float | None = None) -> bool:  # noqa: FBT001, FBT002 - as waitress calls it
        """Wait until the requests under way are answered, for `FINISH_TIMEOUT_S` at most."""
        has_dropped: bool = super().shutdown(cancel_pending, FINISH_TIMEOUT_S if timeout is None else timeout)
        return has_dropped


class Server(TcpWSGIServer):  # type: ignore[misc]  # as above
    """Closes connections that make no progress and, where too many are open, the one that has waited longest."""

    channel_class = Channel

    def maintenance(self, now: float) -> None:
        """Close stalled connections; waitress calls it every few seconds."""
        for channel in list(self.active_channels.values()):
            if channel.is_stalled(now):
                # At once: waitress would wait until the client takes bytes.
                channel.handle_close()

    def handle_accept(self) -> None:
        """Take a connection, then close another if too many are open."""
        super().handle_accept()
        if len(self.active_channels) > self.adj.connection_limit - SPARE_CONNECTIONS:
            waiting = [channel for channel in self.active_channels.values() if channel.is_waiting]
            # Only now: a connection with the number of a closed one would get the events that are still due to that.
            min(waiting, key=lambda channel: channel.progress_s).handle_close()

    def close(self) -> None:
        """Stop listening, and end every connection with the temporary files of its answers."""
        for channel in list(self.active_channels.values()):
            channel.handle_close()
        super().close()


def create_server(
    app: Dash,
    listener: socket.socket,
    connections: dict[int, Any],
    **options: Any,  # noqa: ANN401 - of waitress
) -> Server:
    """The server of an app on a socket that listens.

    Args:
        app: answers the requests.
        listener: a bound socket.
        connections: is filled with the open connections.
        options: of waitress (`waitress.adjustments.Adjustments`); ``connection_limit`` of them are kept open.
    """
    options["connection_limit"] += SPARE_CONNECTIONS
    dispatcher = Dispatcher()
    dispatcher.set_thread_count(options["threads"])
    return Server(
        app.server,
        connections,
        _sock=listener,
        dispatcher=dispatcher,
        adj=Adjustments(**options),
        bind_socket=False,
        sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
    )
