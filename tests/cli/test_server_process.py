"""The server answers requests concurrently, and stops on a signal without leaving a browser behind."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from dash import Dash, html
from flask import request

from cli.server.serve import WORKER_THREADS, bind_socket, serve_app
from dashboard.pages.data.upload import MAX_REQUEST_BYTES

ROOT = Path(__file__).parent.parent.parent
TIMEOUT_S = 120
PICTURE_LINK = "export/comparison.png?asset=ATOM&window=crash&origin=reconstruction"


@contextmanager
def run_server(store: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process of `serve` on a free port, and its address."""
    command = [sys.executable, str(ROOT / "app.py"), "--store", str(store), "serve", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own program
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            yield process, line.split(" at ")[1].split()[0]
        finally:
            process.kill()


def list_descendants(pid: int) -> list[int]:
    """The ids of all descendants of a process, from Linux's /proc."""
    children_file = Path(f"/proc/{pid}/task/{pid}/children")
    child_pids = [
        int(word) for task in children_file.parent.parent.glob("*/children") for word in task.read_text().split()
    ]
    return child_pids + [descendant for child in child_pids for descendant in list_descendants(child)]


def is_running(pid: int) -> bool:
    """Whether a process exists and is no zombie, from Linux's /proc."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let SIGINT interrupt the test and the processes that it starts, even where it was ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="reads the processes from Linux's /proc")
@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("stop_signal", [signal.SIGTERM, signal.SIGINT])
def test_signal_stops_server_and_browser(tmp_path: Path, stop_signal: signal.Signals) -> None:
    """After drawing a picture, SIGTERM or Ctrl-C ends the program with code 0, and its Chromium too."""
    with run_server(tmp_path / "lake") as (process, address):
        with urlopen(f"{address}/{PICTURE_LINK}", timeout=TIMEOUT_S) as response:  # noqa: S310 - our own address
            assert response.read().startswith(b"\x89PNG")
        descendants = list_descendants(process.pid)
        assert descendants
        os.kill(process.pid, stop_signal)
        output, errors = process.communicate(timeout=TIMEOUT_S)
        assert process.returncode == 0
        assert output.strip() == "ended"
        assert "Traceback" not in errors
        assert [pid for pid in descendants if is_running(pid)] == []


@pytest.mark.usefixtures("interruptible")
def test_requests_run_concurrently() -> None:
    """As many requests as there are threads run at once: each waits for all the others."""
    app = Dash(__name__)
    app.layout = html.Div()
    barrier = threading.Barrier(WORKER_THREADS)

    def wait_for_all() -> str:
        barrier.wait(TIMEOUT_S)
        return "all here"

    app.server.add_url_rule("/wait", view_func=wait_for_all)

    bodies: list[bytes] = []
    with bind_socket("127.0.0.1", 0) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/wait"

        def fetch(_: int) -> bytes:
            with urlopen(address, timeout=TIMEOUT_S) as response:
                body: bytes = response.read()
            return body

        def send_requests() -> None:
            with ThreadPoolExecutor(WORKER_THREADS) as pool:
                bodies.extend(pool.map(fetch, range(WORKER_THREADS)))
            signal.raise_signal(signal.SIGINT)

        thread = threading.Thread(target=send_requests)
        serve_app(app, listener, lambda line: thread.start() if "http" in line else None)
        thread.join()
    assert bodies == [b"all here"] * WORKER_THREADS


def test_an_interrupt_right_after_the_address_ends_the_server() -> None:
    """Ctrl-C before waitress runs ends the server as later on, with its last line."""
    app = Dash(__name__)
    app.layout = html.Div()
    lines: list[str] = []

    def interrupt_at_address(line: str) -> None:
        lines.append(line)
        if "http" in line:
            raise KeyboardInterrupt

    with bind_socket("127.0.0.1", 0) as listener:
        serve_app(app, listener, interrupt_at_address)
    assert len(lines) == 2
    assert lines[1] == "ended"


def read_answer(port: int, head: str) -> bytes:
    """All that the server sends for the head of a request until it closes the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S) as connection:
        connection.sendall(head.replace("\n", "\r\n").encode())
        with connection.makefile("rb") as answer:
            return answer.read()


