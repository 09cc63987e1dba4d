"""Candles of a second and of five minutes, from request to store, and the lowest trade of bars built from trades."""

import asyncio
import signal
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

import polars as pl
import pytest

from cli.collect_summary import format_summary
from collectors.collect import build_windows
from collectors.http import ccxt_exchange
from collectors.request import CollectRequest
from collectors.routes import trades
from data.errors import StoreBusy, UsageError
from data.schema import LOW_TRADE, Outcome, Timeframe
from data.store import CandleStore
from data.tables.coverage import CoverageTable
from data.tables.lowest_trades import LowTradeTable
from tests.collectors.replay_setup import (
    EPOCH,
    FAST_VENUES,
    NOW,
    SPOT_OHLCV_VENUES,
    START,
    ReplayRun,
    build_evening,
    open_store,
    to_ms,
)
from tests.collectors.test_kill import KillingFault, run_killed_collection
from tests.replay.archives import ArchiveSite, build_binance_files, build_bybit_files
from tests.replay.faults import return_outage
from tests.replay.market import Bar, PublicTrade

TEN_MINUTES = timedelta(minutes=10)
SECONDS_REQUEST = CollectRequest(("ATOM",), START, START + TEN_MINUTES, timeframe=Timeframe.S1)
CANDLE_COLUMNS = ("open_time", "open", "high", "low", "close", "volume")


def build_seconds(level: float = 3.0, *, quiet: Collection[int] = range(3, 720, 5)) -> list[Bar]:
    """Twelve minutes of 1-second bars from a minute before the window on; ``quiet`` ones are flat, without volume."""
    built = []
    for number in range(720):
        open_ms, price = to_ms(START) - 60_000 + 1000 * number, level + (number * 7919 % 1000) / 1000
        if number in quiet:
            built.append(Bar(open_ms, price, price, price, price, 0.0))
        else:
            built.append(Bar(open_ms, price, price + 0.5, price - 0.25, price + 0.125, 2.0 + number % 13))
    return built


def build_trades(market_bars: list[Bar]) -> list[PublicTrade]:
    """Four trades in each second with a volume, a quarter of a second apart: open, high, low, close."""
    printed = [
        ((bar.open_ms + 250 * part) * 1_000_000, repr(price), repr(bar.volume / 4))
        for bar in market_bars
        if bar.volume
        for part, price in enumerate(bar[1:5])
    ]
    return [PublicTrade(time_ns, price, amount, number) for number, (time_ns, price, amount) in enumerate(printed, 1)]


def get_open_time(bar: Bar) -> datetime:
    """When the bar opens."""
    return EPOCH + timedelta(milliseconds=bar.open_ms)


def list_expected(market_bars: list[Bar], *, traded_only: bool = False) -> list[tuple[object, ...]]:
    """The seconds of the window, or those with a trade."""
    selected = (
        bar
        for bar in market_bars
        if START <= get_open_time(bar) < START + TEN_MINUTES and (bar.volume or not traded_only)
    )
    return [(get_open_time(bar), *bar[1:]) for bar in selected]


def read_stored(
    run: ReplayRun[CandleStore], venue: str, symbol: str, timeframe: Timeframe = Timeframe.S1
) -> list[tuple[object, ...]]:
    """The stored candles of a market and length, from a day before the window to a day after."""
    day = timedelta(days=1)
    frame = run.store.read_candles(["ATOM"], START - day, START + day, venues=[venue], timeframe=timeframe)
    return list(frame.filter(symbol=symbol).select(CANDLE_COLUMNS).iter_rows())


def read_covered_spans(run: ReplayRun[CandleStore], timeframe: Timeframe) -> list[tuple[datetime, datetime]]:
    """The complete spans of ATOM."""
    return list(
        run.store.read_covered_spans(["ATOM"], START, START + TEN_MINUTES, timeframe=timeframe)
        .select("start", "end")
        .rows()
    )


def build_run(tmp_path: Path, venue: str, symbol: str) -> tuple[ReplayRun[CandleStore], list[Bar]]:
    """An empty store, and a venue with one market of seconds; Kraken has their trades too."""
    market_bars = build_seconds()
    run = ReplayRun(open_store(tmp_path), {venue: {symbol: market_bars}})
    if venue == "kraken":
        run.trades = {venue: {symbol: build_trades(market_bars)}}
    return run, market_bars


