"""What the follower does in one run: collect the newest minutes, ask the last hour again, tidy the store.

Each run is a row of the store's incident log, and the log is all that a follower knows of the runs before: one that is
started anew goes on where the last one ended.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from collectors.access import DIRECT, Access
from collectors.job import collect, tell_nobody, utc_now
from collectors.plan import Span, floor_minute
from collectors.request import CollectRequest, OnProgress
from collectors.runs import Came, FollowedStore, Run, RunKind, not_had, told
from collectors.sink import Clock
from collectors.venues import VENUES, VenueRow
from data.errors import PlumblineError, UsageError
from data.schema import Outcome, RunOutcome

FIRST_LOOK_BACK = timedelta(hours=1)
"""How far back the very first run on a store begins."""

CATCH_UP = timedelta(days=7)
"""How far back a run makes up for what was missed."""

HOUR = timedelta(hours=1)

LATE = timedelta(minutes=10)
"""How long candles get to come late, or to be changed, before their hour is asked again."""

SETTLED = (Outcome.COMPLETE, Outcome.HISTORY_TOO_SHORT)
"""What a venue no longer has it will not have in the next run either."""

WENT_THROUGH = pl.col("outcome").is_in([RunOutcome.DONE.value, RunOutcome.NOT_EVERYTHING.value])

REMEMBERED = 10_080
"""Rows of the log that are looked through for the run before: a week of runs each minute."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What is followed: assets, further spot markets by name, and on which venues (none: those by default).

    ``derivatives`` adds perpetual futures.
    """

    assets: tuple[str, ...]
    symbols: tuple[str, ...] = ()
    venues: tuple[str, ...] = ()
    derivatives: bool = False


Work = Callable[[Run], Awaitable[Came | None]]
"""What a run does; None where there was nothing to do."""


class Follower:
    """Runs on one store, one after the other; ``holder`` is who runs them, ``say`` takes a line about each.

    ``table``, ``access``, ``now`` and ``on_progress`` are those of `collectors.job.collect`. A run that fails, or is
    cancelled, is logged like the others. Two errors pass: a request that makes no sense will make none in the next run
    (UsageError), and what is no error of the project is a fault of the program.
    """

    def __init__(
        self,
        store: FollowedStore,
        followed: Followed,
        *,
        holder: str = "",
        table: Iterable[VenueRow] = VENUES,
        access: Access = DIRECT,
        now: Clock = utc_now,
        on_progress: OnProgress = tell_nobody,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._followed = followed
        self._holder = holder
        self._table = tuple(table)
        self._access = access
        self._now = now
        self._on_progress = on_progress
        self._say = say
        self._one_at_a_time = asyncio.Lock()

    async def collect_newest(self) -> RunOutcome | None:
        """Collect what is missing up to now, from the first run on record on, but no further back than `CATCH_UP`.

        So an outage of a venue or a pause of the follower is made up for by the next run. A venue is not asked again
        for what it said it no longer has.
        """
        return await self._run(RunKind.NEWEST, self._newest)

    async def ask_again(self) -> RunOutcome | None:
        """Ask once more for the last hour that has been over for `LATE`: some candles come late, some are changed.

        Once for each hour, however often it is called. None where that was done, and where nothing was collected while
        the hour was young: what comes in after a pause comes late enough.
        """
        return await self._run(RunKind.AGAIN, self._again)

    async def tidy(self) -> RunOutcome | None:
        """Compact and vacuum the store, once on each day in UTC. None where that was done."""
        return await self._run(RunKind.TIDY, self._tidy)

    async def note_skipped(self, kind: RunKind) -> None:
        """Log that a run was left out because the one before still goes on."""
        came = Came(RunOutcome.SKIPPED, message="left out: the run before still goes on")
        await self._log(Run(kind, self._now()), came)

    async def _newest(self, run: Run) -> Came:
        end = floor_minute(run.began_at)
        # Each run begins where the one before did, so that the first on record has its say.
        before = await self._runs(pl.col("kind") == RunKind.NEWEST, pl.col("start").is_not_null())
        begin = end - FIRST_LOOK_BACK if before.is_empty() else max(before["start"][0], end - CATCH_UP)
        run.window = Span(begin, end)
        return await self._collect(run.window, refetch=False)

    async def _again(self, run: Run) -> Came | None:
        hour = (run.began_at - LATE).replace(minute=0, second=0, microsecond=0)
        while_young = pl.col("began_at").is_between(hour - HOUR, hour + LATE, closed="left")
        first = (await self._runs(pl.col("kind") == RunKind.NEWEST, while_young))["start"].min()
        done = await self._runs(pl.col("kind") == RunKind.AGAIN, WENT_THROUGH, pl.col("end") == hour)
        if not isinstance(first, datetime) or not done.is_empty():
            return None
        run.window = Span(max(first, hour - HOUR), hour)
        return await self._collect(run.window, refetch=True)

    async def _tidy(self, run: Run) -> Came | None:
        day = run.began_at.replace(hour=0, minute=0, second=0, microsecond=0)
        done = await self._runs(pl.col("kind") == RunKind.TIDY, WENT_THROUGH, pl.col("began_at") >= day)
        if not done.is_empty():
            return None
        tidied = await asyncio.to_thread(self._store.maintain, run.began_at)
        files = f"{tidied.files_before:,} files became {tidied.files_after:,}"
        return Came(message=f"{files}, {tidied.bytes_before:,} bytes {tidied.bytes_after:,}")

    async def _collect(self, window: Span, *, refetch: bool) -> Came:
        followed = self._followed
        request = CollectRequest(
            followed.assets,
            *window,
            followed.venues,
            followed.symbols,
            derivatives=followed.derivatives,
            refetch=refetch,
            settled=SETTLED,
        )
        summary = await collect(
            self._store,
            request,
            venues=self._table,
            access=self._access,
            now=self._now,
            on_progress=self._on_progress,
        )
        outcome = RunOutcome.NOT_EVERYTHING if summary.failed else RunOutcome.DONE
        return Came(outcome, summary.candles, summary.new, summary.revised, not_had(summary.failed))

    async def _run(self, kind: RunKind, work: Work) -> RunOutcome | None:
        async with self._one_at_a_time:
            run = Run(kind, self._now())
            try:
                came = await work(run)
            except asyncio.CancelledError:
                await self._log(run, Came(RunOutcome.STOPPED, message="ended before it was through"))
                raise
            except PlumblineError as error:
                await self._log(run, Came(RunOutcome.FAILED, message=str(error)))
                if isinstance(error, UsageError):
                    raise
                return RunOutcome.FAILED
            if came is None:
                return None
            await self._log(run, came)
            return came.outcome

    async def _runs(self, *wanted: pl.Expr) -> pl.DataFrame:
        """The runs on record of which all that holds, newest first."""
        return (await asyncio.to_thread(self._store.runs, REMEMBERED)).filter(*wanted)

    async def _log(self, run: Run, came: Came) -> None:
        """Log a run, and say it; where the log cannot be written, saying it is all that can be done."""
        self._say(f"{run.began_at:%Y-%m-%d %H:%M:%SZ} {run.kind}: {told(came)}")
        try:
            await asyncio.to_thread(
                self._store.log_run,
                run.kind,
                came.outcome,
                began_at=run.began_at,
                ended_at=self._now(),
                window=run.window,
                candles=came.candles,
                new=came.new,
                revised=came.revised,
                message=came.message,
                holder=self._holder,
            )
        except PlumblineError as error:
            self._say(f"the log of runs lacks this one: {error}")
