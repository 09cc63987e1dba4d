"""A run of the follower: its kind, its result, and the line that reports it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import polars as pl

from collectors.plan import Span
from collectors.request import MarketResult
from collectors.store_writer import CandleSink
from data.delta.maintenance import Maintenance
from data.schema import RunOutcome


class RunKind(StrEnum):
    """The kinds of runs; the values are those of the log."""

    NEWEST = "follow"
    RECOLLECT = "re-ask"
    MAINTENANCE = "maintenance"


class FollowerStore(CandleSink, Protocol):
    """The part of the candle store that a follower uses."""

    def log_run(
        self,
        kind: str,
        outcome: RunOutcome,
        *,
        began_at: datetime,
        ended_at: datetime,
        window: tuple[datetime, datetime] | None = None,
        candles: int = 0,
        new: int = 0,
        revised: int = 0,
        message: str = "",
        holder: str = "",
    ) -> None:
        """Add a run to the run log."""

    def read_runs(self, limit: int) -> pl.DataFrame:
        """The runs that ended last, newest first: rows of `data.schema.RUN`."""

    def maintain(self, now: datetime) -> Maintenance:
        """Compact and vacuum the tables."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run ended: outcome, candles read, how many of them were new or revised, and a message."""

    outcome: RunOutcome = RunOutcome.DONE
    candles: int = 0
    new: int = 0
    revised: int = 0
    message: str = ""


@dataclass(slots=True)
class FollowerRun:
    """A run under way; ``window`` is what it collects, None where it collects nothing."""

    kind: RunKind
    began_at: datetime
    window: Span | None = None


def describe_failures(failed: Iterable[MarketResult]) -> str:
    """A few words on the failed markets of each venue; empty where nothing failed."""
    venues: defaultdict[str, list[MarketResult]] = defaultdict(list)
    for result in failed:
        venues[result.venue].append(result)
    return "; ".join(
        f"{venue}, {len(results)} market{'s' * (len(results) > 1)}, as {results[0].symbol}: {results[0].message}"
        for venue, results in venues.items()
    )


def format_run_result(result: RunResult) -> str:
    """A result on one line.

    >>> format_run_result(RunResult(RunOutcome.DONE, candles=120, new=118, revised=1))
    'done, 120 candles, 118 new, 1 revised'
    """
    counts = f"{result.candles:,} candles, {result.new:,} new, {result.revised:,} revised" if result.candles else ""
    return ", ".join(filter(None, [result.outcome.value, counts, result.message]))