def test_seconds_of_binance_equal_the_truth(tmp_path: Path) -> None:
    """Ten minutes of klines are stored second by second, from pages that count seconds, and as no other timeframe."""
    run, market_bars = build_run(tmp_path, "binance", "ATOM/USDT")
    table = [replace(row, page_min=250) for row in SPOT_OHLCV_VENUES]
    summary, replay = run.collect(request=SECONDS_REQUEST, table=table)
    assert summary.failed == ()
    assert read_stored(run, "binance", "ATOM/USDT") == list_expected(market_bars)
    assert len(list_expected(market_bars)) == 600
    parameters = [(request.query["interval"], request.query["limit"]) for request in replay.list_candle_requests()]
    assert parameters == [("1s", "250"), ("1s", "250"), ("1s", "100")]
    assert replay.unknown_parameters == set()
    assert read_covered_spans(run, Timeframe.S1) == [(START, START + TEN_MINUTES)]
    assert read_covered_spans(run, Timeframe.M1) == []
    assert read_stored(run, "binance", "ATOM/USDT", Timeframe.M1) == []


def test_seconds_of_the_archive_of_binance_equal_the_truth(tmp_path: Path) -> None:
    """Seconds come from the daily file, and those that it lacks from klines."""
    run, market_bars = build_run(tmp_path, "binance", "ATOM/USDT")
    archived_bars = market_bars[: 60 + 300]
    run.sites = {"data.binance.vision": ArchiveSite(build_binance_files("ATOM/USDT", archived_bars, "1s", 1000))}
    summary, replay = run.collect(request=SECONDS_REQUEST, table=FAST_VENUES)
    assert summary.failed == ()
    assert read_stored(run, "binance", "ATOM/USDT") == list_expected(market_bars)
    assert [request.query["startTime"] for request in replay.list_candle_requests()] == [str(to_ms(START) + 300_000)]
    assert any("/1s/ATOMUSDT-1s-2025-10-10.zip" in request.path for request in replay.requests)


def test_seconds_of_kraken_are_made_of_trades(tmp_path: Path) -> None:
    """Candles of seconds are built from trades; a second without a trade has none, and is covered."""
    run, market_bars = build_run(tmp_path, "kraken", "ATOM/USD")
    summary, replay = run.collect(request=SECONDS_REQUEST, table=FAST_VENUES)
    assert summary.failed == ()
    assert read_stored(run, "kraken", "ATOM/USD") == list_expected(market_bars, traded_only=True)
    assert read_covered_spans(run, Timeframe.S1) == [(START, START + TEN_MINUTES)]
    assert {request.path for request in replay.list_candle_requests()} == {"/0/public/Trades"}


def test_seconds_of_upbit_leave_quiet_ones_out(tmp_path: Path) -> None:
    """Upbit's seconds are requested at a path of their own; quiet ones are omitted."""
    begin = NOW.replace(second=0) - TEN_MINUTES - timedelta(minutes=2)
    later_ms = to_ms(begin) - to_ms(START)
    market_bars = [bar._replace(open_ms=bar.open_ms + later_ms) for bar in build_seconds()]
    run = ReplayRun(open_store(tmp_path), {"upbit": {"ATOM/USDT": market_bars}})
    end = begin + timedelta(minutes=9)
    summary, replay = run.collect(request=replace(SECONDS_REQUEST, start=begin, end=end))
    assert summary.failed == ()
    read = run.store.read_candles(["ATOM"], begin, NOW, timeframe=Timeframe.S1)
    expected_bars = [bar for bar in market_bars if begin <= get_open_time(bar) < end and bar.volume]
    assert list(read.select(CANDLE_COLUMNS).iter_rows()) == [(get_open_time(bar), *bar[1:]) for bar in expected_bars]
    assert {request.path for request in replay.list_candle_requests()} == {"/v1/candles/seconds"}


def list_expected_lows(
    venue: str, symbol: str, market_bars: list[Bar], timeframe: str = "1s"
) -> list[tuple[object, ...]]:
    """The third trade of each second is its lowest, half a second after it opens; ids count all trades from 1."""
    half = timedelta(milliseconds=500)
    traded = [(bar, 4 * n + 3) for n, bar in enumerate(bar for bar in market_bars if bar.volume)]
    return [
        (venue, symbol, timeframe, get_open_time(bar), get_open_time(bar) + half, bar.low, bar.volume / 4, str(number))
        for bar, number in traded
        if START <= get_open_time(bar) < START + TEN_MINUTES
    ]


