"""The port that the server binds, and how it ends."""

import errno
import resource
import select
import socket

import pytest
from dash import Dash, html

from cli.commands.serve import build_access
from cli.server import serve as server
from data.errors import UsageError
from data.settings import Settings


def test_a_port_that_nobody_named_may_be_the_next_free_one() -> None:
    """To search, the next free port is bound if the first one is taken."""
    with server.bind_socket("127.0.0.1", 20000, search=True) as first:
        port = first.getsockname()[1]
        with server.bind_socket("127.0.0.1", port, search=True) as second:
            assert second.getsockname()[1] > port


def test_a_named_port_that_is_taken_is_an_error() -> None:
    """Nothing is served elsewhere; the message says how to name another port."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(UsageError, match=rf"^port {port} on 127\.0\.0\.1 is taken by another program: .*--port"):
            server.bind_socket("127.0.0.1", port)


def test_a_restart_has_the_same_port() -> None:
    """A port is free again as soon as its server has ended, also where connections to it have not run out."""
    with server.bind_socket("127.0.0.1", 0) as listener:
        address = listener.getsockname()
        with socket.create_connection(address) as client:
            connection, _ = listener.accept()
            connection.close()  # closed first by the server: its port waits for the client
            assert client.recv(1) == b""
    with server.bind_socket(*address) as listener:
        assert listener.getsockname() == address


def test_unusable_host_or_port() -> None:
    """An unknown host, one of another machine, or no free port is a usage error."""
    with pytest.raises(UsageError, match="no such address"):
        server.bind_socket("no.such.host.invalid", 20000)
    with pytest.raises(UsageError, match=r"no free port on 127\.0\.0\.1"):
        server.bind_socket("127.0.0.1", 65536, search=True)
    with pytest.raises(UsageError, match=r"--host 192\.0\.2\.1: this machine has no such address"):
        server.bind_socket("192.0.2.1", 20000, search=True)


def test_a_port_that_the_user_may_not_bind_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """On most systems ports below 1024 are for the administrator."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket, "create_server", refuse)
    with pytest.raises(UsageError, match=r"^port 80 on 127\.0\.0\.1 is not open to this user"):
        server.bind_socket("127.0.0.1", 80)


@pytest.mark.parametrize(
    ("limits", "raised", "connections"),
    [
        ((1024, 1_048_576), (4096, 1_048_576), 1000),
        ((1024, 1024), (1024, 1024), 512),
        ((256, resource.RLIM_INFINITY), (4096, resource.RLIM_INFINITY), 1000),
        ((20_000, 20_000), None, 1000),
        ((resource.RLIM_INFINITY, resource.RLIM_INFINITY), None, 1000),
    ],
)
def test_connections_leave_files_for_the_store(
    monkeypatch: pytest.MonkeyPatch, limits: tuple[int, int], raised: tuple[int, int] | None, connections: int
) -> None:
    """The limit of open files is raised where the system allows it, and connections take at most half of it."""
    set_limits: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: limits)
    monkeypatch.setattr(resource, "setrlimit", lambda _, pair: set_limits.append(pair))
    assert server.limit_connections() == connections
    assert set_limits == ([] if raised is None else [raised])


def test_select_takes_fewer_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without poll, as on Windows, a process can wait for 512 connections."""
    monkeypatch.delattr(select, "poll")
    assert server.limit_connections() == 400


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
    with server.bind_socket("127.0.0.1", 0) as listener:
        server.serve_app(app, listener, lines.append)
        port = listener.getsockname()[1]
    assert lines == [f"Plumbline is at http://127.0.0.1:{port} (Ctrl-C ends it)", "ended"]
    assert close_calls == [1]


def test_the_public_address_is_an_allowed_name() -> None:
    """Who names the address that readers use need not name it again."""
    hosts = build_access(Settings(public_url="https://plumbline.example:8443", allowed_hosts=("proxy",))).hosts
    assert [name in hosts for name in ("plumbline.example", "proxy", "127.0.0.1", "evil.example")] == [True] * 3 + [
        False
    ]
