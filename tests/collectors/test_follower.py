import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from collectors.follower import MAX_CATCH_UP, Follower, FollowTarget
from collectors.http.access import Access
from collectors.run_record import RunKind
from data.errors import StoreBusy, UsageError
from data.intervals import MINUTE
from data.schema import RunOutcome, Timeframe
from data.store import CandleStore
from data.tables.candles import CandleTable
from data.tables.runs import RunRecord, RunTable
from tests.collectors.replay_setup import SPOT_OHLCV_VENUES, build_bars, to_ms
from tests.replay.faults import Fault, refuse_location, return_outage
from tests.replay.market import Bar
from tests.replay.server import Replay

WEEK_START = datetime(2026, 11, 2, 0, 17, 30, tzinfo=UTC)
"""The time of the first run; a run "at hour n" is n hours later."""

REACH_MIN = 720
"""The reach of Bybit's candles in these tests."""

VENUES_WITH_REACH = tuple(
    replace(row, reach_min=REACH_MIN if row.id == "bybit" else row.reach_min) for row in SPOT_OHLCV_VENUES
)

HOSTS = {"binance": "api.binance.com", "bybit": "api.bybit.com", "coinbaseexchange": "api.exchange.coinbase.com"}


def get_time(hour: float) -> datetime:
    """The end of the last minute whose candle is final at the run at an hour: two minutes before it."""
    return WEEK_START.replace(second=0) + timedelta(hours=hour, minutes=-2)


@dataclass(slots=True)
class FollowerSetting:
    """A store, a replay, and followers of ATOM with a clock that is set by hand."""

    store: CandleStore
    replay: Replay
    clock: datetime = WEEK_START
    reports: list[str] = field(default_factory=list)

    def build_follower(self, *venues: str, assets: tuple[str, ...] = ("ATOM",)) -> Follower:
        """A new follower."""
        return Follower(
            self.store,
            FollowTarget(assets, venues=venues),
            holder="process 7 on here",
            table=VENUES_WITH_REACH,
            access=Access(self.replay.url),
            now=lambda: self.clock,
            report=self.reports.append,
        )

    def set_clock(self, hour: float) -> None:
        """Set the clock of the followers and of the venues to the run at an hour."""
        self.clock = WEEK_START + timedelta(hours=hour)
        self.replay.now_ms = to_ms(self.clock)

    def read_log(self, kind: RunKind) -> pl.DataFrame:
        """The logged runs of a kind, oldest first."""
        return self.store.runs.read_rows(10_000).filter(pl.col("kind") == kind.value).reverse()

    def read_values(self, venue: str) -> list[tuple[object, ...]]:
        """The stored candles of ATOM on a venue: time and values."""
        frame = self.store.read_candles(["ATOM"], get_time(-1000), get_time(1000), venues=[venue])
        return list(frame.select("open_time", "open", "high", "low", "close", "volume").iter_rows())


def list_expected(market_bars: Sequence[Bar], *spans: tuple[float, float]) -> list[tuple[object, ...]]:
    """Time and values of the bars in the spans, from hour to hour."""
    return [
        (datetime.fromtimestamp(bar.open_ms / 1000, UTC), *bar[1:])
        for bar in sorted(market_bars)
        if any(to_ms(get_time(start)) <= bar.open_ms < to_ms(get_time(end)) for start, end in spans)
    ]


HOURS = (
    *(0, 1, 9, 10, 16, 20, 21, 29, 30, 40, 50, 51, 52, 60),
    *(84, 85, 86, 96, 99, 100, 103, 114, 125, 136, 147, 158, 168),
)
"""The hours of the runs, never further apart than Bybit's reach but for outages and the pause."""

LAST_HOUR = HOURS[-1]

OUTAGE_STARTS = {10: "binance", 30: "bybit", 100: "coinbaseexchange"}

OUTAGE_ENDS = frozenset({16, 50, 103})


