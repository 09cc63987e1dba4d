import asyncio
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from collectors.following import Schedule, follow, follow_until_signal, followed_beside
from collectors.runs import RunKind
from data.errors import UsageError
from data.lock import FollowerLock
from data.schema import RunOutcome
from data.store import CandleStore
from tests.collectors.setting import NOW, bars, ms
from tests.replay.faults import Fault
from tests.replay.server import Replay


@dataclass(slots=True)
class Noted:
    """A follower that only notes what is done with it; ``meanwhile`` is what a run for the newest minutes waits for."""

    meanwhile: Callable[[], Awaitable[object]]
    done: list[str] = field(default_factory=list)
    skipped: "asyncio.Event" = field(default_factory=asyncio.Event)

    async def collect_newest(self) -> RunOutcome | None:
        """Note begin and end."""
        self.done.append("newest begins")
        try:
            await self.meanwhile()
        except asyncio.CancelledError:
            self.done.append("newest is cancelled")
            raise
        self.done.append("newest ends")
        return RunOutcome.DONE

    async def ask_again(self) -> RunOutcome | None:
        """Note it."""
        self.done.append("again")
        return None

    async def tidy(self) -> RunOutcome | None:
        """Note it."""
        self.done.append("tidy")
        return None

    async def note_skipped(self, kind: RunKind) -> None:
        """Note which."""
        self.done.append(f"{kind} left out")
        self.skipped.set()


async def nothing() -> None:
    """Ends at once."""


def test_the_schedule_makes_up_for_misfires_once_and_never_overtakes_itself() -> None:
    """Misfires of any age become one run, one at a time; newest each 7 minutes, the others hourly, all in UTC."""
    jobs = {job.id: job for job in Schedule(Noted(nothing), 7, asyncio.Event()).scheduler.get_jobs()}
    assert {name: job.trigger for name, job in jobs.items()}.keys() == {"follow", "re-ask", "maintenance"}
    scheduler = Schedule(Noted(nothing), 7, asyncio.Event()).scheduler
    assert scheduler.timezone is UTC
    assert jobs["follow"].trigger.interval == timedelta(minutes=7)
    assert str(jobs["re-ask"].trigger) == "cron[minute='10']"
    assert str(jobs["maintenance"].trigger) == "cron[minute='40']"

    async def started() -> list[tuple[bool, int, object]]:
        schedule = Schedule(Noted(nothing), 7, asyncio.Event())
        schedule.start()
        made = [(job.coalesce, job.max_instances, job.misfire_grace_time) for job in schedule.scheduler.get_jobs()]
        await schedule.end()
        return made

    assert asyncio.run(started()) == [(True, 1, None)] * 3


def test_an_interval_of_no_minutes_makes_no_sense() -> None:
    """Less than a minute between two runs is a usage error."""
    with pytest.raises(UsageError, match="every 0 minutes"):
        Schedule(Noted(nothing), 0, asyncio.Event())


def test_everything_runs_at_the_start_and_a_stop_cancels_what_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    """At the start each kind runs, the newest first; the stop cancels the run under way, and nothing is reported."""

    async def live() -> list[str]:
        stop = asyncio.Event()
        going = asyncio.Event()

        async def until_stopped() -> None:
            going.set()
            await asyncio.Event().wait()

        noted = Noted(until_stopped)
        following = asyncio.create_task(follow(noted, every_min=5, stop=stop))
        await going.wait()
        while len(noted.done) < 3:
            await asyncio.to_thread(nothing_at_all)
        stop.set()
        await following
        return noted.done

    assert asyncio.run(live()) == ["newest begins", "again", "tidy", "newest is cancelled"]
    assert caplog.records == []


def nothing_at_all() -> None:
    """A thread that ends at once, so that the event loop goes on meanwhile."""


def test_a_run_that_is_due_while_the_last_goes_on_is_left_out() -> None:
    """A run whose turn comes too early is noted as left out, and the one that goes on is let end."""

    async def live() -> list[str]:
        going, release, stop = asyncio.Event(), asyncio.Event(), asyncio.Event()

        async def until_released() -> None:
            going.set()
            await release.wait()

        noted = Noted(until_released)
        schedule = Schedule(noted, 5, stop)
        schedule.start()
        await going.wait()
        job = schedule.scheduler.get_job("follow")
        job.modify(next_run_time=job.next_run_time - timedelta(days=1))
        await noted.skipped.wait()
        release.set()
        while "newest ends" not in noted.done:
            await asyncio.to_thread(nothing_at_all)
        await schedule.end()
        return [word for word in noted.done if word not in {"again", "tidy"}]

    assert asyncio.run(live()) == ["newest begins", "follow left out", "newest ends"]


