"""When the follower runs, and how it ends: on SIGTERM or Ctrl-C, or when the program that it runs beside does."""

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

from collectors.follower import LATE
from collectors.plan import MINUTE
from collectors.runs import RunKind
from data.errors import UsageError
from data.schema import RunOutcome

EVERY_MIN = 5
"""Minutes between two runs for the newest candles."""

TIDY_AT_MIN = 40
"""The minute of each hour in which it is seen to it that the store was tidied on that day."""

JOB_DEFAULTS = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
"""After a pause of the machine each kind of run is made up for once, however late, and none overtakes itself."""


class Runs(Protocol):
    """What is scheduled; see `collectors.follower.Follower`."""

    async def collect_newest(self) -> RunOutcome | None:
        """Collect the newest minutes."""

    async def ask_again(self) -> RunOutcome | None:
        """Ask for the last hour once more."""

    async def tidy(self) -> RunOutcome | None:
        """Compact and vacuum the store."""

    async def note_skipped(self, kind: RunKind) -> None:
        """Log that a run was left out."""


class Schedule:
    """The runs of a follower by the clock, in the running event loop.

    ``stop`` is set when a run ended by an exception: there is no use in going on.
    """

    def __init__(self, follower: Runs, every_min: int, stop: asyncio.Event) -> None:
        if every_min < 1:
            message = f"the newest minutes cannot be collected every {every_min} minutes: name 1 or more"
            raise UsageError(message)
        self._follower = follower
        self._stop = stop
        self._going: set[asyncio.Task[object]] = set()
        self._failures: list[BaseException] = []
        self.scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=JOB_DEFAULTS)
        self.scheduler.add_listener(self._skipped, EVENT_JOB_MAX_INSTANCES)
        plan = (
            (RunKind.NEWEST, follower.collect_newest, IntervalTrigger(minutes=every_min, timezone=UTC)),
            (RunKind.AGAIN, follower.ask_again, CronTrigger(minute=LATE // MINUTE, timezone=UTC)),
            (RunKind.TIDY, follower.tidy, CronTrigger(minute=TIDY_AT_MIN, timezone=UTC)),
        )
        for kind, work, trigger in plan:
            self.scheduler.add_job(partial(self._job, work), trigger, id=kind.value, next_run_time=datetime.now(UTC))

    def start(self) -> None:
        """Run everything once, and from then on by the clock."""
        self.scheduler.start()

    async def end(self) -> None:
        """Cancel what goes on, and wait until it has ended.

        Raises:
            BaseException: what ended a run.
        """
        # Paused first: a scheduler that shuts down would cancel the runs itself, and report that as their failure.
        self.scheduler.pause()
        for task in self._going:
            task.cancel()
        while self._going:
            await asyncio.wait(self._going)
        self.scheduler.shutdown(wait=False)
        await asyncio.sleep(0)
        if self._failures:
            raise self._failures[0]

    async def _job(self, work: Callable[[], Awaitable[object]]) -> None:
        """One run, in a task of its own, so that no exception of it ends in the logging of the scheduler."""
        await asyncio.wait({self._begin(work())})

    def _skipped(self, event: JobSubmissionEvent) -> None:
        self._begin(self._follower.note_skipped(RunKind(event.job_id)))

    def _begin(self, work: Awaitable[object]) -> "asyncio.Task[object]":
        task: asyncio.Task[object] = asyncio.ensure_future(work)
        self._going.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: "asyncio.Task[object]") -> None:
        self._going.discard(task)
        failure = None if task.cancelled() else task.exception()
        if failure is not None:
            self._failures.append(failure)
            self._stop.set()


async def follow(follower: Runs, *, every_min: int, stop: asyncio.Event) -> None:
    """Run the follower by the clock until ``stop`` is set; what goes on then is cancelled, and nothing stored is lost.

    Raises:
        UsageError: what is to be followed makes no sense.
    """
    schedule = Schedule(follower, every_min, stop)
    schedule.start()
    try:
        await stop.wait()
    finally:
        await schedule.end()


async def follow_until_signal(follower: Runs, *, every_min: int = EVERY_MIN) -> None:
    """`follow`, until the process gets SIGTERM or SIGINT; in the main thread.

    Raises:
        UsageError: what is to be followed makes no sense.
    """
    stop = asyncio.Event()
    with set_by_signals(stop):
        await follow(follower, every_min=every_min, stop=stop)


@contextmanager
def set_by_signals(stop: asyncio.Event) -> Iterator[None]:
    """SIGTERM and SIGINT set ``stop`` within the block, and afterwards do what they did before, ignored ones included.

    Where an event loop takes no signals (Windows), Ctrl-C cancels what `asyncio.run` runs, and that ends it too.
    """
    loop = asyncio.get_running_loop()
    before = {}
    with suppress(NotImplementedError):
        for number in (signal.SIGTERM, signal.SIGINT):
            handler = signal.getsignal(number)
            loop.add_signal_handler(number, stop.set)
            before[number] = handler
    try:
        yield
    finally:
        for number, handler in before.items():
            loop.remove_signal_handler(number)  # leaves the default handler
            signal.signal(number, handler)


@contextmanager
def followed_beside(
    follower: Runs, *, every_min: int = EVERY_MIN, say: Callable[[str], None] = lambda _: None
) -> Iterator[None]:
    """Run the follower in a thread with an event loop of its own, as long as the block lasts.

    ``say`` is told at once when the follower ends by an error; the error itself is raised at the end of the block.
    """
    ready: Future[Callable[[], object]] = Future()

    async def run() -> None:
        stop = asyncio.Event()
        ready.set_result(partial(asyncio.get_running_loop().call_soon_threadsafe, stop.set))
        await follow(follower, every_min=every_min, stop=stop)

    def tell(ended: Future[None]) -> None:
        error = ended.exception()
        if error is not None:
            say(f"the follower has ended: {error or type(error).__name__}")

    with ThreadPoolExecutor(1, thread_name_prefix="follower") as thread:
        running = thread.submit(lambda: asyncio.run(run()))
        running.add_done_callback(tell)
        end = ready.result()
        try:
            yield
        finally:
            with suppress(RuntimeError):  # it has ended by itself, and its event loop is closed
                end()
            running.result()