@dataclass(slots=True)
class WeekSimulation:
    """A week of bars of three venues. One candle of Coinbase is late, and one is changed later."""

    binance: list[Bar] = field(default_factory=lambda: build_bars(get_time(-1), (LAST_HOUR + 2) * 60, level=3))
    bybit: list[Bar] = field(default_factory=lambda: build_bars(get_time(-1), (LAST_HOUR + 2) * 60, level=4))
    coinbase: list[Bar] = field(
        default_factory=lambda: build_bars(
            get_time(-1), (LAST_HOUR + 2) * 60, level=5, quiet=range(7, (LAST_HOUR + 2) * 60, 7)
        )
    )

    async def simulate(self, store: CandleStore) -> FollowerSetting:
        """Run all runs of the week."""
        # 20:05 and 20:06 of the first day, ten minutes before the run at hour 20.
        late_bar, changed_bar = self.coinbase[1250:1252]
        first_seen_bar = changed_bar._replace(volume=changed_bar.volume + 1)
        markets = {
            "binance": {"ATOM/USDT": self.binance},
            "bybit": {"ATOM/USDT": self.bybit},
            "coinbaseexchange": {"ATOM/USD": [*self.coinbase[:1250], first_seen_bar, *self.coinbase[1252:]]},
        }
        async with Replay(markets, now_ms=to_ms(WEEK_START)) as replay:
            setting = FollowerSetting(store, replay)
            reach = Fault(HOSTS["bybit"], change_rows=lambda rows: [row for row in rows if int(str(row[0])) >= edge_ms])
            replay.faults = [reach]
            for hour in HOURS:
                setting.set_clock(hour)
                edge_ms = to_ms(get_time(hour) - REACH_MIN * MINUTE)
                if hour in OUTAGE_STARTS:
                    replay.faults = [return_outage(HOSTS[OUTAGE_STARTS[hour]]), reach]
                if hour in OUTAGE_ENDS:
                    replay.faults = [reach]
                if hour == 21:
                    markets["coinbaseexchange"]["ATOM/USD"][1250:1251] = [late_bar, changed_bar]
                if hour == 52:
                    replay.requests.clear()
                if hour in {0, 84}:
                    follower = setting.build_follower(*markets)
                await follower.collect_newest()
                await follower.recollect_hour()
                await follower.maintain_store()
            return setting


def test_a_week_with_outages_is_stored_whole_but_for_what_venues_no_longer_had(tmp_path: Path) -> None:
    """Candles and coverage after a week of runs with outages of venues, a day's pause, a late and a changed candle.

    Binance fails from hour 10 to 16, Coinbase from 100 to 103: made up for. Bybit, whose candles reach 12 hours back,
    fails from hour 30 to 50, so that 9 hours of it are gone (29 to 38), and of the follower's pause from hour 60 to 84
    another 12 (60 to 72). That, and no more, is not covered.
    """
    week = WeekSimulation()
    setting = asyncio.run(week.simulate(CandleStore(str(tmp_path / "lake"))))
    assert setting.read_values("binance") == list_expected(week.binance, (-1, LAST_HOUR))
    assert setting.read_values("bybit") == list_expected(week.bybit, (-1, 29), (38, 60), (72, LAST_HOUR))
    assert setting.read_values("coinbaseexchange") == list_expected(
        [bar for bar in week.coinbase if bar.volume], (-1, LAST_HOUR)
    )
    covered = setting.store.read_covered_spans(["ATOM"], get_time(-1000), get_time(1000))
    assert list(covered.iter_rows()) == [
        ("binance", "ATOM/USDT", get_time(-1), get_time(LAST_HOUR)),
        ("bybit", "ATOM/USDT", get_time(-1), get_time(29)),
        ("bybit", "ATOM/USDT", get_time(38), get_time(60)),
        ("bybit", "ATOM/USDT", get_time(72), get_time(LAST_HOUR)),
        ("coinbaseexchange", "ATOM/USD", get_time(-1), get_time(LAST_HOUR)),
    ]
    outstanding = setting.store.coverage.read_outstanding()
    assert set(outstanding["venue"]) == {"bybit"}
    lost = {(get_time(29), get_time(38), "history-too-short"), (get_time(60), get_time(72), "history-too-short")}
    assert lost <= set(outstanding.select("start", "end", "outcome").iter_rows())

    newest = setting.read_log(RunKind.NEWEST)
    failing = {10, 30, 40, 50, 51, 84, 85, 100}
    assert newest["began_at"].to_list() == [WEEK_START + timedelta(hours=hour) for hour in HOURS]
    assert newest["outcome"].to_list() == ["could not have everything" if hour in failing else "done" for hour in HOURS]
    assert newest["start"].to_list() == [get_time(-1)] * (len(HOURS) - 1) + [get_time(0)]
    recollections = setting.read_log(RunKind.RECOLLECT)
    # Only where a run was an hour before: candles that come after a longer time are old enough.
    assert recollections["end"].to_list() == [get_time(hour - 0.25) for hour in (1, 10, 21, 30, 51, 52, 85, 86, 100)]
    assert recollections.filter(pl.col("new") + pl.col("revised") > 0).select("end", "new", "revised").rows() == [
        (get_time(20.75), 1, 1)
    ]
    assert setting.read_log(RunKind.MAINTENANCE)["outcome"].to_list() == ["done"] * 8
    starts = [int(request.query["start"]) for request in setting.replay.list_candle_requests("bybit")]
    assert to_ms(get_time(29)) not in starts


