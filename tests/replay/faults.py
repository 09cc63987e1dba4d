"""Faults on demand: what a replayed venue does instead of answering as it should."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.replay.format import Rows
from tests.replay.market import Asked


@dataclass(slots=True)
class Fault:
    """Strikes requests whose host and path contain ``where``, after letting ``after`` of them pass, ``times`` in all.

    Either the whole answer is replaced (``status``, ``headers``, ``body``), or its rows are changed as they go on the
    wire (``rows``), or the bars are taken as if another query had come (``query``), or the answer waits for ``held``
    and sets ``waiting`` meanwhile. ``cut`` ends the connection in the middle of the body.
    """

    where: str
    times: int | None = None
    after: int = 0
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    cut: bool = False
    rows: Callable[[Rows], Rows] | None = None
    query: Callable[[Mapping[str, str]], Mapping[str, str]] | None = None
    held: asyncio.Event | None = None
    waiting: asyncio.Event | None = None

    def strikes(self, asked: Asked) -> bool:
        """Whether this request is struck; each call counts."""
        if self.where not in asked.host + asked.path or self.times == 0:
            return False
        if self.after:
            self.after -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


def too_many_requests(where: str, *, times: int | None = None, retry_after: str = "1") -> Fault:
    """HTTP 429 with Retry-After."""
    return Fault(where, times, status=429, headers={"Retry-After": retry_after}, body='{"msg": "too many requests"}')


def down(where: str, *, times: int | None = None) -> Fault:
    """HTTP 503 with a page for people."""
    return Fault(where, times, status=503, body="<html>\n<h1>Service unavailable</h1></html>")


def refusing(where: str, *, status: int = 451, after: int = 0) -> Fault:
    """HTTP 451 or 403: nobody is served from here."""
    return Fault(where, after=after, status=status, body='{"code": 0, "msg": "restricted location"}')


def saying(where: str, body: str, *, status: int = 200, times: int | None = None) -> Fault:
    """Any body."""
    return Fault(where, times, status=status, body=body)


def with_rows(where: str, change: Callable[[Rows], Rows], *, times: int | None = None) -> Fault:
    """The right answer with its rows changed."""
    return Fault(where, times, rows=change)


def ignoring_the_window(where: str, *parameters: str, times: int | None = None) -> Fault:
    """The newest candles, whatever window was asked: what several venues answer when it is too old."""
    return Fault(where, times, query=lambda query: {k: v for k, v in query.items() if k not in parameters})


def shifted(where: str, parameter: str, by_ms: int, *, times: int | None = None) -> Fault:
    """The candles of another window, earlier or later than the one asked."""
    return Fault(where, times, query=lambda query: {**query, parameter: str(int(query[parameter]) + by_ms)})
