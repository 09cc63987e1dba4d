import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from collectors.access import Access
from collectors.follower import CATCH_UP, Followed, Follower
from collectors.plan import MINUTE
from collectors.runs import RunKind
from data.errors import StoreBusy, UsageError
from data.schema import RunOutcome
from data.store import CandleStore
from tests.collectors.setting import TABLE, bars, ms
from tests.replay.faults import Fault, down, refusing
from tests.replay.market import Bar
from tests.replay.server import Replay

WEEK = datetime(2026, 11, 2, 0, 15, 30, tzinfo=UTC)
"""When the first run begins; a run "at hour n" begins n hours later."""

REACH_MIN = 720
"""How far back Bybit's candles are made to reach."""

REACHING = tuple(replace(row, reach_min=REACH_MIN if row.id == "bybit" else row.reach_min) for row in TABLE)

HOSTS = {"binance": "api.binance.com", "bybit": "api.bybit.com", "coinbaseexchange": "api.exchange.coinbase.com"}


def at(hour: float) -> datetime:
    """The minute in which the run at an hour begins."""
    return WEEK.replace(second=0) + timedelta(hours=hour)


@dataclass(slots=True)
class Setting:
    """A store, a replay, and followers of ATOM with a clock that stands still until it is set."""

    store: CandleStore
    replay: Replay
    clock: datetime = WEEK
    said: list[str] = field(default_factory=list)

    def follower(self, *venues: str, assets: tuple[str, ...] = ("ATOM",)) -> Follower:
        """A follower that was just started."""
        return Follower(
            self.store,
            Followed(assets, venues=venues),
            holder="process 7 on here",
            table=REACHING,
            access=Access(self.replay.url),
            now=lambda: self.clock,
            say=self.said.append,
        )

    def set_clock(self, hour: float) -> None:
        """Move the time to that of the run at an hour, here and at the venues."""
        self.clock = WEEK + timedelta(hours=hour)
        self.replay.now_ms = ms(self.clock)

    def log(self, kind: RunKind) -> pl.DataFrame:
        """The runs of a kind on record, oldest first."""
        return self.store.runs(10_000).filter(pl.col("kind") == kind.value).reverse()

    def candles(self, venue: str) -> list[tuple[object, ...]]:
        """The stored candles of ATOM on a venue: time and values."""
        frame = self.store.candles(["ATOM"], at(-1000), at(1000), venues=[venue])
        return list(frame.select("open_time", "open", "high", "low", "close", "volume").iter_rows())


def truth(made: Sequence[Bar], *spans: tuple[float, float]) -> list[tuple[object, ...]]:
    """Time and values of the bars in the spans, from hour to hour."""
    return [
        (datetime.fromtimestamp(bar.open_ms / 1000, UTC), *bar[1:])
        for bar in sorted(made)
        if any(ms(at(start)) <= bar.open_ms < ms(at(end)) for start, end in spans)
    ]


HOURS = (
    *(0, 1, 9, 10, 16, 20, 21, 29, 30, 40, 50, 51, 52, 60),
    *(84, 85, 86, 96, 99, 100, 103, 114, 125, 136, 147, 158, 168),
)
"""When the runs of the week are, never further apart than Bybit reaches but for outages and the pause."""

LAST = HOURS[-1]

BREAKING = {10: "binance", 30: "bybit", 100: "coinbaseexchange"}

MENDING = frozenset({16, 50, 103})


@dataclass(slots=True)
class Week:
    """A week of three venues: what they really had. Of Coinbase one candle comes late, and one is changed."""

    binance: list[Bar] = field(default_factory=lambda: bars(at(-1), (LAST + 2) * 60, level=3))
    bybit: list[Bar] = field(default_factory=lambda: bars(at(-1), (LAST + 2) * 60, level=4))
    coinbase: list[Bar] = field(
        default_factory=lambda: bars(at(-1), (LAST + 2) * 60, level=5, quiet=range(0, (LAST + 2) * 60, 7))
    )

    async def live(self, store: CandleStore) -> Setting:
        """The runs of the week, one after the other."""
        # 20:05 and 20:06 of the first day, ten minutes before the run at hour 20.
        late, changed = self.coinbase[1250:1252]
        first_seen = changed._replace(volume=changed.volume + 1)
        made = {
            "binance": {"ATOM/USDT": self.binance},
            "bybit": {"ATOM/USDT": self.bybit},
            "coinbaseexchange": {"ATOM/USD": [*self.coinbase[:1250], first_seen, *self.coinbase[1252:]]},
        }
        async with Replay(made, now_ms=ms(WEEK)) as replay:
            setting = Setting(store, replay)
            reach = Fault(HOSTS["bybit"], rows=lambda rows: [row for row in rows if int(str(row[0])) >= edge_ms])
            replay.faults = [reach]
            for hour in HOURS:
                setting.set_clock(hour)
                edge_ms = ms(at(hour) - REACH_MIN * MINUTE)
                if hour in BREAKING:
                    replay.faults = [down(HOSTS[BREAKING[hour]]), reach]
                if hour in MENDING:
                    replay.faults = [reach]
                if hour == 21:
                    made["coinbaseexchange"]["ATOM/USD"][1250:1251] = [late, changed]
                if hour == 52:
                    replay.requests.clear()
                if hour in {0, 84}:
                    follower = setting.follower(*made)
                await follower.collect_newest()
                await follower.ask_again()
                await follower.tidy()
            return setting