class Broken(Exception):
    """A fault of the program."""


async def breaks() -> None:
    """Fails as no run should."""
    message = "a fault of the program"
    raise Broken(message)


def test_a_fault_of_the_program_ends_the_follower() -> None:
    """What is no error of the project comes out of `follow`, and does not end in a scheduler's log."""
    with pytest.raises(Broken):
        asyncio.run(follow(Noted(breaks), every_min=5, stop=asyncio.Event()))


def test_a_follower_beside_a_program_ends_with_it() -> None:
    """In a thread of its own the follower runs as long as the block lasts, and no longer."""
    noted = Noted(lambda: asyncio.Event().wait())
    with followed_beside(noted):
        pass
    assert noted.done[-1:] in (["newest is cancelled"], [])


def test_a_follower_beside_a_program_says_what_ended_it() -> None:
    """An error is said at once, and raised where the block ends."""
    said: list[str] = []
    told = threading.Event()

    def say(words: str) -> None:
        said.append(words)
        told.set()

    with pytest.raises(Broken), followed_beside(Noted(breaks), say=say):
        told.wait()
    assert said == ["the follower has ended: a fault of the program"]


@pytest.fixture(params=[signal.default_int_handler, signal.SIG_IGN], ids=["interruptible", "ignored"])
def at_interrupt(request: pytest.FixtureRequest) -> Iterator[object]:
    """What SIGINT does in the test: interrupt it, or nothing, as in a process that a shell started with `&`."""
    before = signal.signal(signal.SIGINT, request.param)
    yield request.param
    signal.signal(signal.SIGINT, before)


def test_signals_stop_the_follower_and_are_given_back(at_interrupt: object) -> None:
    """SIGTERM and SIGINT cancel what goes on, and end nothing but the follower; afterwards they do what they did."""
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    assert before[1] == at_interrupt
    for number in (signal.SIGTERM, signal.SIGINT):

        async def until_stopped(number: signal.Signals = number) -> None:
            signal.raise_signal(number)
            await asyncio.Event().wait()

        noted = Noted(until_stopped)
        asyncio.run(follow_until_signal(noted))
        assert noted.done[-1] == "newest is cancelled"
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == before


CHILD = """
import asyncio, sys
from datetime import datetime
from collectors.access import Access
from collectors.follower import Followed, Follower
from collectors.following import follow_until_signal
from data.lock import FollowerLock
from data.store import CandleStore

store, url, now = sys.argv[1], sys.argv[2], datetime.fromisoformat(sys.argv[3])
with FollowerLock(store).held(now) as holder:
    follower = Follower(
        CandleStore(store), Followed(("ATOM",), venues=("binance",)),
        holder=str(holder), access=Access(url), now=lambda: now,
    )
    asyncio.run(follow_until_signal(follower))
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_follower_within_five_seconds(tmp_path: Path, number: signal.Signals) -> None:
    """A follower that waits for a venue's answer ends with exit code 0, leaves a row "stopped" and frees the store."""
    uri = str(tmp_path / "lake")
    held = Fault("/klines", held=asyncio.Event(), waiting=asyncio.Event())

    async def live() -> tuple[int, int, bytes]:
        assert held.held is not None
        assert held.waiting is not None
        made = {"binance": {"ATOM/USDT": bars(NOW.replace(second=0) - timedelta(hours=2), 130)}}
        async with Replay(made, now_ms=ms(NOW), faults=(held,)) as replay:
            command = (sys.executable, "-c", CHILD, uri, replay.url, NOW.isoformat())
            child = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
            await held.waiting.wait()
            child.send_signal(number)
            _, said = await asyncio.wait_for(child.communicate(), 5)
            held.held.set()
            assert child.returncode is not None
            return child.pid, child.returncode, said

    pid, code, said = asyncio.run(live())
    assert (code, said) == (0, b"")
    runs = CandleStore(uri).runs().select("kind", "outcome", "holder").rows()
    assert [run[:2] for run in runs] == [("follow", "stopped")]
    assert runs[0][2].startswith(f"process {pid} on ")
    with FollowerLock(uri).held(NOW):
        pass
