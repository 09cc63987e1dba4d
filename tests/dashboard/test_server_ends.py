"""The server answers side by side, and ends in order: requests are answered, and no browser is left behind."""

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

from dashboard.server import THREADS, listen, serve_app

ROOT = Path(__file__).parent.parent.parent
PATIENCE_S = 120
PICTURE = "export/comparison.png?asset=ATOM&window=crash&origin=reconstruction"


@contextmanager
def serving(store: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The program with its page open, on a port that is free, and its address."""
    words = [sys.executable, str(ROOT / "app.py"), "--store", str(store), "serve", "--port", "20100"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own words
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            yield process, said.split(" at ")[1].split()[0]
        finally:
            process.kill()


def children(pid: int) -> list[int]:
    """The processes that a process started, and those that they did, as Linux tells it."""
    direct = Path(f"/proc/{pid}/task/{pid}/children")
    own = [int(word) for task in direct.parent.parent.glob("*/children") for word in task.read_text().split()]
    return own + [far for near in own for far in children(near)]


def runs(pid: int) -> bool:
    """Whether a process is there and has not ended, as Linux tells it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="reads the processes from Linux's /proc")
@pytest.mark.parametrize("wish", [signal.SIGTERM, signal.SIGINT])
def test_a_wish_to_end_ends_server_and_browser(tmp_path: Path, wish: signal.Signals) -> None:
    """After a picture was drawn, SIGTERM or Ctrl-C ends the program with 0 and the Chromium that it started."""
    with serving(tmp_path / "lake") as (process, address):
        with urlopen(f"{address}/{PICTURE}", timeout=PATIENCE_S) as answer:  # noqa: S310 - our own address
            assert answer.read().startswith(b"\x89PNG")
        started = children(process.pid)
        assert started
        os.kill(process.pid, wish)
        said, complained = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0
        assert said.strip() == "ended"
        assert "Traceback" not in complained
        assert [pid for pid in started if runs(pid)] == []


@pytest.fixture
def interruptible() -> Iterator[None]:
    """SIGINT interrupts the test, also in a process that was started with SIGINT ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_requests_are_answered_side_by_side() -> None:
    """As many requests as there are threads are in work at once; each waits for all the others."""
    app = Dash(__name__)
    app.layout = html.Div()
    together = threading.Barrier(THREADS)

    def wait() -> str:
        together.wait(PATIENCE_S)
        return "all here"

    app.server.add_url_rule("/wait", view_func=wait)

    answers: list[bytes] = []
    with listen("127.0.0.1", 20200) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/wait"

        def fetched(_: int) -> bytes:
            with urlopen(address, timeout=PATIENCE_S) as answer:
                found: bytes = answer.read()
            return found

        def ask() -> None:
            with ThreadPoolExecutor(THREADS) as pool:
                answers.extend(pool.map(fetched, range(THREADS)))
            signal.raise_signal(signal.SIGINT)

        asking = threading.Thread(target=ask)
        serve_app(app, listener, lambda said: asking.start() if "http" in said else None)
        asking.join()
    assert answers == [b"all here"] * THREADS
