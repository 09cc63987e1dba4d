"""A run of the follower as it is logged, and its description in a line."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from collectors.request import MarketResult
from data.intervals import Span
from data.schema import RunOutcome


class RunKind(StrEnum):
    """The runs of a follower, as the log names them."""

    NEWEST = "follow"
    RECOLLECT = "re-ask"
    MAINTENANCE = "maintenance"


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
