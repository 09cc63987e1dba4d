"""The runs of a follower: collect the newest minutes, request the last hour again, maintain the store.

Each run is a row of the store's run log. A follower keeps no other state, so a new one continues where the last ended.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from collectors.collect import collect_candles, ignore_progress, utc_now
from collectors.http.access import DIRECT_ACCESS, Access
from collectors.plan import floor_minute
from collectors.request import CollectRequest, OnProgress
from collectors.run_record import FollowerRun, RunKind, RunResult, describe_failures, format_run_result
from collectors.store_writer import Clock
from collectors.venues.row import FINAL_AFTER_S, VenueRow
from collectors.venues.table import VENUES
from data.errors import PlumblineError, UsageError
from data.intervals import Span
from data.schema import Outcome, RunOutcome
from data.store import CandleStore
from data.tables.runs import RunRecord

FIRST_LOOK_BACK = timedelta(hours=1)
"""How far back the first run on a store begins."""

MAX_CATCH_UP = timedelta(days=7)
"""How far back a run collects what earlier runs missed."""

HOUR = timedelta(hours=1)

SETTLING_DELAY = timedelta(minutes=10)
"""How long after its end an hour is requested again, as candles may be late or change."""

FINAL_OUTCOMES = (Outcome.COMPLETE, Outcome.HISTORY_TOO_SHORT, Outcome.NO_EVIDENCE)
"""Outcomes after which an old span is not requested again: what a venue no longer has does not come back, and an answer
without a candle counts as quiet as soon as a later candle proves it."""

HAS_SUCCEEDED = pl.col("outcome").is_in([RunOutcome.DONE.value, RunOutcome.INCOMPLETE.value])

RUN_LOG_ROWS = 10_080
"""Rows of the log that are searched for earlier runs: a week of a run each minute."""


@dataclass(frozen=True, slots=True)
class FollowTarget:
    """What to follow: assets, further markets by symbol, and venues (empty: those that the table asks by default).

    ``derivatives`` adds perpetual futures.
    """

    assets: tuple[str, ...]
    symbols: tuple[str, ...] = ()
    venues: tuple[str, ...] = ()
    derivatives: bool = False


RunAction = Callable[[FollowerRun], Awaitable[RunResult | None]]
"""The work of a run; None where there was nothing to do."""


class Follower:
    """Runs on one store, never two at a time.

    ``holder`` is the process that runs them, as logged; ``report`` gets a line on each run. ``table``, ``access``,
    ``now`` and ``on_progress`` are those of `collectors.collect.collect_candles`. A run that fails or is cancelled is
    logged too. Its error is not raised, unless it is a `UsageError`, which the next run would raise as well, or no
    `PlumblineError`.
    """

    def __init__(
        self,
        store: CandleStore,
        target: FollowTarget,
        *,
        holder: str = "",
        table: Iterable[VenueRow] = VENUES,
        access: Access = DIRECT_ACCESS,
        now: Clock = utc_now,
        on_progress: OnProgress = ignore_progress,
        report: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._target = target
        self._holder = holder
        self._table = tuple(table)
        self._access = access
        self._now = now
        self._on_progress = on_progress
        self._report = report
        self._run_lock = asyncio.Lock()

    async def collect_newest(self) -> RunOutcome | None:
        """Collect what is missing up to now, from the start of the first run on, but at most `MAX_CATCH_UP` back.

        So the next run collects what an outage of a venue or a pause of the follower left out.
        """
        return await self._run_logged(RunKind.NEWEST, self._collect_newest)

    async def recollect_hour(self) -> RunOutcome | None:
        """Request the last hour that ended `SETTLING_DELAY` ago once more, as candles may be late or change.

        Returns:
            None where that was done before, and where no run for the newest minutes began in that hour or within
            `SETTLING_DELAY` of its end: candles that are collected later are settled already.
        """
        return await self._run_logged(RunKind.RECOLLECT, self._recollect_hour)

    async def maintain_store(self) -> RunOutcome | None:
        """Compact and vacuum the store, once on each day in UTC; None where that was done."""
        return await self._run_logged(RunKind.MAINTENANCE, self._maintain_store)

    async def log_skipped(self, kind: RunKind) -> None:
        """Log that a run was skipped because the previous one still runs."""
        result = RunResult(RunOutcome.SKIPPED, message="left out: the run before still goes on")
        await self._log_run(FollowerRun(kind, self._now()), result)

    async def _collect_newest(self, run: FollowerRun) -> RunResult:
        end = floor_minute(run.began_at - timedelta(seconds=FINAL_AFTER_S))
        # Each run begins where the previous one began, so that all begin where the first did.
        previous_runs = await self._read_runs(pl.col("kind") == RunKind.NEWEST, pl.col("start").is_not_null())
        start = (
            end - FIRST_LOOK_BACK if previous_runs.is_empty() else max(previous_runs["start"][0], end - MAX_CATCH_UP)
        )
        run.window = Span(start, end)
        return await self._collect_window(run.window, refetch=False)

    async def _recollect_hour(self, run: FollowerRun) -> RunResult | None:
        hour = (run.began_at - SETTLING_DELAY).replace(minute=0, second=0, microsecond=0)
        is_in_hour = pl.col("began_at").is_between(hour - HOUR, hour + SETTLING_DELAY, closed="left")
        first_start = (await self._read_runs(pl.col("kind") == RunKind.NEWEST, is_in_hour))["start"].min()
        earlier_runs = await self._read_runs(pl.col("kind") == RunKind.RECOLLECT, HAS_SUCCEEDED, pl.col("end") == hour)
        if not isinstance(first_start, datetime) or not earlier_runs.is_empty():
            return None
        run.window = Span(max(first_start, hour - HOUR), hour)
        return await self._collect_window(run.window, refetch=True)

    async def _maintain_store(self, run: FollowerRun) -> RunResult | None:
        day = run.began_at.replace(hour=0, minute=0, second=0, microsecond=0)
        earlier_runs = await self._read_runs(
            pl.col("kind") == RunKind.MAINTENANCE, HAS_SUCCEEDED, pl.col("began_at") >= day
        )
        if not earlier_runs.is_empty():
            return None
        maintenance = await asyncio.to_thread(self._store.maintain, run.began_at)
        files = f"{maintenance.files_before:,} files became {maintenance.files_after:,}"
        return RunResult(message=f"{files}, {maintenance.bytes_before:,} bytes {maintenance.bytes_after:,}")

    async def _collect_window(self, window: Span, *, refetch: bool) -> RunResult:
        target = self._target
        request = CollectRequest(
            target.assets,
            *window,
            target.venues,
            target.symbols,
            derivatives=target.derivatives,
            refetch=refetch,
            final_outcomes=FINAL_OUTCOMES,
        )
        summary = await collect_candles(
            self._store,
            request,
            venues=self._table,
            access=self._access,
            now=self._now,
            on_progress=self._on_progress,
        )
        # The newest minutes without a trade lack a later candle as a proof until somebody trades: that is no failure.
        failed = [result for result in summary.failed if {gap.outcome for gap in result.gaps} != {Outcome.NO_EVIDENCE}]
        outcome = RunOutcome.INCOMPLETE if failed else RunOutcome.DONE
        message = "; ".join(filter(None, [describe_failures(failed), *summary.notes]))
        return RunResult(outcome, summary.candles, summary.new, summary.revised, message)

    async def _run_logged(self, kind: RunKind, action: RunAction) -> RunOutcome | None:
        async with self._run_lock:
            run = FollowerRun(kind, self._now())
            try:
                result = await action(run)
            except asyncio.CancelledError:
                await self._log_run(run, RunResult(RunOutcome.STOPPED, message="ended before it was through"))
                raise
            except PlumblineError as error:
                await self._log_run(run, RunResult(RunOutcome.FAILED, message=str(error)))
                if isinstance(error, UsageError):
                    raise
                return RunOutcome.FAILED
            if result is None:
                return None
            await self._log_run(run, result)
            return result.outcome

    async def _read_runs(self, *conditions: pl.Expr) -> pl.DataFrame:
        """The logged runs that meet all conditions, newest first."""
        return (await asyncio.to_thread(self._store.runs.read_rows, RUN_LOG_ROWS)).filter(*conditions)

    async def _log_run(self, run: FollowerRun, result: RunResult) -> None:
        """Log a run and report it; a log that cannot be written is reported too."""
        self._report(f"{run.began_at:%Y-%m-%d %H:%M:%SZ} {run.kind}: {format_run_result(result)}")
        try:
            record = RunRecord(
                kind=run.kind,
                outcome=result.outcome,
                began_at=run.began_at,
                ended_at=self._now(),
                window=run.window,
                candles=result.candles,
                new=result.new,
                revised=result.revised,
                message=result.message,
                holder=self._holder,
            )
            await asyncio.to_thread(self._store.runs.add, record)
        except PlumblineError as error:
            self._report(f"the log of runs lacks this one: {error}")