def test_a_week_with_outages_is_stored_whole_but_for_what_venues_no_longer_had(tmp_path: Path) -> None:
    """A week of runs, with outages of venues, a day's pause, a late and a changed candle: candles and coverage.

    Binance fails from hour 10 to 16, Coinbase from 100 to 103: made up for. Bybit, whose candles reach 12 hours back,
    fails from hour 30 to 50, so that 9 hours of it are gone (29 to 38), and of the follower's pause from hour 60 to 84
    another 12 (60 to 72). That, and no more, is not covered.
    """
    week = Week()
    setting = asyncio.run(week.live(CandleStore(str(tmp_path / "lake"))))
    assert setting.candles("binance") == truth(week.binance, (-1, LAST))
    assert setting.candles("bybit") == truth(week.bybit, (-1, 29), (38, 60), (72, LAST))
    assert setting.candles("coinbaseexchange") == truth([bar for bar in week.coinbase if bar.volume], (-1, LAST))
    covered = setting.store.covered(["ATOM"], at(-1000), at(1000))
    assert list(covered.iter_rows()) == [
        ("binance", "ATOM/USDT", at(-1), at(LAST)),
        ("bybit", "ATOM/USDT", at(-1), at(29)),
        ("bybit", "ATOM/USDT", at(38), at(60)),
        ("bybit", "ATOM/USDT", at(72), at(LAST)),
        ("coinbaseexchange", "ATOM/USD", at(-1), at(LAST)),
    ]
    wanting = setting.store.wanting()
    assert set(wanting["venue"]) == {"bybit"}
    gone = {(at(29), at(38), "history-too-short"), (at(60), at(72), "history-too-short")}
    assert gone <= set(wanting.select("start", "end", "outcome").iter_rows())

    newest = setting.log(RunKind.NEWEST)
    failing = {10, 30, 40, 50, 51, 84, 85, 100}
    assert newest["began_at"].to_list() == [WEEK + timedelta(hours=hour) for hour in HOURS]
    assert newest["outcome"].to_list() == ["could not have everything" if hour in failing else "done" for hour in HOURS]
    assert newest["start"].to_list() == [at(-1)] * (len(HOURS) - 1) + [at(0)]
    again = setting.log(RunKind.AGAIN)
    # Only where a run was an hour before: candles that come after a longer time are old enough.
    assert again["end"].to_list() == [at(hour - 0.25) for hour in (1, 10, 21, 30, 51, 52, 85, 86, 100)]
    assert again.filter(pl.col("new") + pl.col("revised") > 0).select("end", "new", "revised").rows() == [
        (at(20.75), 1, 1)
    ]
    assert setting.log(RunKind.TIDY)["outcome"].to_list() == ["done"] * 8
    asked = [int(request.query["start"]) for request in setting.replay.candle_requests("bybit")]
    assert ms(at(29)) not in asked


def alive(tmp_path: Path, made: Sequence[Bar], *faults: Fault) -> "Living":
    """Binance with these bars of ATOM/USDT, and a store."""
    return Living(tmp_path, list(made), faults)


class Living:
    """A `Setting` with its replay running; an async context manager."""

    def __init__(self, tmp_path: Path, made: list[Bar], faults: tuple[Fault, ...]) -> None:
        self._store = CandleStore(str(tmp_path / "lake"))
        self._replay = Replay({"binance": {"ATOM/USDT": made}}, now_ms=ms(WEEK), faults=faults)
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Setting:
        await self._stack.enter_async_context(self._replay)
        return Setting(self._store, self._replay)

    async def __aexit__(self, *error: object) -> None:
        await self._stack.aclose()


def test_the_first_run_looks_back_an_hour(tmp_path: Path) -> None:
    """On an empty store the window is the hour before, and the log says window, counts, outcome and holder."""

    async def live() -> Setting:
        async with alive(tmp_path, bars(at(-9), 600)) as setting:
            assert await setting.follower("binance").collect_newest() is RunOutcome.DONE
            return setting

    setting = asyncio.run(live())
    row = setting.log(RunKind.NEWEST).row(0, named=True)
    assert row == {
        "kind": "follow",
        "began_at": WEEK,
        "ended_at": WEEK,
        "start": at(-1),
        "end": at(0),
        "outcome": "done",
        "candles": 60,
        "new": 60,
        "revised": 0,
        "message": "",
        "holder": "process 7 on here",
    }
    assert setting.said == ["2026-11-02 00:15:30Z follow: done, 60 candles, 60 new, 0 revised"]