def build_live_setting(tmp_path: Path, market_bars: Sequence[Bar], *faults: Fault) -> "LiveSetting":
    """Binance with these bars of ATOM/USDT, and a store."""
    return LiveSetting(tmp_path, list(market_bars), faults)


class LiveSetting:
    """A `FollowerSetting` with its replay running; an async context manager."""

    def __init__(self, tmp_path: Path, market_bars: list[Bar], faults: tuple[Fault, ...]) -> None:
        self._store = CandleStore(str(tmp_path / "lake"))
        self._replay = Replay({"binance": {"ATOM/USDT": market_bars}}, now_ms=to_ms(WEEK_START), faults=faults)
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> FollowerSetting:
        await self._stack.enter_async_context(self._replay)
        return FollowerSetting(self._store, self._replay)

    async def __aexit__(self, *error: object) -> None:
        await self._stack.aclose()


def test_the_first_run_looks_back_an_hour(tmp_path: Path) -> None:
    """On an empty store the window is the hour before, and the log has window, counts, outcome and holder."""

    async def run_scenario() -> FollowerSetting:
        async with build_live_setting(tmp_path, build_bars(get_time(-9), 600)) as setting:
            assert await setting.build_follower("binance").collect_newest() is RunOutcome.DONE
            return setting

    setting = asyncio.run(run_scenario())
    row = setting.read_log(RunKind.NEWEST).row(0, named=True)
    assert row == {
        "kind": "follow",
        "began_at": WEEK_START,
        "ended_at": WEEK_START,
        "start": get_time(-1),
        "end": get_time(0),
        "outcome": "done",
        "candles": 60,
        "new": 60,
        "revised": 0,
        "message": "",
        "holder": "process 7 on here",
    }
    assert setting.reports == ["2026-11-02 00:17:30Z follow: done, 60 candles, 60 new, 0 revised"]


def test_a_pause_is_made_up_for_up_to_a_week(tmp_path: Path) -> None:
    """After nine days without a run the next one begins seven days back, and two days stay missing."""

    async def run_scenario() -> FollowerSetting:
        async with build_live_setting(tmp_path, build_bars(get_time(-1), 11 * 1440)) as setting:
            await setting.build_follower("binance").collect_newest()
            setting.set_clock(9 * 24)
            await setting.build_follower("binance").collect_newest()
            return setting

    setting = asyncio.run(run_scenario())
    assert timedelta(days=7) == MAX_CATCH_UP
    spans = setting.store.read_covered_spans(["ATOM"], get_time(-1000), get_time(1000)).select("start", "end").rows()
    assert spans == [(get_time(-1), get_time(0)), (get_time(48), get_time(216))]


def test_an_hour_is_asked_again_once(tmp_path: Path) -> None:
    """An hour is requested again ten minutes after its end, and only once, also by another follower."""

    async def run_scenario() -> FollowerSetting:
        async with build_live_setting(tmp_path, build_bars(get_time(-9), 1000)) as setting:
            follower = setting.build_follower("binance")
            assert await follower.recollect_hour() is None  # nothing was followed yet
            await follower.collect_newest()
            assert await follower.recollect_hour() is None  # at 00:17 the hour to 24:00 came late enough
            setting.set_clock(52 / 60)  # 01:09
            await follower.collect_newest()
            assert await follower.recollect_hour() is None  # 00:00 to 01:00 is over for nine minutes
            setting.set_clock(53 / 60)
            assert await follower.recollect_hour() is RunOutcome.DONE
            assert await setting.build_follower("binance").recollect_hour() is None
            setting.set_clock(1.5)
            assert await setting.build_follower("binance").recollect_hour() is None
            return setting

    setting = asyncio.run(run_scenario())
    windows = setting.read_log(RunKind.RECOLLECT).select("start", "end").rows()
    assert windows == [(get_time(-0.25), get_time(0.75))]


