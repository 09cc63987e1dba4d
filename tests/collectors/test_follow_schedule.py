import asyncio
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from collectors.follow_schedule import Schedule, follow, follow_in_thread, follow_until_signal
from collectors.run_record import RunKind
from data.errors import UsageError
from data.lock import FollowerLock
from data.schema import RunOutcome
from data.store import CandleStore
from tests.collectors import follower_process
from tests.collectors.replay_setup import NOW, build_bars, to_ms
from tests.replay.faults import Fault
from tests.replay.server import Replay


@dataclass(slots=True)
class RecordingRuns:
    """A follower that records the calls; a run for the newest minutes waits for ``meanwhile``."""

    meanwhile: Callable[[], Awaitable[object]]
    finished: list[str] = field(default_factory=list)
    skipped: "asyncio.Event" = field(default_factory=asyncio.Event)

    async def collect_newest(self) -> RunOutcome | None:
        """Record begin and end."""
        self.finished.append("newest begins")
        try:
            await self.meanwhile()
        except asyncio.CancelledError:
            self.finished.append("newest is cancelled")
            raise
        self.finished.append("newest ends")
        return RunOutcome.DONE

    async def recollect_hour(self) -> RunOutcome | None:
        """Record the call."""
        self.finished.append("again")
        return None

    async def maintain_store(self) -> RunOutcome | None:
        """Record the call."""
        self.finished.append("tidy")
        return None

    async def log_skipped(self, kind: RunKind) -> None:
        """Record which run was skipped."""
        self.finished.append(f"{kind} left out")
        self.skipped.set()


async def wait_for_nothing() -> None:
    """Return at once."""


def test_the_schedule_makes_up_for_misfires_once_and_never_overtakes_itself() -> None:
    """Misfires of any age become one run; newest minutes every 7 minutes, the others hourly, all in UTC."""
    jobs = {job.id: job for job in Schedule(RecordingRuns(wait_for_nothing), 7, asyncio.Event()).scheduler.get_jobs()}
    assert {name: job.trigger for name, job in jobs.items()}.keys() == {"follow", "re-ask", "maintenance"}
    scheduler = Schedule(RecordingRuns(wait_for_nothing), 7, asyncio.Event()).scheduler
    assert scheduler.timezone is UTC
    assert jobs["follow"].trigger.interval == timedelta(minutes=7)
    assert str(jobs["re-ask"].trigger) == "cron[minute='10']"
    assert str(jobs["maintenance"].trigger) == "cron[minute='40']"

    async def list_jobs() -> list[tuple[bool, int, object]]:
        schedule = Schedule(RecordingRuns(wait_for_nothing), 7, asyncio.Event())
        schedule.start()
        job_options = [
            (job.coalesce, job.max_instances, job.misfire_grace_time) for job in schedule.scheduler.get_jobs()
        ]
        await schedule.shut_down()
        return job_options

    assert asyncio.run(list_jobs()) == [(True, 1, None)] * 3


def test_an_interval_of_no_minutes_makes_no_sense() -> None:
    """An interval below one minute is a usage error."""
    with pytest.raises(UsageError, match="every 0 minutes"):
        Schedule(RecordingRuns(wait_for_nothing), 0, asyncio.Event())


def test_everything_runs_at_the_start_and_a_stop_cancels_what_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    """At the start each kind of run is started, newest minutes first; stopping cancels the one under way."""

    async def run_scenario() -> list[str]:
        stop = asyncio.Event()
        going = asyncio.Event()

        async def until_stopped() -> None:
            going.set()
            await asyncio.Event().wait()

        runs = RecordingRuns(until_stopped)
        following = asyncio.create_task(follow(runs, every_min=5, stop=stop))
        await going.wait()
        while len(runs.finished) < 3:
            await asyncio.to_thread(return_nothing)
        stop.set()
        await following
        return runs.finished

    assert asyncio.run(run_scenario()) == ["newest begins", "again", "tidy", "newest is cancelled"]
    assert caplog.records == []


def return_nothing() -> None:
    """Work of a thread that ends at once, so that the event loop runs in between."""