def test_a_pause_is_made_up_for_up_to_a_week(tmp_path: Path) -> None:
    """After nine days without a run the next one begins seven days before, and the two days between stay open."""

    async def live() -> Setting:
        async with alive(tmp_path, bars(at(-1), 11 * 1440)) as setting:
            await setting.follower("binance").collect_newest()
            setting.set_clock(9 * 24)
            await setting.follower("binance").collect_newest()
            return setting

    setting = asyncio.run(live())
    assert timedelta(days=7) == CATCH_UP
    spans = setting.store.covered(["ATOM"], at(-1000), at(1000)).select("start", "end").rows()
    assert spans == [(at(-1), at(0)), (at(48), at(216))]


def test_an_hour_is_asked_again_once(tmp_path: Path) -> None:
    """An hour is asked again when it has been over for ten minutes, and not twice, whoever comes later."""

    async def live() -> Setting:
        async with alive(tmp_path, bars(at(-9), 1000)) as setting:
            follower = setting.follower("binance")
            assert await follower.ask_again() is None  # nothing was followed yet
            await follower.collect_newest()
            assert await follower.ask_again() is None  # at 00:15 the hour to 24:00 came late enough
            setting.set_clock(0.9)  # 01:09
            await follower.collect_newest()
            assert await follower.ask_again() is None  # 00:00 to 01:00 is over for nine minutes
            setting.set_clock(0.9 + 1 / 60)
            assert await follower.ask_again() is RunOutcome.DONE
            assert await setting.follower("binance").ask_again() is None
            setting.set_clock(1.5)
            assert await setting.follower("binance").ask_again() is None
            return setting

    setting = asyncio.run(live())
    windows = setting.log(RunKind.AGAIN).select("start", "end").rows()
    assert windows == [(at(-0.25), at(0.75))]


def test_what_comes_after_a_pause_is_not_asked_twice(tmp_path: Path) -> None:
    """Where no run was in the last hour, its candles were collected late enough, and are not asked again."""

    async def live() -> None:
        async with alive(tmp_path, bars(at(-9), 1000)) as setting:
            await setting.follower("binance").collect_newest()
            setting.set_clock(5)
            await setting.follower("binance").collect_newest()
            assert await setting.follower("binance").ask_again() is None

    asyncio.run(live())


def test_a_venue_that_is_late_has_not_lost_its_history(tmp_path: Path) -> None:
    """An answer without candles to young minutes is asked again by the next run, and settled only for older ones."""
    made = bars(at(-1), 600)
    silent = Fault("/klines", rows=lambda _: [])

    async def live() -> list[tuple[object, ...]]:
        async with alive(tmp_path, made, silent) as setting:
            follower = setting.follower("binance")
            await follower.collect_newest()
            setting.set_clock(0.5)
            assert await follower.collect_newest() is RunOutcome.NOT_EVERYTHING
            setting.replay.faults = []
            setting.set_clock(1)
            assert await follower.collect_newest() is RunOutcome.DONE
            return setting.candles("binance")

    # The first run asked for -1 to 0, the second for -1 to 0.5: of that only the half hour from -1 was an hour old.
    assert asyncio.run(live()) == truth(made, (-0.5, 1))


def test_one_run_at_a_time(tmp_path: Path) -> None:
    """A run that begins while another goes on waits for it, and begins when that has ended."""
    held = Fault("/klines", times=1, held=asyncio.Event(), waiting=asyncio.Event())

    async def live() -> Setting:
        async with alive(tmp_path, bars(at(-1), 60), held) as setting:
            assert held.held is not None
            assert held.waiting is not None
            follower = setting.follower("binance")
            async with asyncio.TaskGroup() as group:
                group.create_task(follower.collect_newest())
                await held.waiting.wait()
                tidying = group.create_task(follower.tidy())
                await asyncio.to_thread(lambda: None)
                assert not tidying.done()
                assert setting.store.runs().is_empty()
                setting.clock += timedelta(seconds=9)
                held.held.set()
            return setting

    setting = asyncio.run(live())
    later = WEEK + timedelta(seconds=9)
    ran = setting.store.runs().sort("began_at").select("kind", "began_at", "ended_at").rows()
    assert ran == [("follow", WEEK, later), ("maintenance", later, later)]


