"""What the server does with a request that is under way when it is ended."""

import itertools
import math
import signal
import threading
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from dash import Dash, html

from cli.server.serve import bind_socket, serve_app
from tests.cli.test_connections import TIMEOUT_S, open_connection, read_to_end

REQUEST = b"POST /work HTTP/1.0\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture(autouse=True)
def interruptible() -> Iterator[None]:
    """Let SIGINT interrupt the test, even where it was ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def end_during_request(
    monkeypatch: pytest.MonkeyPatch, stop_signal: signal.Signals, work_s: float, again_s: float = math.inf
) -> tuple[bytes, float]:
    """What the client gets whose request takes so many seconds from the signal on, and after how many the server ends.

    They are seconds of a clock that goes on by ten with each look of the server at it. After ``again_s`` the signal
    comes again.
    """
    app = Dash(__name__)
    app.layout = html.Div()
    has_begun, is_done = threading.Event(), threading.Event()
    looks = itertools.count(step=10)
    answers: list[bytes] = []
    seen_s: list[float] = []

    def read_clock() -> float:
        seen_s.append(min(next(looks), work_s))
        if seen_s[-1] == work_s:
            is_done.set()
        if seen_s[-1] == again_s:
            signal.raise_signal(stop_signal)
        return seen_s[-1]

    def work() -> str:
        has_begun.set()
        is_done.wait(TIMEOUT_S)
        return "stored"

    app.server.add_url_rule("/work", "work", work, methods=["POST"])
    with bind_socket("127.0.0.1", 0) as listener:

        def send_request() -> None:
            with open_connection(listener.getsockname()[1], REQUEST) as connection:
                has_begun.wait(TIMEOUT_S)
                monkeypatch.setattr("waitress.task.time", SimpleNamespace(time=read_clock))
                signal.raise_signal(stop_signal)
                answers.append(read_to_end(connection))

        thread = threading.Thread(target=send_request)
        serve_app(app, listener, lambda line: thread.start() if "http" in line else None)
        is_done.set()
        thread.join()
    (answer,) = answers
    return answer, seen_s[-1]


@pytest.mark.parametrize("stop_signal", [signal.SIGTERM, signal.SIGINT])
def test_a_request_under_way_is_finished_and_answered(
    monkeypatch: pytest.MonkeyPatch, stop_signal: signal.Signals
) -> None:
    """An import of 50 s is not torn, and its page learns how it ended."""
    answer, _ = end_during_request(monkeypatch, stop_signal, 50)
    assert answer.startswith(b"HTTP/1.0 200 OK\r\n")
    assert answer.endswith(b"\r\n\r\nstored")


def test_a_request_without_end_does_not_hold_the_server_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a minute the server ends without it."""
    assert end_during_request(monkeypatch, signal.SIGTERM, math.inf) == (b"", 60)


@pytest.mark.parametrize("stop_signal", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_the_server_at_once(monkeypatch: pytest.MonkeyPatch, stop_signal: signal.Signals) -> None:
    """Whoever presses Ctrl-C again does not wait for the request."""
    assert end_during_request(monkeypatch, stop_signal, math.inf, again_s=20) == (b"", 20)
