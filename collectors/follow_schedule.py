"""When a follower runs, and how it stops: on SIGTERM or Ctrl-C, or with the program that it runs beside."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

from apscheduler.events import EVENT_JOB_MAX_INSTANCES, JobSubmissionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from collectors.follower import SETTLING_DELAY
from collectors.plan import MINUTE
from collectors.run_record import RunKind
from data.errors import UsageError
from data.schema import RunOutcome

DEFAULT_INTERVAL_MIN = 5
"""Minutes between two runs for the newest candles."""

MAINTENANCE_MINUTE = 40
"""The minute of each hour at which the maintenance of the day is run unless it was."""

JOB_DEFAULTS = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
"""After a pause of the machine each kind of run is started once, however late, and never twice at a time."""


class ScheduledRuns(Protocol):
    """The runs that are scheduled; see `collectors.follower.Follower`."""

    async def collect_newest(self) -> RunOutcome | None:
        """Collect the newest minutes."""

    async def recollect_hour(self) -> RunOutcome | None:
        """Request the last hour once more."""

    async def maintain_store(self) -> RunOutcome | None:
        """Compact and vacuum the store."""

    async def log_skipped(self, kind: RunKind) -> None:
        """Log that a run was skipped."""


class Schedule:
    """Starts the runs of a follower by the clock, in the running event loop.

    ``stop`` is set when a run raises an exception.
    """

    def __init__(self, follower: ScheduledRuns, every_min: int, stop: asyncio.Event) -> None:
        if every_min < 1:
            message = f"the newest minutes cannot be collected every {every_min} minutes: name 1 or more"
            raise UsageError(message)
        self._follower = follower
        self._stop = stop
        self._running_tasks: set[asyncio.Task[object]] = set()
        self._failures: list[BaseException] = []
        self.scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=JOB_DEFAULTS)
        self.scheduler.add_listener(self._log_skipped, EVENT_JOB_MAX_INSTANCES)
        jobs = (
            (RunKind.NEWEST, follower.collect_newest, IntervalTrigger(minutes=every_min, timezone=UTC)),
            (RunKind.RECOLLECT, follower.recollect_hour, CronTrigger(minute=SETTLING_DELAY // MINUTE, timezone=UTC)),
            (RunKind.MAINTENANCE, follower.maintain_store, CronTrigger(minute=MAINTENANCE_MINUTE, timezone=UTC)),
        )
        for kind, action, trigger in jobs:
            self.scheduler.add_job(
                partial(self._run_job, action), trigger, id=kind.value, next_run_time=datetime.now(UTC)
            )

    def start(self) -> None:
        """Run everything once, and from then on by the clock."""
        self.scheduler.start()

    async def shut_down(self) -> None:
        """Cancel the runs under way, and wait until they have ended.

        Raises:
            BaseException: the first exception that a run raised.
        """
        # Paused first: a scheduler that shuts down would cancel the runs itself, and report that as their failure.
        self.scheduler.pause()
        for task in self._running_tasks:
            task.cancel()
        while self._running_tasks:
            await asyncio.wait(self._running_tasks)
        self.scheduler.shutdown(wait=False)
        await asyncio.sleep(0)
        if self._failures:
            raise self._failures[0]

    async def _run_job(self, action: Callable[[], Awaitable[object]]) -> None:
        """Run in a task of its own, so that an exception reaches `shut_down` and not the log of the scheduler."""
        await asyncio.wait({self._start_task(action())})

    def _log_skipped(self, event: JobSubmissionEvent) -> None:
        self._start_task(self._follower.log_skipped(RunKind(event.job_id)))

    def _start_task(self, action: Awaitable[object]) -> "asyncio.Task[object]":
        task: asyncio.Task[object] = asyncio.ensure_future(action)
        self._running_tasks.add(task)
        task.add_done_callback(self._finish_task)
        return task

    def _finish_task(self, task: "asyncio.Task[object]") -> None:
        self._running_tasks.discard(task)
        failure = None if task.cancelled() else task.exception()
        if failure is not None:
            self._failures.append(failure)
            self._stop.set()


async def follow(follower: ScheduledRuns, *, every_min: int, stop: asyncio.Event) -> None:
    """Run the follower by the clock until ``stop`` is set, then cancel runs under way; what was stored stays.

    Raises:
        UsageError: the interval is shorter than a minute, or the target names an unknown venue.
    """
    schedule = Schedule(follower, every_min, stop)
    schedule.start()
    try:
        await stop.wait()
    finally:
        await schedule.shut_down()


async def follow_until_signal(follower: ScheduledRuns, *, every_min: int = DEFAULT_INTERVAL_MIN) -> None:
    """`follow` until the process gets SIGTERM or SIGINT; in the main thread.

    Raises:
        UsageError: as `follow`.
    """
    stop = asyncio.Event()
    with install_signal_handlers(stop):
        await follow(follower, every_min=every_min, stop=stop)


@contextmanager
def install_signal_handlers(stop: asyncio.Event) -> Iterator[None]:
    """Let SIGTERM and SIGINT set ``stop`` within the block, and restore their handlers afterwards, also ``SIG_IGN``.

    Where event loops take no signals (Windows), Ctrl-C cancels what `asyncio.run` runs, which ends the follower too.
    """
    loop = asyncio.get_running_loop()
    previous_handlers = {}
    with suppress(NotImplementedError):
        for signal_number in (signal.SIGTERM, signal.SIGINT):
            handler = signal.getsignal(signal_number)
            loop.add_signal_handler(signal_number, stop.set)
            previous_handlers[signal_number] = handler
    try:
        yield
    finally:
        for signal_number, handler in previous_handlers.items():
            loop.remove_signal_handler(signal_number)  # leaves the default handler
            signal.signal(signal_number, handler)


@contextmanager
def follow_in_thread(
    follower: ScheduledRuns, *, every_min: int = DEFAULT_INTERVAL_MIN, report: Callable[[str], None] = lambda _: None
) -> Iterator[None]:
    """Run the follower in a thread with an event loop of its own, as long as the block lasts.

    ``report`` gets a line as soon as the follower ends by an error, which is raised at the end of the block.
    """
    ready: Future[Callable[[], object]] = Future()

    async def run() -> None:
        stop = asyncio.Event()
        ready.set_result(partial(asyncio.get_running_loop().call_soon_threadsafe, stop.set))
        await follow(follower, every_min=every_min, stop=stop)

    def report_failure(future: Future[None]) -> None:
        error = future.exception()
        if error is not None:
            report(f"the follower has ended: {error or type(error).__name__}")

    with ThreadPoolExecutor(1, thread_name_prefix="follower") as executor:
        follower_future = executor.submit(lambda: asyncio.run(run()))
        follower_future.add_done_callback(report_failure)
        request_stop = ready.result()
        try:
            yield
        finally:
            with suppress(RuntimeError):  # it has ended by itself, and its event loop is closed
                request_stop()
            follower_future.result()