def test_what_comes_after_a_pause_is_not_asked_twice(tmp_path: Path) -> None:
    """Where no run was in the last hour, its candles were collected after they settled, and are not requested again."""

    async def run_scenario() -> None:
        async with build_live_setting(tmp_path, build_bars(get_time(-9), 1000)) as setting:
            await setting.build_follower("binance").collect_newest()
            setting.set_clock(5)
            await setting.build_follower("binance").collect_newest()
            assert await setting.build_follower("binance").recollect_hour() is None

    asyncio.run(run_scenario())


def test_a_venue_that_is_late_has_not_lost_its_history(tmp_path: Path) -> None:
    """An empty response is final for minutes older than an hour; younger ones are requested again."""
    market_bars = build_bars(get_time(-1), 600)
    silent = Fault("/klines", change_rows=lambda _: [])

    async def run_scenario() -> list[tuple[object, ...]]:
        async with build_live_setting(tmp_path, market_bars, silent) as setting:
            follower = setting.build_follower("binance")
            await follower.collect_newest()
            setting.set_clock(0.5)
            assert await follower.collect_newest() is RunOutcome.INCOMPLETE
            setting.replay.faults = []
            setting.set_clock(1)
            assert await follower.collect_newest() is RunOutcome.DONE
            return setting.read_values("binance")

    # The first run asked for -1 to 0, the second for -1 to 0.5, each two minutes after the end: of that only the first
    # 32 minutes were an hour old.
    assert asyncio.run(run_scenario()) == list_expected(market_bars, (-1 + 32 / 60, 1))


def test_one_run_at_a_time(tmp_path: Path) -> None:
    """A run waits for another one under way, and begins after it."""
    hanging = Fault("/klines", times=1, release=asyncio.Event(), waiting=asyncio.Event())

    async def run_scenario() -> FollowerSetting:
        async with build_live_setting(tmp_path, build_bars(get_time(-1), 60), hanging) as setting:
            assert hanging.release is not None
            assert hanging.waiting is not None
            follower = setting.build_follower("binance")
            async with asyncio.TaskGroup() as group:
                group.create_task(follower.collect_newest())
                await hanging.waiting.wait()
                tidying = group.create_task(follower.maintain_store())
                await asyncio.to_thread(lambda: None)
                assert not tidying.done()
                assert setting.store.runs.read_rows().is_empty()
                setting.clock += timedelta(seconds=9)
                hanging.release.set()
            return setting

    setting = asyncio.run(run_scenario())
    later = WEEK_START + timedelta(seconds=9)
    run_kinds = setting.store.runs.read_rows().sort("began_at").select("kind", "began_at", "ended_at").rows()
    assert run_kinds == [("follow", WEEK_START, later), ("maintenance", later, later)]


def test_a_run_that_is_cancelled_is_logged_as_stopped(tmp_path: Path) -> None:
    """A cancelled run keeps its candles and is logged as stopped, and the next run collects the rest."""
    market_bars = build_bars(get_time(-1), 1440 * 3)
    hanging = Fault("/klines", skip=2, times=1, release=asyncio.Event(), waiting=asyncio.Event())

    async def run_scenario() -> FollowerSetting:
        async with build_live_setting(tmp_path, market_bars) as setting:
            assert hanging.release is not None
            assert hanging.waiting is not None
            follower = setting.build_follower("binance")
            await follower.collect_newest()
            setting.replay.faults = [hanging]
            setting.set_clock(70)
            run = asyncio.create_task(follower.collect_newest())
            await hanging.waiting.wait()
            run.cancel()
            with pytest.raises(asyncio.CancelledError):
                await run
            hanging.release.set()
            assert setting.read_values("binance") == list_expected(market_bars, (-1, 2000 / 60))
            assert setting.read_log(RunKind.NEWEST)["outcome"].to_list() == ["done", "stopped"]
            await setting.build_follower("binance").collect_newest()
            return setting

    setting = asyncio.run(run_scenario())
    assert setting.read_values("binance") == list_expected(market_bars, (-1, 70))


