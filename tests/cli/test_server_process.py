"""The server answers requests concurrently, and stops on a signal without leaving a browser behind."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest
from dash import Dash, html

from cli.server import WORKER_THREADS, bind_socket, serve_app

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