def test_a_run_that_is_cancelled_is_logged_as_stopped(tmp_path: Path) -> None:
    """What came before the end is stored, the run is on record as stopped, and the next run gets the rest."""
    made = bars(at(-1), 1440 * 3)
    held = Fault("/klines", after=2, times=1, held=asyncio.Event(), waiting=asyncio.Event())

    async def live() -> Setting:
        async with alive(tmp_path, made) as setting:
            assert held.held is not None
            assert held.waiting is not None
            follower = setting.follower("binance")
            await follower.collect_newest()
            setting.replay.faults = [held]
            setting.set_clock(70)
            run = asyncio.create_task(follower.collect_newest())
            await held.waiting.wait()
            run.cancel()
            with pytest.raises(asyncio.CancelledError):
                await run
            held.held.set()
            assert setting.candles("binance") == truth(made, (-1, 2000 / 60))
            assert setting.log(RunKind.NEWEST)["outcome"].to_list() == ["done", "stopped"]
            await setting.follower("binance").collect_newest()
            return setting

    setting = asyncio.run(live())
    assert setting.candles("binance") == truth(made, (-1, 70))


class BusyStore(CandleStore):
    """A store that takes no candle, and, if told so, no row of the log."""

    log_busy = False

    def write_fetched(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Take nothing."""
        message = f"busy, {rows.height} rows lost"
        raise StoreBusy(message)

    def log_run(self, *args: object, **kwargs: object) -> None:
        """As told."""
        if self.log_busy:
            message = "busy, no log"
            raise StoreBusy(message)
        super().log_run(*args, **kwargs)  # type: ignore[arg-type] # passed on as it came


@pytest.mark.parametrize("log_busy", [False, True])
def test_a_run_that_fails_is_logged_and_said(tmp_path: Path, *, log_busy: bool) -> None:
    """An error of the store ends the run and not the follower; where not even the log can be had it is said aloud."""

    async def live() -> Setting:
        async with alive(tmp_path, bars(at(-1), 60)) as setting:
            store = BusyStore(str(tmp_path / "lake"))
            store.log_busy = log_busy
            setting.store = store
            assert await setting.follower("binance").collect_newest() is RunOutcome.FAILED
            return setting

    setting = asyncio.run(live())
    logged = setting.store.runs().select("outcome", "message", "start", "end").rows()
    assert logged == ([] if log_busy else [("failed", "busy, 60 rows lost", at(-1), at(0))])
    said = ["2026-11-02 00:15:30Z follow: failed, busy, 60 rows lost"]
    assert setting.said == ([*said, "the log of runs lacks this one: busy, no log"] if log_busy else said)


def test_a_request_that_makes_no_sense_ends_the_follower(tmp_path: Path) -> None:
    """An unknown venue will be unknown in the next run too, so the error passes, after it was logged."""

    async def live() -> Setting:
        async with alive(tmp_path, []) as setting:
            with pytest.raises(UsageError, match="mtgox"):
                await setting.follower("mtgox").collect_newest()
            return setting

    assert asyncio.run(live()).log(RunKind.NEWEST)["outcome"].to_list() == ["failed"]


def test_the_log_says_what_could_not_be_had(tmp_path: Path) -> None:
    """The message names the venue, how many of its markets, one of them and the reason."""

    async def live() -> Setting:
        async with alive(tmp_path, bars(at(-1), 60), refusing("/klines")) as setting:
            assert await setting.follower("binance").collect_newest() is RunOutcome.NOT_EVERYTHING
            return setting

    message = asyncio.run(live()).log(RunKind.NEWEST)["message"][0]
    assert message.startswith("binance, 1 market, as ATOM/USDT: 60 of 60 minutes not had: ")


def test_the_store_is_tidied_once_a_day(tmp_path: Path) -> None:
    """The upkeep runs once on each day in UTC, also after a restart, and says what it did."""

    async def live() -> Setting:
        async with alive(tmp_path, bars(at(-1), 60)) as setting:
            await setting.follower("binance").collect_newest()
            outcomes = []
            for hour in (0, 1, 23.7, 23.8):
                setting.set_clock(hour)
                outcomes.append(await setting.follower("binance").tidy())
            assert outcomes == [RunOutcome.DONE, None, None, RunOutcome.DONE]
            return setting

    messages = asyncio.run(live()).log(RunKind.TIDY)["message"]
    assert all(" files became " in message for message in messages)


def test_a_run_left_out_is_on_record(tmp_path: Path) -> None:
    """A run that was left out has a row of its own, without a window."""

    async def live() -> Setting:
        async with alive(tmp_path, []) as setting:
            await setting.follower("binance").note_skipped(RunKind.NEWEST)
            return setting

    rows = asyncio.run(live()).log(RunKind.NEWEST).select("outcome", "message", "start").rows()
    assert rows == [("skipped", "left out: the run before still goes on", None)]