def test_many_idle_connections_and_a_large_upload_lock_nobody_out(tmp_path: Path) -> None:
    """Beside 300 connections that send nothing a page is answered, and after an upload that is too large as well."""
    with run_server(tmp_path / "lake") as (_, address), ExitStack() as connections:
        port = urlsplit(address).port
        assert port is not None
        for _ in range(300):
            connections.enter_context(socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S))
        with urlopen(f"{address}/method", timeout=TIMEOUT_S) as response:  # noqa: S310 - our own address
            assert response.status == 200
        answer = read_answer(
            port,
            "POST /import?name=a.csv HTTP/1.1\nHost: localhost\n"
            f"Content-Type: application/octet-stream\nContent-Length: {MAX_REQUEST_BYTES + 1}\n\n",
        )
        head, _, body = answer.decode().partition("\r\n\r\n")
        assert head.startswith("HTTP/1.1 413 ")
        assert body == "The page accepts files up to 64 MB.\n"
        assert "Content-Type: text/plain" in head
        assert "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'" in head
        assert "X-Content-Type-Options: nosniff" in head
        assert read_answer(port, "GET / HTTP/1.1\nbroken header\n\n").startswith(b"HTTP/1.0 400 ")
        with urlopen(f"{address}/method", timeout=TIMEOUT_S) as response:  # noqa: S310 - our own address
            assert response.status == 200


@pytest.mark.usefixtures("interruptible")
def test_a_body_without_a_length_is_bounded_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """A body in chunks is refused as soon as it is too large, and the server goes on."""
    monkeypatch.setattr("cli.server.serve.MAX_REQUEST_BYTES", 100)
    app = Dash(__name__)
    app.layout = html.Div()
    app.server.add_url_rule("/size", view_func=lambda: str(len(request.get_data())), methods=["POST"])
    answers: list[bytes] = []
    with bind_socket("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        head = "POST /size HTTP/1.1\nHost: localhost\nConnection: close\nTransfer-Encoding: chunked\n\n"

        def send_requests() -> None:
            answers.extend(
                read_answer(port, f"{head}{chunks}") for chunks in (f"C8\n{'7' * 200}\n0\n\n", "2\n77\n0\n\n")
            )
            signal.raise_signal(signal.SIGINT)

        thread = threading.Thread(target=send_requests)
        serve_app(app, listener, lambda line: thread.start() if "http" in line else None)
        thread.join()
    large, small = answers
    assert large.startswith(b"HTTP/1.1 413 ")
    assert small.endswith(b"\r\n\r\n2")


@pytest.mark.usefixtures("interruptible")
def test_idle_connections_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection on which nothing comes is closed by the server, so that it takes no one's place for long."""
    monkeypatch.setattr("cli.server.serve.IDLE_TIMEOUT_S", 0)
    monkeypatch.setattr("cli.server.serve.CLEANUP_INTERVAL_S", 0)
    app = Dash(__name__)
    app.layout = html.Div()
    answers: list[bytes] = []
    with bind_socket("127.0.0.1", 0) as listener:

        def wait_for_the_end() -> None:
            with socket.create_connection(listener.getsockname(), timeout=TIMEOUT_S) as connection:
                answers.append(connection.recv(1))
            signal.raise_signal(signal.SIGINT)

        thread = threading.Thread(target=wait_for_the_end)
        serve_app(app, listener, lambda line: thread.start() if "http" in line else None)
        thread.join()
    assert answers == [b""]


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize(("stop_signal", "exit_code"), [(signal.SIGTERM, 0), (signal.SIGKILL, -signal.SIGKILL)])
def test_a_restart_keeps_its_port_and_a_second_program_does_not_move(
    tmp_path: Path, stop_signal: signal.Signals, exit_code: int
) -> None:
    """On a named port the program is found again there, and another program beside it ends with a reason.

    Connections stay open meanwhile: one that was answered, and one with half a request.
    """
    # Below the ports that the system gives to connections, one of which could be taken between two programs.
    with bind_socket("127.0.0.1", 21600, search=True) as free:
        port = free.getsockname()[1]
    connections: list[socket.socket] = []
    for _ in range(2):
        with run_server(tmp_path / "lake", "--port", str(port)) as (process, address):
            assert urlsplit(address).port == port
            for request_text in (b"GET /method HTTP/1.1\r\nHost: localhost\r\n\r\n", b"GET /method HTTP"):
                connections.append(socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S))
                connections[-1].sendall(request_text)
            assert connections[-2].recv(4) == b"HTTP"
            with urlopen(f"{address}/method", timeout=TIMEOUT_S) as response:  # noqa: S310 - our own address
                response.read(1)
            if stop_signal is signal.SIGTERM:
                assert_port_is_taken(tmp_path / "lake", port)
            process.send_signal(stop_signal)
            _, errors = process.communicate(timeout=TIMEOUT_S)
            assert process.returncode == exit_code
            assert "Traceback" not in errors
    for connection in connections:
        connection.close()


def assert_port_is_taken(store: Path, port: int) -> None:
    """Another program that is told to serve there ends, and says why."""
    second = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, str(ROOT / "app.py"), "--store", str(store), "serve"],
        env=os.environ | {"PLUMBLINE_PORT": str(port)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 2
    assert second.stderr.startswith(f"Error: port {port} on 127.0.0.1 is taken by another program: ")