def read_lows(run: ReplayRun[CandleStore], timeframe: Timeframe) -> list[tuple[object, ...]]:
    """The stored lowest trades, without source and time of the request."""
    frame = run.store.read_low_trades(["ATOM"], START - TEN_MINUTES, START + 2 * TEN_MINUTES, timeframe=timeframe)
    return list(frame.select([*LOW_TRADE][:8]).iter_rows())


def test_the_lowest_trade_of_each_second_is_kept(tmp_path: Path) -> None:
    """The lowest trade of each second is stored from Kraken's trades and from Bybit's archive."""
    run, market_bars = build_run(tmp_path, "kraken", "ATOM/USD")
    run.collect(request=SECONDS_REQUEST, table=FAST_VENUES)
    assert read_lows(run, Timeframe.S1) == list_expected_lows("kraken", "ATOM/USD", market_bars)
    assert read_lows(run, Timeframe.M1) == []
    archived, market_bars = build_run(tmp_path / "bybit", "bybit", "ATOM/USDT")
    archived.sites = {"public.bybit.com": ArchiveSite(build_bybit_files("ATOM/USDT", build_trades(market_bars)))}
    summary, replay = archived.collect(request=SECONDS_REQUEST, table=FAST_VENUES)
    assert summary.failed == ()
    assert replay.list_candle_requests() == []
    assert read_stored(archived, "bybit", "ATOM/USDT") == list_expected(market_bars, traded_only=True)
    assert read_lows(archived, Timeframe.S1) == list_expected_lows("bybit", "ATOM/USDT", market_bars)
    rows = archived.store.read_low_trades(["ATOM"], START, START + TEN_MINUTES, timeframe=Timeframe.S1)
    assert rows["source"].str.contains("/public.bybit.com/ATOMUSDT_2025-10-10.csv.gz sha256:", literal=True).all()
    assert rows["fetched_at"].unique().to_list() == [NOW]


def test_minutes_made_of_trades_keep_their_lowest_trade_too(tmp_path: Path) -> None:
    """The lowest trade of each minute is stored, the first of several at that price; other candles have none."""
    run, market_bars = build_run(tmp_path, "kraken", "ATOM/USD")
    run.collect(
        request=replace(SECONDS_REQUEST, timeframe=Timeframe.M1),
        table=FAST_VENUES,
    )
    lows = list_expected_lows("kraken", "ATOM/USD", market_bars, "1m")
    expected = []
    for minute in range(10):
        opened = START + timedelta(minutes=minute)
        inside = [row for row in lows if opened <= row[3] < opened + timedelta(minutes=1)]  # type: ignore[operator]
        lowest = min(inside, key=lambda row: (row[5], row[4]))
        expected.append((*lowest[:3], opened, *lowest[4:]))
    assert read_lows(run, Timeframe.M1) == expected
    other_run, _ = build_run(tmp_path / "binance", "binance", "ATOM/USDT")
    other_run.collect(request=SECONDS_REQUEST)
    assert read_lows(other_run, Timeframe.S1) == []