def test_a_run_that_is_due_while_the_last_goes_on_is_left_out() -> None:
    """A run that is due while the last one runs is skipped and logged, and the running one is not cancelled."""

    async def run_scenario() -> list[str]:
        going, release, stop = asyncio.Event(), asyncio.Event(), asyncio.Event()

        async def until_released() -> None:
            going.set()
            await release.wait()

        runs = RecordingRuns(until_released)
        schedule = Schedule(runs, 5, stop)
        schedule.start()
        await going.wait()
        job = schedule.scheduler.get_job("follow")
        job.modify(next_run_time=job.next_run_time - timedelta(days=1))
        await runs.skipped.wait()
        release.set()
        while "newest ends" not in runs.finished:
            await asyncio.to_thread(return_nothing)
        await schedule.shut_down()
        return [kind for kind in runs.finished if kind not in {"again", "tidy"}]

    assert asyncio.run(run_scenario()) == ["newest begins", "follow left out", "newest ends"]


class BrokenRunError(Exception):
    """An error that is no `PlumblineError`."""


async def raise_error() -> None:
    """Raise it."""
    message = "a fault of the program"
    raise BrokenRunError(message)


def test_a_fault_of_the_program_ends_the_follower() -> None:
    """An error that is no `PlumblineError` is raised by `follow`, and not only logged by the scheduler."""
    with pytest.raises(BrokenRunError):
        asyncio.run(follow(RecordingRuns(raise_error), every_min=5, stop=asyncio.Event()))


def test_a_follower_beside_a_program_ends_with_it() -> None:
    """A follower in a thread is cancelled at the end of the block."""
    runs = RecordingRuns(lambda: asyncio.Event().wait())
    with follow_in_thread(runs):
        pass
    assert runs.finished[-1:] in (["newest is cancelled"], [])


def test_a_follower_beside_a_program_says_what_ended_it() -> None:
    """An error is reported at once, and raised at the end of the block."""
    messages: list[str] = []
    is_reported = threading.Event()

    def record_message(message: str) -> None:
        messages.append(message)
        is_reported.set()

    with pytest.raises(BrokenRunError), follow_in_thread(RecordingRuns(raise_error), report=record_message):
        is_reported.wait()
    assert messages == ["the follower has ended: a fault of the program"]


@pytest.fixture(params=[signal.default_int_handler, signal.SIG_IGN], ids=["interruptible", "ignored"])
def at_interrupt(request: pytest.FixtureRequest) -> Iterator[object]:
    """The handler of SIGINT in the test: the default, or ignored as in a process that a shell started with `&`."""
    before = signal.signal(signal.SIGINT, request.param)
    yield request.param
    signal.signal(signal.SIGINT, before)


def test_signals_stop_the_follower_and_are_given_back(at_interrupt: object) -> None:
    """SIGTERM and SIGINT cancel the run under way and stop only the follower; their handlers are restored."""
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    assert before[1] == at_interrupt
    for number in (signal.SIGTERM, signal.SIGINT):

        async def until_stopped(number: signal.Signals = number) -> None:
            signal.raise_signal(number)
            await asyncio.Event().wait()

        runs = RecordingRuns(until_stopped)
        asyncio.run(follow_until_signal(runs))
        assert runs.finished[-1] == "newest is cancelled"
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_follower_within_five_seconds(tmp_path: Path, number: signal.Signals) -> None:
    """A follower that waits for a response exits with 0, logs the run as stopped, and releases the store."""
    uri = str(tmp_path / "lake")
    hanging = Fault("/klines", release=asyncio.Event(), waiting=asyncio.Event())

    async def run_scenario() -> tuple[int, int, bytes]:
        assert hanging.release is not None
        assert hanging.waiting is not None
        venues = {"binance": {"ATOM/USDT": build_bars(NOW.replace(second=0) - timedelta(hours=2), 130)}}
        async with Replay(venues, now_ms=to_ms(NOW), faults=(hanging,)) as replay:
            command = (sys.executable, "-m", follower_process.__name__, uri, replay.url, NOW.isoformat())
            child = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
            end = asyncio.create_task(child.communicate())
            request = asyncio.create_task(hanging.waiting.wait())
            await asyncio.wait({end, request}, return_when=asyncio.FIRST_COMPLETED)
            assert request.done(), end.result()
            child.send_signal(number)
            _, output = await asyncio.wait_for(end, 5)
            hanging.release.set()
            assert child.returncode is not None
            return child.pid, child.returncode, output

    pid, code, output = asyncio.run(run_scenario())
    assert (code, output) == (0, b"")
    runs = CandleStore(uri).read_runs().select("kind", "outcome", "holder").rows()
    assert [run[:2] for run in runs] == [("follow", "stopped")]
    assert runs[0][2].startswith(f"process {pid} on ")
    with FollowerLock(uri).hold(NOW):
        pass
