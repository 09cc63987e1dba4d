"""A run of the follower as it is logged, what it needs of the store, and how it is told in a line."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import polars as pl

from collectors.request import MarketResult
from collectors.store_writer import CandleSink
from data.delta.maintenance import Maintenance
from data.intervals import Span
from data.schema import RunOutcome


class RunKind(StrEnum):
    """The runs of a follower, as the log names them."""

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
        """Add a run to the incident log."""

    def read_runs(self, limit: int) -> pl.DataFrame:
        """The runs that ended last, newest first: rows of `data.schema.RUN`."""

    def maintain(self, now: datetime) -> Maintenance:
        """Make few files of many, and free the disk."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run brought: how it ended, the candles that came, how many changed the store, and what to say."""

    outcome: RunOutcome = RunOutcome.DONE
    candles: int = 0
    new: int = 0
    revised: int = 0
    message: str = ""


@dataclass(slots=True)
class FollowerRun:
    """A run that goes on; ``window`` is what it is about, None as long as it is about none."""

    kind: RunKind
    began_at: datetime
    window: Span | None = None


def describe_failures(failed: Iterable[MarketResult]) -> str:
    """What could not be had, in a few words for each venue; empty where nothing failed."""
    venues: defaultdict[str, list[MarketResult]] = defaultdict(list)
    for result in failed:
        venues[result.venue].append(result)
    return "; ".join(
        f"{venue}, {len(results)} market{'s' * (len(results) > 1)}, as {results[0].symbol}: {results[0].message}"
        for venue, results in venues.items()
    )


def format_run_result(result: RunResult) -> str:
    """A run in one line.

    >>> format_run_result(RunResult(RunOutcome.DONE, candles=120, new=118, revised=1))
    'done, 120 candles, 118 new, 1 revised'
    """
    counts = f"{result.candles:,} candles, {result.new:,} new, {result.revised:,} revised" if result.candles else ""
    return ", ".join(filter(None, [result.outcome.value, counts, result.message]))