class BusyCandleTable(CandleTable):
    """A table that takes no candle."""

    def write(self, fetched: pl.DataFrame) -> pl.DataFrame:
        """Take nothing."""
        message = f"busy, {fetched.height} rows lost"
        raise StoreBusy(message)


class BusyRunTable(RunTable):
    """A log that takes no row."""

    def add(self, run: RunRecord) -> None:
        """Take nothing."""
        del run
        message = "busy, no log"
        raise StoreBusy(message)


class BusyCandleStore(CandleStore):
    """A store that takes no candle, and, with ``log_busy``, no row of the log."""

    def __init__(self, uri: str, *, log_busy: bool) -> None:
        super().__init__(uri)
        self.candles = BusyCandleTable(self.candles.tables[Timeframe.M1].uri)
        if log_busy:
            self.runs = BusyRunTable(self.runs.table.uri)


@pytest.mark.parametrize("log_busy", [False, True])
def test_a_run_that_fails_is_logged_and_said(tmp_path: Path, *, log_busy: bool) -> None:
    """An error of the store fails the run and is not raised; where the log fails too, that is reported."""

    async def run_scenario() -> FollowerSetting:
        async with build_live_setting(tmp_path, build_bars(get_time(-1), 60)) as setting:
            setting.store = BusyCandleStore(str(tmp_path / "lake"), log_busy=log_busy)
            assert await setting.build_follower("binance").collect_newest() is RunOutcome.FAILED
            return setting

    setting = asyncio.run(run_scenario())
    logged = setting.store.runs.read_rows().select("outcome", "message", "start", "end").rows()
    assert logged == ([] if log_busy else [("failed", "busy, 60 rows lost", get_time(-1), get_time(0))])
    expected_reports = ["2026-11-02 00:17:30Z follow: failed, busy, 60 rows lost"]
    assert setting.reports == (
        [*expected_reports, "the log of runs lacks this one: busy, no log"] if log_busy else expected_reports
    )


def test_a_request_that_makes_no_sense_ends_the_follower(tmp_path: Path) -> None:
    """An unknown venue is logged and raised, as the next run would fail too."""

    async def run_scenario() -> FollowerSetting:
        async with build_live_setting(tmp_path, []) as setting:
            with pytest.raises(UsageError, match="mtgox"):
                await setting.build_follower("mtgox").collect_newest()
            return setting

    assert asyncio.run(run_scenario()).read_log(RunKind.NEWEST)["outcome"].to_list() == ["failed"]


def test_the_log_says_what_could_not_be_had(tmp_path: Path) -> None:
    """The message has the venue, the number of its markets, one of them and the reason."""

    async def run_scenario() -> FollowerSetting:
        async with build_live_setting(tmp_path, build_bars(get_time(-1), 60), refuse_location("/klines")) as setting:
            assert await setting.build_follower("binance").collect_newest() is RunOutcome.INCOMPLETE
            return setting

    message = asyncio.run(run_scenario()).read_log(RunKind.NEWEST)["message"][0]
    assert message.startswith("binance, 1 market, as ATOM/USDT: 60 of 60 minutes missing: ")


def test_the_store_is_tidied_once_a_day(tmp_path: Path) -> None:
    """Maintenance runs once on each day in UTC, also after a restart, and logs what it did."""

    async def run_scenario() -> FollowerSetting:
        async with build_live_setting(tmp_path, build_bars(get_time(-1), 60)) as setting:
            await setting.build_follower("binance").collect_newest()
            outcomes = []
            for hour in (0, 1, 23.7, 23.8):
                setting.set_clock(hour)
                outcomes.append(await setting.build_follower("binance").maintain_store())
            assert outcomes == [RunOutcome.DONE, None, None, RunOutcome.DONE]
            return setting

    messages = asyncio.run(run_scenario()).read_log(RunKind.MAINTENANCE)["message"]
    assert all(" files became " in message for message in messages)


def test_a_run_left_out_is_on_record(tmp_path: Path) -> None:
    """A skipped run is logged without a window."""

    async def run_scenario() -> FollowerSetting:
        async with build_live_setting(tmp_path, []) as setting:
            await setting.build_follower("binance").log_skipped(RunKind.NEWEST)
            return setting

    rows = asyncio.run(run_scenario()).read_log(RunKind.NEWEST).select("outcome", "message", "start").rows()
    assert rows == [("skipped", "left out: the run before still goes on", None)]
