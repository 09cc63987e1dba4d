"""The web server: waitress on one socket, with room for many idle connections."""

import errno
import select
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from dash import Dash
from waitress.wasyncore import close_all

from cli.server.connections import create_server
from cli.signals import interrupt_on_sigterm
from dashboard.pages.data.upload import MAX_REQUEST_BYTES
from data.errors import UsageError

if sys.platform != "win32":
    import resource

PORT_TRIES = 50
"""Number of ports to try where none is named, including the first."""

WORKER_THREADS = 16
"""Requests answered concurrently: the pictures that may be pending, which wait for Chromium, and as many others."""

MAX_CONNECTIONS = 1000
"""Connections that may be open, most of them idle; a further one takes the place of the one idle for longest."""

IDLE_TIMEOUT_S = 15
"""Seconds after which a connection is closed whose client neither sends nor takes bytes worth mentioning."""

HEAD_BYTES = 32_000
"""Bytes of the largest head of a request: an address of the longest query, and the headers of browser and proxies."""

MEMORY_BYTES = 2_000_000
"""Bytes of a request that are held in memory; waitress buffers larger ones in a temporary file without a name."""

CLEANUP_INTERVAL_S = 5
"""Seconds between two searches for idle connections."""

OPEN_FILES = 4096
"""Files and connections that the process may have open, where the system lets it raise the limit."""


def bind_socket(host: str, port: int, *, search: bool = False) -> socket.socket:
    """A socket that listens on the port or, to ``search``, on the next one that is free.

    Raises:
        UsageError: The port is taken or not allowed, or the host is no address of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.getaddrinfo(host, None, family)
    except OSError as error:
        message = f"--host {host}: no such address"
        raise UsageError(message) from error
    for candidate_port in range(port, min(port + PORT_TRIES, 65536) if search else port + 1):
        try:
            # Sets SO_REUSEADDR where a port of a server that has just ended would count as taken for a minute.
            return socket.create_server((host, candidate_port), family=family)
        except OSError as error:
            if not search or error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                raise UsageError(_describe_bind_error(host, candidate_port, error)) from error
    message = f"no free port on {host} from {port} on; name another with --port"
    raise UsageError(message)


def _describe_bind_error(host: str, port: int, error: OSError) -> str:
    hint = "name another with --port (or PLUMBLINE_PORT, or port in plumbline.toml)"
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is taken by another program: end that one, or {hint}"
    if error.errno == errno.EACCES:
        return f"port {port} on {host} is not open to this user: {hint}"
    return f"--host {host}: this machine has no such address"


def serve_app(app: Dash, listener: socket.socket, print_line: Callable[[str], None]) -> None:
    """Serve until Ctrl-C or SIGTERM, and finish the requests under way; a second one ends those too.

    Prints the address when ready. Only in the main thread.
    """
    connections: dict[int, Any] = {}
    server = create_server(
        app,
        listener,
        connections,
        threads=WORKER_THREADS,
        ident=None,
        # Refused by the Content-Length header, before the body is written to disk.
        max_request_body_size=MAX_REQUEST_BYTES,
        max_request_header_size=HEAD_BYTES,
        inbuf_overflow=MEMORY_BYTES,
        connection_limit=limit_connections(),
        channel_timeout=IDLE_TIMEOUT_S,
        cleanup_interval=CLEANUP_INTERVAL_S,
        asyncore_use_poll=True,  # select would fail from the 1024th open file on
    )
    host, port = listener.getsockname()[:2]
    try:
        # waitress catches the interrupt, finishes running requests and returns; but not while it starts, nor the next.
        with suppress(KeyboardInterrupt), interrupt_on_sigterm():
            print_line(f"Plumbline is at http://{f'[{host}]' if ':' in host else host}:{port} (Ctrl-C ends it)")
            server.run()
    finally:
        server.close()
        close_all(connections)
    print_line("ended")


def limit_connections() -> int:
    """The number of connections that may be open, after raising the limit of open files towards `OPEN_FILES`.

    Half of the open files are left to the store; select, where there is no poll, takes 512 connections.
    """
    if sys.platform == "win32" or not hasattr(select, "poll"):
        return 400
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < OPEN_FILES:
        soft = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return MAX_CONNECTIONS if soft == resource.RLIM_INFINITY else min(MAX_CONNECTIONS, soft // 2)
