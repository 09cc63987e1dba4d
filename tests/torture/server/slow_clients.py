"""Connections that send or take a byte per second, while a reader opens pages.

    python -m tests.torture.server.slow_clients [--sockets 150] [--seconds 60]

Prints the requests of the reader, and as failures those that were not answered with 200 within 5 s; and how many of the
slow connections the server has closed. Run it with 1,500 sockets as well, which are more than the server keeps open.
"""

import argparse
import http.client
import re
import resource
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import cycle
from urllib.request import urlopen

import click

from tests.torture.server.served_app import ServedApp, serve_sample

MAX_ANSWER_S = 5.0
"""Seconds within which a page is answered on a machine that does other things as well."""

PAGES = ("/method", "/explorer?window=crash", "/", "/events")

HEAD = b"GET /method HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
BODY = (
    b"POST /_dash-update-component HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Content-Length: 900000\r\n\r\n"
)
PLOTLY_ADDRESS = re.compile(r'data-plotly="([^"]+)"')
"""The address of a file of some megabytes, in each document."""


class SlowSocket:
    """A connection that sends the bytes after ``beginning`` one by one, or takes those of an answer."""

    def __init__(self, port: int, beginning: bytes, *, reads: bool) -> None:
        self._reads = reads
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        self._socket.settimeout(10)
        self._socket.connect(("127.0.0.1", port))
        self._socket.sendall(beginning)
        self._socket.settimeout(0)
        self.is_closed = False

    def move_byte(self) -> None:
        """Send or take a byte; notices that the server has closed the connection."""
        try:
            if not self._reads:
                self._socket.send(b"x")
            self.is_closed |= self._socket.recv(1) == b""
        except BlockingIOError:
            pass
        except OSError:
            self.is_closed = True

    def close(self) -> None:
        """Close the connection from this side."""
        self._socket.close()


def open_slow_sockets(port: int, count: int) -> Iterator[SlowSocket]:
    """Slow heads, bodies and readers in turn; those that the server does not let in are left out."""
    with urlopen(f"http://127.0.0.1:{port}/method", timeout=MAX_ANSWER_S) as response:
        (address,) = PLOTLY_ADDRESS.findall(response.read().decode())
    large_answer = f"GET {address} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    for _, beginning in zip(range(count), cycle((HEAD, BODY, large_answer)), strict=False):
        with suppress(OSError):
            yield SlowSocket(port, beginning, reads=beginning == large_answer)


def read_pages(port: int, has_ended: Callable[[], bool]) -> list[float]:
    """Open a page after the other, each on a new connection; the seconds of each, infinite for a failure."""
    seconds: list[float] = []
    for path in cycle(PAGES):
        if has_ended():
            return seconds
        started_s = time.monotonic()
        is_answered = False
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=MAX_ANSWER_S)
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", path)
            response = connection.getresponse()
            response.read()
            is_answered = response.status == http.client.OK
        connection.close()
        seconds.append(time.monotonic() - started_s if is_answered else float("inf"))
        time.sleep(0.2)
    return seconds


def torture(app: ServedApp, count: int, duration_s: float) -> tuple[list[float], int, int]:
    """The seconds of each page, and the numbers of slow connections that were opened and that the server closed."""
    read_pages(app.port, iter([*[False] * len(PAGES), True]).__next__)  # the first of each is measured
    seconds: list[float] = []
    ended = threading.Event()
    reader = threading.Thread(target=lambda: seconds.extend(read_pages(app.port, ended.is_set)))
    reader.start()
    end_s = time.monotonic() + duration_s
    slow_sockets = list(open_slow_sockets(app.port, count))
    while time.monotonic() < end_s:
        for slow_socket in slow_sockets:
            slow_socket.move_byte()
        time.sleep(1)
    ended.set()
    reader.join()
    closed_count = sum(slow_socket.is_closed for slow_socket in slow_sockets)
    for slow_socket in slow_sockets:
        slow_socket.close()
    return seconds, len(slow_sockets), closed_count


def main() -> int:
    """Run the long form, and print what came of it; 1 if a page was not answered."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sockets", type=int, default=150)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    _, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))
    with serve_sample() as app:
        seconds, opened_count, closed_count = torture(app, options.sockets, options.seconds)
        memory_mb, tracebacks = app.read_memory_mb(), app.count_tracebacks()
    failures = sum(second > MAX_ANSWER_S for second in seconds)
    slowest_s = max((second for second in seconds if second <= MAX_ANSWER_S), default=0)
    click.echo(f"pages: {len(seconds)} tries, {failures} failures, slowest of the others {slowest_s:.2f} s")
    click.echo(f"slow connections: {opened_count} opened, {closed_count} closed by the server")
    click.echo(f"memory {memory_mb:.0f} MB, {tracebacks} tracebacks")
    return int(failures > 0 or tracebacks > 0)


if __name__ == "__main__":
    sys.exit(main())
