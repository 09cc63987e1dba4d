"""Faults on demand: what a replayed venue does instead of answering as it should."""

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from tests.replay.format import Rows
from tests.replay.market import Asked

DECIMAL = re.compile(r"\d+\.\d+")
ISO = re.compile(r"\d{4}-\d{2}-\d{2}T")
PER_MINUTE = {10: 60, 13: 60_000, 19: 60 * 10**9}
"""How much a minute is in a time of so many digits: s, ms, ns."""


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


def cut_off(where: str, *, times: int | None = None) -> Fault:
    """A body that ends in the middle."""
    return Fault(where, times, cut=True)


def garbled(where: str, *, times: int | None = None) -> Fault:
    """JSON that ends in the middle, with status 200."""
    return saying(where, "[[1760", times=times)


def silent(where: str, held: asyncio.Event, *, times: int | None = None) -> Fault:
    """No answer before ``held`` is set: the client gives up first."""
    return Fault(where, times, held=held, waiting=asyncio.Event())


def repeating(where: str, *, times: int | None = None) -> Fault:
    """The right answer with its first nine rows twice."""
    return with_rows(where, lambda rows: rows + rows[:9], times=times)


def shuffling(where: str, *, times: int | None = None) -> Fault:
    """The right answer in another order."""
    return with_rows(where, lambda rows: rows[1::2] + rows[::2], times=times)


def contradicting(where: str, *, times: int | None = None) -> Fault:
    """The right answer with its middle row once more, with other values."""
    return with_rows(where, lambda rows: rows + [_doubled(row) for row in _middle(rows)], times=times)


def altering(where: str, *, times: int | None = None) -> Fault:
    """The right answer with other values in its middle row: nobody can tell it from the truth."""
    return with_rows(where, lambda rows: [_doubled(row) if row in _middle(rows) else row for row in rows], times=times)


def of_another_window(where: str, by_min: int, *, times: int | None = None) -> Fault:
    """The candles of a window that lies so many minutes later, whatever way the venue has of asking for a time."""
    return Fault(where, times, query=lambda query: {key: _moved(value, by_min) for key, value in query.items()})


@dataclass(slots=True)
class Mixture(Fault):
    """Strikes a ``share`` of the requests, each with one of ``kinds``.

    The lot is drawn by ``seed``, by what is asked, and by how often that was asked before: the order in which venues
    are asked does not count. A request to one of the ``patient`` hosts is not kept waiting. ``struck`` counts.
    """

    share: float = 0.3
    seed: int = 0
    kinds: Sequence[Fault] = ()
    patient: Collection[str] = ()
    struck: Counter[str] = field(default_factory=Counter)
    asked_before: Counter[str] = field(default_factory=Counter)

    def strikes(self, asked: Asked) -> bool:
        """Whether this request is struck; then the mixture is the fault that was drawn."""
        words = f"{asked.host}{asked.path} {sorted(asked.query.items())}"
        lot = Random(f"{self.seed} {words} {self.asked_before[words]}")  # noqa: S311 - repeatable, and no secret
        self.asked_before[words] += 1
        if lot.random() >= self.share:
            return False
        name, kind = lot.choice(list(enumerate(self.kinds)))
        if (kind.held is not None and asked.host in self.patient) or not kind.strikes(asked):
            return False
        for change in ("status", "headers", "body", "cut", "rows", "query", "held", "waiting"):
            setattr(self, change, getattr(kind, change))
        self.struck[str(name)] += 1
        return True


def _middle(rows: Rows) -> Rows:
    """The row in the middle, if there is any."""
    return rows[len(rows) // 2 :][:1]


def _doubled(row: list[object]) -> list[object]:
    """The row with its prices and amounts doubled: they are what has a decimal point."""
    return [_twice(value) for value in row]


def _twice(value: object) -> object:
    if isinstance(value, float):
        return value * 2
    return repr(float(value) * 2) if isinstance(value, str) and DECIMAL.fullmatch(value) else value


def _moved(value: str, by_min: int) -> str:
    """A time later: in ns, ms or s since 1970, or as ISO writes it; anything else stays."""
    if value.isdigit():
        return str(int(value) + by_min * PER_MINUTE[len(value)]) if len(value) in PER_MINUTE else value
    if not ISO.match(value):
        return value
    moved = datetime.fromisoformat(value) + timedelta(minutes=by_min)
    return f"{moved:%Y-%m-%dT%H:%M:%S}{'Z' if moved.tzinfo else ''}"
