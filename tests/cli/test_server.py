"""The port that the server binds, and how it ends."""

import pytest
from dash import Dash, html

from cli import server
from data.errors import UsageError


def test_next_free_port() -> None:
    """If the requested port is taken, the next free one is bound."""
    with server.bind_socket("127.0.0.1", 20000) as first:
        port = first.getsockname()[1]
        first.listen()
        with server.bind_socket("127.0.0.1", port) as second:
            assert second.getsockname()[1] > port


def test_unusable_host_or_port() -> None:
    """An unknown host, or no free port, is a usage error."""
    with pytest.raises(UsageError, match="no such address"):
        server.bind_socket("no.such.host.invalid", 20000)
    with pytest.raises(UsageError, match=r"no free port on 127\.0\.0\.1"):
        server.bind_socket("127.0.0.1", 65536)
    with pytest.raises(UsageError, match="no free port"):
        server.bind_socket("192.0.2.1", 20000)  # an address of no machine


def test_serve_until_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address is printed, and Ctrl-C closes the server."""
    app = Dash(__name__)
    app.layout = html.Div("here")
    lines: list[str] = []
    close_calls: list[int] = []

    class FakeServer:
        """A server that is interrupted at once."""

        def run(self) -> None:
            raise KeyboardInterrupt

        def close(self) -> None:
            close_calls.append(1)

    monkeypatch.setattr(server, "create_server", lambda *_, **__: FakeServer())
    with server.bind_socket("127.0.0.1", 20000) as listener:
        server.serve_app(app, listener, lines.append)
        port = listener.getsockname()[1]
    assert lines == [f"Plumbline is at http://127.0.0.1:{port} (Ctrl-C ends it)", "ended"]
    assert close_calls == [1]