def test_a_second_run_of_seconds_goes_on_where_the_first_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A complete span may end inside a minute: the next run continues at that second, and every candle is stored."""
    for module in (ccxt_exchange, trades):
        monkeypatch.setattr(module, "TRADES_PER_PAGE", 100)
    monkeypatch.setattr(trades, "PAGES_PER_CHUNK", 1)
    run, market_bars = build_run(tmp_path, "kraken", "ATOM/USD")
    fails_after = replace(return_outage("Trades"), skip=5)
    summary, _ = run.collect(fails_after, request=SECONDS_REQUEST, table=FAST_VENUES)
    ((start, end),) = read_covered_spans(run, Timeframe.S1)
    assert (start, end.second != 0) == (START, True)
    assert [result.outcome for result in summary.failed] == [Outcome.PARTLY]
    _, replay = run.collect(request=SECONDS_REQUEST, table=FAST_VENUES)
    assert replay.list_candle_requests()[0].query["since"] == str(to_ms(end) * 1_000_000 - 1)
    assert read_stored(run, "kraken", "ATOM/USD") == list_expected(market_bars, traded_only=True)
    assert read_lows(run, Timeframe.S1) == list_expected_lows("kraken", "ATOM/USD", market_bars)
    summary, replay = run.collect(request=SECONDS_REQUEST, table=FAST_VENUES)
    assert (summary.candles, replay.list_candle_requests()) == (0, [])


def test_seconds_and_minutes_of_one_market_neither_mix_nor_cover_each_other(tmp_path: Path) -> None:
    """Minutes are requested though seconds are stored; reads return one timeframe, and each has its own coverage."""
    run, market_bars = build_run(tmp_path, "binance", "ATOM/USDT")
    run.collect(request=SECONDS_REQUEST)
    _, replay = run.collect(request=replace(SECONDS_REQUEST, timeframe=Timeframe.M1))
    assert [request.query["interval"] for request in replay.list_candle_requests()] == ["1m"]
    assert read_stored(run, "binance", "ATOM/USDT") == list_expected(market_bars)
    minutes = read_stored(run, "binance", "ATOM/USDT", Timeframe.M1)
    inside = list_expected(market_bars)
    assert (
        minutes
        == [
            (
                START + timedelta(minutes=n),
                inside[60 * n][1],
                max(row[2] for row in inside[60 * n : 60 * n + 60]),  # type: ignore[type-var]
                min(row[3] for row in inside[60 * n : 60 * n + 60]),  # type: ignore[type-var]
                inside[60 * n + 59][4],
                sum(row[5] for row in inside[60 * n : 60 * n + 60]),  # type: ignore[misc]
            )
            for n in range(10)
        ]
    )
    for timeframe in (Timeframe.S1, Timeframe.M1):
        _, replay = run.collect(request=replace(SECONDS_REQUEST, timeframe=timeframe))
        assert replay.list_candle_requests() == []
        assert read_covered_spans(run, timeframe) == [(START, START + TEN_MINUTES)]


class DyingLowTradeTable(LowTradeTable):
    """Lowest trades before whose write the process ends."""

    def write(self, rows: pl.DataFrame) -> int:
        """Store them, or die."""
        DyingStore.die("low trades")
        return super().write(rows)


class DyingCoverageTable(CoverageTable):
    """Coverage before whose write the process ends."""

    def write(self, coverage: pl.DataFrame) -> None:
        """Store it, or die."""
        DyingStore.die("coverage")
        super().write(coverage)


class DyingStore(CandleStore):
    """A store that ends the process, as it were, before one of its three writes."""

    dies_at: ClassVar[str] = ""

    def __init__(self, uri: str) -> None:
        super().__init__(uri)
        self.lowest_trades = DyingLowTradeTable(self.lowest_trades.table.uri)
        self.coverage = DyingCoverageTable(self.coverage.table.uri)

    @classmethod
    def die(cls, before: str) -> None:
        """Raise where this write is the one before which the process ends."""
        if cls.dies_at == before:
            raise StoreBusy(before)


@pytest.mark.parametrize("before", ["low trades", "coverage"])
def test_an_end_between_the_writes_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str) -> None:
    """Candles are written first and coverage last, so an interrupted write is repeated, and no low trade is alone."""
    run, market_bars = build_run(tmp_path, "kraken", "ATOM/USD")
    run.store = DyingStore(run.store.uri)
    monkeypatch.setattr(DyingStore, "dies_at", before)
    with pytest.raises(StoreBusy):
        run.collect(request=SECONDS_REQUEST, table=FAST_VENUES)
    assert read_stored(run, "kraken", "ATOM/USD") == list_expected(market_bars, traded_only=True)
    assert len(read_lows(run, Timeframe.S1)) == (0 if before == "low trades" else 480)
    assert read_covered_spans(run, Timeframe.S1) == []
    monkeypatch.setattr(DyingStore, "dies_at", "")
    summary, _ = run.collect(request=SECONDS_REQUEST, table=FAST_VENUES)
    assert summary.failed == ()
    assert read_stored(run, "kraken", "ATOM/USD") == list_expected(market_bars, traded_only=True)
    assert read_lows(run, Timeframe.S1) == list_expected_lows("kraken", "ATOM/USD", market_bars)
    assert read_covered_spans(run, Timeframe.S1) == [(START, START + TEN_MINUTES)]


def test_seconds_that_are_killed_are_all_there_in_the_end(tmp_path: Path) -> None:
    """After three kills each second and each lowest trade is stored once."""
    run, market_bars = build_run(tmp_path, "kraken", "ATOM/USD")

    async def collect_until_done() -> list[int]:
        fault = KillingFault("")
        async with run.start_replay(fault) as replay:
            kills = [await run_killed_collection(tmp_path, replay, run.store, fault, 6, "1s") for _ in range(3)]
            return [*kills, await run_killed_collection(tmp_path, replay, run.store, fault, 0, "1s")]

    assert asyncio.run(collect_until_done()) == [-signal.SIGKILL] * 3 + [0]
    assert read_stored(run, "kraken", "ATOM/USD") == list_expected(market_bars, traded_only=True)
    assert run.store.candles.read_holdings()["candles"].to_list() == [480]
    assert read_lows(run, Timeframe.S1) == list_expected_lows("kraken", "ATOM/USD", market_bars)
    assert read_covered_spans(run, Timeframe.S1) == [(START, START + TEN_MINUTES)]


def test_a_venue_without_seconds_is_not_asked(tmp_path: Path) -> None:
    """It is recorded once as not offered, under each asset, and is neither failed nor outstanding."""
    run, _ = build_run(tmp_path, "bitget", "ATOM/USDT")
    for _ in range(2):
        summary, replay = run.collect(request=SECONDS_REQUEST, table=FAST_VENUES)
        assert replay.requests == []
        assert summary.failed == ()
        results = [(result.symbol, result.outcome, result.message) for result in summary.results]
        venues_without = (Outcome.NOT_OFFERED, "bitget gives no 1s candles")
        assert results == [(f"{asset}/*", *venues_without) for asset in ("ATOM", "USDT", "USDC")]
    rows = run.store.coverage.read_rows(["ATOM"], START, START + TEN_MINUTES)
    assert rows.select("symbol", "timeframe", "outcome", "start", "end").rows() == [
        ("ATOM/*", "1s", "not-offered", START, START + TEN_MINUTES)
    ]
    assert run.store.coverage.read_outstanding().is_empty()
    assert format_summary(summary)[1:] == ["Not offered: bitget gives no 1s candles: ATOM, USDT, USDC"]
    assert {event.outcome for event in run.events} == {Outcome.NOT_OFFERED}
    _, replay = run.collect(request=replace(SECONDS_REQUEST, timeframe=Timeframe.M1))
    assert len(replay.list_candle_requests()) == 1


SYMBOLS = {"binance": "ATOM/USDT", "bybit": "ATOM/USDT", "okx": "ATOM/USDT", "coinbaseexchange": "ATOM/USD"}


@pytest.mark.parametrize("venue", SYMBOLS)
def test_five_minutes_are_asked_as_such(tmp_path: Path, venue: str) -> None:
    """Bars of five minutes are requested as such, only whole ones, and equal five 1-minute bars each."""
    market_bars = build_evening()
    run = ReplayRun(open_store(tmp_path), {venue: {SYMBOLS[venue]: market_bars}})
    start, end = START + timedelta(minutes=3), START + timedelta(minutes=41)
    request = replace(SECONDS_REQUEST, start=start, end=end, timeframe=Timeframe.M5)
    summary, replay = run.collect(request=request)
    assert summary.failed == ()
    assert summary.notes == ("edges rounded down to whole spans of 5 minutes: 2025-10-10 20:00Z to 2025-10-10 20:40Z",)
    first_index = next(n for n, bar in enumerate(market_bars) if get_open_time(bar) == START)
    fives = [market_bars[n : n + 5] for n in range(first_index, first_index + 40, 5)]
    assert read_stored(run, venue, SYMBOLS[venue], Timeframe.M5) == [
        (
            get_open_time(five[0]),
            five[0].open,
            max(bar.high for bar in five),
            min(bar.low for bar in five),
            five[4].close,
            sum(bar.volume for bar in five),
        )
        for five in fives
    ]
    assert replay.unknown_parameters == set()
    assert len(replay.list_candle_requests()) == 1


def test_a_window_without_a_whole_bar_makes_no_sense() -> None:
    """Three minutes have no bar of five minutes, and an unfinished bar is not requested."""
    short = replace(SECONDS_REQUEST, end=START + timedelta(minutes=3), timeframe=Timeframe.M5)
    with pytest.raises(UsageError, match="20:00Z to 2025-10-10 20:03Z holds no whole span of 5 minutes"):
        build_windows(short, NOW)
    young = replace(short, end=START + timedelta(minutes=20))
    (window,), notes = build_windows(young, START + timedelta(minutes=16, seconds=59))
    assert window == (START, START + timedelta(minutes=10))
    assert notes == ("minutes from 2025-10-10 20:10Z on are not final yet; collect them later",)
