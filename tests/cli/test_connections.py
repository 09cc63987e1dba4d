"""No connection holds up others, however slowly its client sends or takes bytes."""

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any, TypeVar
from urllib.request import urlopen

import pytest
from dash import Dash, html
from waitress.adjustments import Adjustments

from cli.server.connections import Channel, Server
from cli.server.serve import WORKER_THREADS, bind_socket, serve_app
from dashboard.sheet.renderer import MAX_PENDING

TIMEOUT_S = 120
LARGE_BYTES = 8_000_000
"""More than the buffers of a connection hold."""

Answer = TypeVar("Answer")


@pytest.fixture(autouse=True)
def interruptible() -> Iterator[None]:
    """Let SIGINT interrupt the test, even where it was ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def app() -> Dash:
    """A page and a large file."""
    app = Dash(__name__)
    app.layout = html.Div()
    app.server.add_url_rule("/page", "page", lambda: "here")
    app.server.add_url_rule("/large", "large", lambda: b"x" * LARGE_BYTES)
    app.server.add_url_rule("/send", "send", lambda: "received", methods=["POST"])
    return app


@pytest.fixture
def channel() -> Iterator[Channel]:
    """A connection that began at second 100, and may be idle for 15 s."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.setblocking(False)  # noqa: FBT003 - the standard library's own
        channel = Channel(SimpleNamespace(active_channels={}), theirs, None, Adjustments(channel_timeout=15), map={})
        channel.progress_s = 100.0
        channel.requests = []
        yield channel


def serve_for(app: Dash, visit: Callable[[int], Answer]) -> Answer:
    """What a visit of the port of a served app returns; the server ends after it."""
    answers: list[Answer] = []
    with bind_socket("127.0.0.1", 0) as listener:

        def run_visit() -> None:
            try:
                answers.append(visit(listener.getsockname()[1]))
            finally:
                signal.raise_signal(signal.SIGINT)

        thread = threading.Thread(target=run_visit)
        serve_app(app, listener, lambda line: thread.start() if "http" in line else None)
        thread.join()
    (answer,) = answers
    return answer


