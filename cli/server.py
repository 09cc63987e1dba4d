"""The web server of `serve`: waitress on the requested port or, if that is taken, the next free one."""

import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from dash import Dash
from waitress import create_server
from waitress.wasyncore import close_all

from cli.signals import interrupt_on_sigterm
from dashboard.pages.data.upload import MAX_REQUEST_BYTES
from data.errors import UsageError

PORT_TRIES = 50
"""Number of ports to try, including the requested one."""

WORKER_THREADS = 8
"""Requests answered concurrently; polars and numpy release the GIL."""


def bind_socket(host: str, port: int) -> socket.socket:
    """A socket bound to the port or to the next free one.

    Raises:
        UsageError: No port is free, or the host is no address of this machine.
    """
    for candidate_port in range(port, min(port + PORT_TRIES, 65536)):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            listener.bind((host, candidate_port))
        except OSError as error:
            listener.close()
            if isinstance(error, socket.gaierror):
                message = f"--host {host}: no such address"
                raise UsageError(message) from error
            continue
        return listener
    message = f"no free port on {host} from {port} on; name another with --port or --host"
    raise UsageError(message)


def serve_app(app: Dash, listener: socket.socket, print_line: Callable[[str], None]) -> None:
    """Serve until Ctrl-C or SIGTERM; prints the address when ready. Only in the main thread."""
    connections: dict[int, Any] = {}
    server = create_server(
        app.server,
        map=connections,
        sockets=[listener],
        threads=WORKER_THREADS,
        ident=None,
        # Refused by the Content-Length header, before the body is written to disk.
        max_request_body_size=MAX_REQUEST_BYTES,
    )
    host, port = listener.getsockname()[:2]
    try:
        # waitress catches the interrupt, finishes running requests and returns, but not while it starts.
        with suppress(KeyboardInterrupt), interrupt_on_sigterm():
            print_line(f"Plumbline is at http://{f'[{host}]' if ':' in host else host}:{port} (Ctrl-C ends it)")
            server.run()
    finally:
        server.close()
        close_all(connections)
    print_line("ended")
