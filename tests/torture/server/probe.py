"""Sends requests to an app without a server, and finds the answers that no request may have."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

from dash import Dash
from flask import Flask
from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse

MAX_CPU_S = 2.0
"""Seconds of processor time that an answer may take."""

BUSY_STATUSES = frozenset({HTTPStatus.NOT_IMPLEMENTED, HTTPStatus.SERVICE_UNAVAILABLE})
"""No browser to draw pictures with, or one that is busy."""


class _Tracebacks(logging.Handler):
    """Collects the names of the errors whose tracebacks were logged."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[0] is not None:
            self.names.append(f"{record.exc_info[0].__name__}: {record.exc_info[1]!s:.200}")


@dataclass(frozen=True, slots=True)
class Fault:
    """An answer that no request may have: to which request, and why."""

    request: str
    reason: str

    def __str__(self) -> str:
        """A line of a report."""
        return f"{self.reason}  <-  {self.request:.200}"


class Probe:
    """Sends requests to an app, and collects faults; a context in which tracebacks are caught from the log.

    Args:
        app: answers the requests.
        read_cpu_s: the seconds of processor time so far; None if time is not measured.
    """

    def __init__(self, app: Dash, read_cpu_s: Callable[[], float] | None = time.process_time) -> None:
        self.app = app
        server: Flask = app.server
        self.client = server.test_client()
        self.faults: list[Fault] = []
        self.statuses: dict[int, int] = {}
        self.tries = 0
        self.slowest_s = 0.0
        self.slowest_request = ""
        self._read_cpu_s = read_cpu_s or (lambda: 0.0)
        self._tracebacks = _Tracebacks()

    def __enter__(self) -> Self:
        self.app.server.config["PROPAGATE_EXCEPTIONS"] = False
        logging.getLogger().addHandler(self._tracebacks)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        logging.getLogger().removeHandler(self._tracebacks)

    def send(self, name: str, method: str, path: str, **options: Any) -> TestResponse | None:  # noqa: ANN401 - of werkzeug's client
        """The answer to a request, None if it raises; what no request may have is added to ``faults``."""
        self.tries += 1
        self._tracebacks.names.clear()
        started_s = self._read_cpu_s()
        try:
            response = self.client.open(path, method=method, **options)
        except Exception as error:  # noqa: BLE001 - every error that leaves the app is what is looked for
            self.faults.append(Fault(name, f"raises {type(error).__name__}: {error!s:.200}"))
            return None
        cpu_s = self._read_cpu_s() - started_s
        if cpu_s > self.slowest_s:
            self.slowest_s, self.slowest_request = cpu_s, name
        self.statuses[response.status_code] = self.statuses.get(response.status_code, 0) + 1
        reasons = [*(f"traceback of {text}" for text in self._tracebacks.names), *_find_bad_headers(response.headers)]
        if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR and response.status_code not in BUSY_STATUSES:
            reasons.append(f"status {response.status_code}")
        if cpu_s > MAX_CPU_S:
            reasons.append(f"{cpu_s:.1f} s of processor time")
        if reasons:
            self.faults.append(Fault(name, "; ".join(reasons)))
        return response


def _find_bad_headers(headers: Headers) -> list[str]:
    """Headers that a server cannot send."""
    return [
        f"header {name} cannot be sent"
        for name, value in headers.items()
        if not value.isprintable() or any(ord(char) > 255 for char in value)
    ]
