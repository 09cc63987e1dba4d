"""The page's web server: waitress on the wanted port or, if it is taken, the next free one."""

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
"""Ports that are tried, the wanted one included."""

WORKER_THREADS = 8
"""Requests answered side by side; polars and numpy work outside of Python's lock."""


def bind_socket(host: str, port: int) -> socket.socket:
    """A socket bound to the port or one of the next, so that no other program can take it in between.

    Raises:
        UsageError: None of them is free, or the host is none of this machine's.
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
    """Serve until Ctrl-C or SIGTERM; says the address once it answers. To be called in the main thread."""
    connections: dict[int, Any] = {}
    server = create_server(
        app.server,
        map=connections,
        sockets=[listener],
        threads=WORKER_THREADS,
        ident=None,
        # It is refused by its head, before its body is kept on the disk.
        max_request_body_size=MAX_REQUEST_BYTES,
    )
    host, port = listener.getsockname()[:2]
    print_line(f"Plumbline is at http://{f'[{host}]' if ':' in host else host}:{port} (Ctrl-C ends it)")
    try:
        # waitress takes the interrupt for itself, lets running requests end, and comes back; not so while it starts.
        with suppress(KeyboardInterrupt), interrupt_on_sigterm():
            server.run()
    finally:
        server.close()
        close_all(connections)
    print_line("ended")
