"""Faults of replayed venues: what they send instead of the right response."""

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from aiohttp import web

from tests.replay.format import Rows
from tests.replay.market import RecordedRequest

DECIMAL = re.compile(r"\d+\.\d+")
ISO = re.compile(r"\d{4}-\d{2}-\d{2}T")
CHANGES = ("status", "headers", "body", "cut", "change_rows", "change_query", "release", "waiting", "answer")
"""The fields of a fault that say what is sent."""

UNITS_PER_MINUTE = {10: 60, 13: 60_000, 19: 60 * 10**9}
"""A minute in the unit of a timestamp with so many digits: s, ms, ns."""


@dataclass(slots=True)
class Fault:
    """Applies to ``times`` requests (None: all) whose host and path contain ``target``, after ``skip`` of them.

    Either the response is replaced (``status``, ``headers``, ``body``), or its rows are changed (``change_rows``), or
    the bars are those of another query (``change_query``), or the response waits for ``release`` and sets ``waiting``
    meanwhile. ``cut`` closes the connection in the middle of the body. ``answer`` sends any response.
    ``change_body`` changes the bytes of the right one, of JSON or a file; ``headers`` are added to it.
    """

    target: str
    times: int | None = None
    skip: int = 0
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    cut: bool = False
    change_rows: Callable[[Rows], Rows] | None = None
    change_query: Callable[[Mapping[str, str]], Mapping[str, str]] | None = None
    release: asyncio.Event | None = None
    waiting: asyncio.Event | None = None
    answer: Callable[[web.Request], Awaitable[web.StreamResponse]] | None = None
    change_body: Callable[[bytes, RecordedRequest], bytes] | None = None

    def applies_to(self, request: RecordedRequest) -> bool:
        """Whether the fault applies to this request; each call counts."""
        if self.target not in request.host + request.path or self.times == 0:
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


def limit_rate(target: str, *, times: int | None = None, retry_after: str = "1") -> Fault:
    """HTTP 429 with Retry-After."""
    return Fault(target, times, status=429, headers={"Retry-After": retry_after}, body='{"msg": "too many requests"}')


def return_outage(target: str, *, times: int | None = None) -> Fault:
    """HTTP 503 with an HTML page."""
    return Fault(target, times, status=503, body="<html>\n<h1>Service unavailable</h1></html>")


def refuse_location(target: str, *, status: int = 451, skip: int = 0) -> Fault:
    """HTTP 451 or 403: the location is not served."""
    return Fault(target, skip=skip, status=status, body='{"code": 0, "msg": "restricted location"}')


def replace_body(target: str, body: str, *, status: int = 200, times: int | None = None) -> Fault:
    """The given body."""
    return Fault(target, times, status=status, body=body)


def change_rows(target: str, change: Callable[[Rows], Rows], *, times: int | None = None) -> Fault:
    """The right response with its rows changed."""
    return Fault(target, times, change_rows=change)


def ignore_window(target: str, *parameters: str, times: int | None = None) -> Fault:
    """The newest candles whatever window is requested, as several venues send for one that is too old."""
    return Fault(target, times, change_query=lambda query: {k: v for k, v in query.items() if k not in parameters})


def shift_window(target: str, parameter: str, by_ms: int, *, times: int | None = None) -> Fault:
    """The candles of another window, earlier or later than the requested one."""
    return Fault(target, times, change_query=lambda query: {**query, parameter: str(int(query[parameter]) + by_ms)})


def cut_connection(target: str, *, times: int | None = None) -> Fault:
    """A body that ends in the middle."""
    return Fault(target, times, cut=True)


def garble_body(target: str, *, times: int | None = None) -> Fault:
    """JSON that ends in the middle, with status 200."""
    return replace_body(target, "[[1760", times=times)


def withhold_response(target: str, release: asyncio.Event, *, times: int | None = None) -> Fault:
    """No response before ``release`` is set, so that the client times out."""
    return Fault(target, times, release=release, waiting=asyncio.Event())


def repeat_rows(target: str, *, times: int | None = None) -> Fault:
    """The right response with its first nine rows twice."""
    return change_rows(target, lambda rows: rows + rows[:9], times=times)


def shuffle_rows(target: str, *, times: int | None = None) -> Fault:
    """The right response in another order."""
    return change_rows(target, lambda rows: rows[1::2] + rows[::2], times=times)


def contradict_row(target: str, *, times: int | None = None) -> Fault:
    """The right response with its middle row once more, with other values."""
    return change_rows(target, lambda rows: rows + [_double_row(row) for row in _select_middle(rows)], times=times)


def alter_row(target: str, *, times: int | None = None) -> Fault:
    """The right response with other valid values in its middle row, which no check can detect."""
    return change_rows(
        target, lambda rows: [_double_row(row) if row in _select_middle(rows) else row for row in rows], times=times
    )


def shift_window_by_minutes(target: str, by_min: int, *, times: int | None = None) -> Fault:
    """The candles of a window so many minutes later, in whatever format the venue takes times."""
    return Fault(
        target, times, change_query=lambda query: {key: _shift_time(value, by_min) for key, value in query.items()}
    )


@dataclass(slots=True)
class FaultMix(Fault):
    """Applies one of ``kinds``, drawn at random, to a ``share`` of the requests.

    The draw depends on ``seed``, on the request, and on how often it was sent before, and not on the order in which
    venues are requested. Requests to ``undelayed_hosts`` are never delayed. ``applied`` counts by index of the kind.
    """

    share: float = 0.3
    seed: int = 0
    kinds: Sequence[Fault] = ()
    undelayed_hosts: Collection[str] = ()
    applied: Counter[str] = field(default_factory=Counter)
    request_counts: Counter[str] = field(default_factory=Counter)

    def applies_to(self, request: RecordedRequest) -> bool:
        """Whether a fault applies to this request; this fault then has the fields of the one drawn."""
        request_key = f"{request.host}{request.path} {sorted(request.query.items())}"
        generator = Random(f"{self.seed} {request_key} {self.request_counts[request_key]}")  # noqa: S311 - reproducible, no secret
        self.request_counts[request_key] += 1
        if generator.random() >= self.share:
            return False
        number, fault = generator.choice(list(enumerate(self.kinds)))
        if (fault.release is not None and request.host in self.undelayed_hosts) or not fault.applies_to(request):
            return False
        for change in (
            "status",
            "headers",
            "body",
            "cut",
            "change_rows",
            "change_query",
            "release",
            "waiting",
            "answer",
        ):
            setattr(self, change, getattr(fault, change))
        self.applied[str(number)] += 1
        return True


def _select_middle(rows: Rows) -> Rows:
    """The row in the middle, if there is any."""
    return rows[len(rows) // 2 :][:1]


def _double_row(row: list[object]) -> list[object]:
    """The row with its prices and amounts doubled: they are what has a decimal point."""
    return [_double_value(value) for value in row]


def _double_value(value: object) -> object:
    if isinstance(value, float):
        return value * 2
    return repr(float(value) * 2) if isinstance(value, str) and DECIMAL.fullmatch(value) else value


def _shift_time(value: str, by_min: int) -> str:
    """A time later: in ns, ms or s since 1970, or as ISO writes it; anything else stays."""
    if value.isdigit():
        return str(int(value) + by_min * UNITS_PER_MINUTE[len(value)]) if len(value) in UNITS_PER_MINUTE else value
    if not ISO.match(value):
        return value
    shifted_time = datetime.fromisoformat(value) + timedelta(minutes=by_min)
    return f"{shifted_time:%Y-%m-%dT%H:%M:%S}{'Z' if shifted_time.tzinfo else ''}"