def open_connection(port: int, beginning: bytes) -> socket.socket:
    """A connection with small buffers that has sent the beginning of something."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    connection.settimeout(TIMEOUT_S)
    connection.connect(("127.0.0.1", port))
    connection.sendall(beginning)
    return connection


def read_page(port: int) -> bytes:
    """The page, on a new connection."""
    with urlopen(f"http://127.0.0.1:{port}/page", timeout=TIMEOUT_S) as response:
        body: bytes = response.read()
    return body


def read_to_end(connection: socket.socket) -> bytes:
    """All that comes until the server closes the connection."""
    with connection.makefile("rb") as answer:
        return answer.read()


def test_a_byte_now_and_then_is_no_progress(channel: Channel) -> None:
    """For 15 s a head may be incomplete; what comes meanwhile does not extend that."""
    assert not channel.is_stalled(115.0)
    channel.received(b"GET / HTTP/1.1\r\nX-Slow: x")
    assert not channel.is_stalled(115.0)
    assert channel.is_stalled(115.1)


def test_ten_thousand_bytes_are_progress(channel: Channel) -> None:
    """A large body may take as long as it needs."""
    channel.received(b"POST / HTTP/1.1\r\nContent-Length: 60000\r\n\r\n")
    channel.received(b"x" * 10_000)
    assert not channel.is_stalled(114.0)
    assert not channel.is_stalled(129.0)
    channel.received(b"x" * 9_999)
    assert channel.is_stalled(129.1)


def test_taking_an_answer_is_progress(channel: Channel) -> None:
    """And taking little of it is none."""
    channel.send(b"x" * 10_000)
    assert not channel.is_stalled(114.0)
    channel.send(b"x" * 100)
    assert channel.is_stalled(129.1)


def test_a_request_that_is_answered_is_no_idleness(channel: Channel) -> None:
    """The client waits for the server, however long that takes."""
    channel.requests = [object()]
    assert not channel.is_waiting
    assert not channel.is_stalled(900.0)
    channel.requests = []
    assert not channel.is_stalled(915.0)
    assert channel.is_stalled(915.1)


def test_slow_heads_bodies_and_readers_hold_nobody_up(app: Dash) -> None:
    """More of each than there are threads leave a page as it was."""

    def visit(port: int) -> list[bytes]:
        with ExitStack() as connections:
            for beginning in (
                b"GET /page HTTP/1.1\r\nHost: localhost\r\nX-Slow: x",
                b"POST /send HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n\r\nx",
                b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n",
            ):
                slow = [open_connection(port, beginning) for _ in range(WORKER_THREADS + 1)]
                for connection in slow:
                    connections.enter_context(connection)
            assert [connection.recv(1) for connection in slow] == [b"H"] * len(slow)
            return [read_page(port) for _ in range(5)]

    assert serve_for(app, visit) == [b"here"] * 5


def test_a_new_connection_takes_the_place_of_the_idle_one(app: Dash, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where twenty are open, the twenty-first closes the first, and a reader is let in as ever."""
    monkeypatch.setattr("cli.server.serve.MAX_CONNECTIONS", 20)

    def visit(port: int) -> tuple[bytes, bytes, bytes]:
        with ExitStack() as connections:
            idle = [connections.enter_context(open_connection(port, b"GET")) for _ in range(20)]
            page = read_page(port)
            ended = idle[0].recv(1)
            idle[-1].sendall(b" /page HTTP/1.1\r\nHost: localhost\r\n\r\n")
            return page, ended, idle[-1].recv(4)

    assert serve_for(app, visit) == (b"here", b"", b"HTTP")


def test_pending_pictures_leave_room_for_pages(app: Dash) -> None:
    """As many requests as pictures may be pending wait for the browser that draws them, and a page is answered."""
    is_drawn, is_waiting = threading.Event(), threading.Barrier(MAX_PENDING + 1)

    def wait_for_browser() -> str:
        is_waiting.wait(TIMEOUT_S)
        is_drawn.wait(TIMEOUT_S)
        return "drawn"

    app.server.add_url_rule("/picture", "picture", wait_for_browser)

    def visit(port: int) -> list[bytes]:
        with ExitStack() as connections:
            pictures = [
                connections.enter_context(open_connection(port, b"GET /picture HTTP/1.0\r\nHost: localhost\r\n\r\n"))
                for _ in range(MAX_PENDING)
            ]
            is_waiting.wait(TIMEOUT_S)
            page = read_page(port)
            is_drawn.set()
            return [page, *(read_to_end(picture)[-5:] for picture in pictures)]

    assert serve_for(app, visit) == [b"here", *[b"drawn"] * MAX_PENDING]


def test_two_hundred_readers_at_once_are_answered(app: Dash) -> None:
    """All of them have connected before the first is answered."""

    def visit(port: int) -> list[bytes]:
        with ExitStack() as connections:
            readers = [connections.enter_context(open_connection(port, b"")) for _ in range(200)]
            for reader in readers:
                reader.sendall(b"GET /page HTTP/1.0\r\nHost: localhost\r\n\r\n")
            return [read_to_end(reader)[-4:] for reader in readers]

    assert serve_for(app, visit) == [b"here"] * 200


def test_a_stalled_reader_is_cut_off(channel: Channel) -> None:
    """At once, and not when its client takes bytes again, as waitress alone would."""
    while channel.send(b"x" * 65_536):
        pass
    channel.progress_s = 100.0
    server: Any = SimpleNamespace(active_channels={1: channel})
    Server.maintenance(server, 129.0)
    assert channel.connected
    Server.maintenance(server, 144.1)
    assert not channel.connected
    assert channel.socket is None
