"""Candles of a second and of five minutes, from request to store, and the lowest trade behind each made bar."""

import asyncio
import signal
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

import polars as pl
import pytest

from collectors import exchange, trades
from collectors.display import closing_lines
from collectors.job import windows_of
from collectors.request import CollectRequest
from data.errors import StoreBusy, UsageError
from data.schema import LOW_TRADE, Outcome, Timeframe
from data.store import CandleStore
from tests.collectors.setting import EPOCH, HASTY, NOW, START, TABLE, Run, evening, ms
from tests.collectors.test_kill import Killing, collect_once
from tests.replay.archives import ArchiveSite, binance_files, bybit_files
from tests.replay.faults import down
from tests.replay.market import Bar, Trade
from tests.replay.server import Replay

TEN_MIN = timedelta(minutes=10)
SECONDS = CollectRequest(("ATOM",), START, START + TEN_MIN, timeframe=Timeframe.S1)
VALUES = ("open_time", "open", "high", "low", "close", "volume")


def seconds(level: float = 3.0, *, quiet: Collection[int] = range(3, 720, 5)) -> list[Bar]:
    """Twelve minutes of seconds from a minute before the window on; ``quiet`` ones are flat and without volume."""
    made = []
    for number in range(720):
        stamp, price = ms(START) - 60_000 + 1000 * number, level + (number * 7919 % 1000) / 1000
        if number in quiet:
            made.append(Bar(stamp, price, price, price, price, 0.0))
        else:
            made.append(Bar(stamp, price, price + 0.5, price - 0.25, price + 0.125, 2.0 + number % 13))
    return made


def prints(made: list[Bar]) -> list[Trade]:
    """Four trades in each second with a volume, a quarter of a second apart: open, high, low, close."""
    found = [
        ((bar.open_ms + 250 * part) * 1_000_000, repr(price), repr(bar.volume / 4))
        for bar in made
        if bar.volume
        for part, price in enumerate(bar[1:5])
    ]
    return [Trade(time_ns, price, amount, number) for number, (time_ns, price, amount) in enumerate(found, 1)]


def time_of(bar: Bar) -> datetime:
    """When the bar opens."""
    return EPOCH + timedelta(milliseconds=bar.open_ms)


def truth(made: list[Bar], *, traded: bool = False) -> list[tuple[object, ...]]:
    """The seconds of the window, or those with a trade."""
    wanted = (bar for bar in made if START <= time_of(bar) < START + TEN_MIN and (bar.volume or not traded))
    return [(time_of(bar), *bar[1:]) for bar in wanted]


def stored(run: Run, venue: str, symbol: str, timeframe: Timeframe = Timeframe.S1) -> list[tuple[object, ...]]:
    """The stored candles of a market and length, from a day before the window to a day after."""
    day = timedelta(days=1)
    frame = run.store.candles(["ATOM"], START - day, START + day, venues=[venue], timeframe=timeframe)
    return list(frame.filter(symbol=symbol).select(VALUES).iter_rows())


def covered(run: Run, timeframe: Timeframe) -> list[tuple[datetime, datetime]]:
    """The spans that came whole of ATOM."""
    return list(run.store.covered(["ATOM"], START, START + TEN_MIN, timeframe=timeframe).select("start", "end").rows())


def run_of(tmp_path: Path, venue: str, symbol: str) -> tuple[Run, list[Bar]]:
    """An empty store, and a venue with one market of seconds."""
    made = seconds()
    return Run(CandleStore(str(tmp_path / "lake")), {venue: {symbol: made}}), made


def kraken_prints(made: list[Bar]) -> dict[str, dict[str, list[Trade]]]:
    """The public trades of Kraken's one market."""
    return {"kraken": {"ATOM/USD": prints(made)}}


def test_seconds_of_binance_equal_the_truth(tmp_path: Path) -> None:
    """Ten minutes of klines come second by second, in pages that count seconds, quiet ones flat, no other length."""
    run, made = run_of(tmp_path, "binance", "ATOM/USDT")
    table = [replace(row, page_min=250) for row in TABLE]
    summary, replay = run.collect(request=SECONDS, table=table)
    assert summary.failed == ()
    assert stored(run, "binance", "ATOM/USDT") == truth(made)
    assert len(truth(made)) == 600
    asked = [(request.query["interval"], request.query["limit"]) for request in replay.candle_requests()]
    assert asked == [("1s", "250"), ("1s", "250"), ("1s", "100")]
    assert replay.unknown == set()
    assert covered(run, Timeframe.S1) == [(START, START + TEN_MIN)]
    assert covered(run, Timeframe.M1) == []
    assert stored(run, "binance", "ATOM/USDT", Timeframe.M1) == []


def test_seconds_of_the_archive_of_binance_equal_the_truth(tmp_path: Path) -> None:
    """The daily file of seconds gives the same candles as the klines do; what it does not hold is asked of them."""
    run, made = run_of(tmp_path, "binance", "ATOM/USDT")
    first = made[: 60 + 300]
    site = ArchiveSite(binance_files("ATOM/USDT", first, "1s", 1000))
    summary, replay = run.collect(request=SECONDS, table=HASTY, sites={"data.binance.vision": site})
    assert summary.failed == ()
    assert stored(run, "binance", "ATOM/USDT") == truth(made)
    assert [request.query["startTime"] for request in replay.candle_requests()] == [str(ms(START) + 300_000)]
    assert any("/1s/ATOMUSDT-1s-2025-10-10.zip" in request.path for request in replay.requests)


def test_seconds_of_kraken_are_made_of_trades(tmp_path: Path) -> None:
    """Ten minutes of trades become candles of seconds; a second without a trade has none, and is quiet."""
    run, made = run_of(tmp_path, "kraken", "ATOM/USD")
    summary, replay = run.collect(request=SECONDS, table=HASTY, trades=kraken_prints(made))
    assert summary.failed == ()
    assert stored(run, "kraken", "ATOM/USD") == truth(made, traded=True)
    assert covered(run, Timeframe.S1) == [(START, START + TEN_MIN)]
    assert {request.path for request in replay.candle_requests()} == {"/0/public/Trades"}


def test_seconds_of_upbit_leave_quiet_ones_out(tmp_path: Path) -> None:
    """Upbit's seconds have a path of their own, and reach back 90 days."""
    begin = NOW.replace(second=0) - TEN_MIN
    later_ms = ms(begin) - ms(START)
    made = [bar._replace(open_ms=bar.open_ms + later_ms) for bar in seconds()]
    run = Run(CandleStore(str(tmp_path / "lake")), {"upbit": {"ATOM/USDT": made}})
    end = begin + timedelta(minutes=9)
    summary, replay = run.collect(request=replace(SECONDS, start=begin, end=end))
    assert summary.failed == ()
    read = run.store.candles(["ATOM"], begin, NOW, timeframe=Timeframe.S1)
    wanted = [bar for bar in made if begin <= time_of(bar) < end and bar.volume]
    assert list(read.select(VALUES).iter_rows()) == [(time_of(bar), *bar[1:]) for bar in wanted]
    assert {request.path for request in replay.candle_requests()} == {"/v1/candles/seconds"}


def lows_by_hand(venue: str, symbol: str, made: list[Bar], timeframe: str = "1s") -> list[tuple[object, ...]]:
    """Each second's third trade is its lowest, half a second after it opened; ids count all trades from 1."""
    half = timedelta(milliseconds=500)
    traded = [(bar, 4 * n + 3) for n, bar in enumerate(bar for bar in made if bar.volume)]
    return [
        (venue, symbol, timeframe, time_of(bar), time_of(bar) + half, bar.low, bar.volume / 4, str(number))
        for bar, number in traded
        if START <= time_of(bar) < START + TEN_MIN
    ]


def low_rows(run: Run, timeframe: Timeframe) -> list[tuple[object, ...]]:
    """The stored lowest trades, without where they came from and when."""
    frame = run.store.low_trades(["ATOM"], START - TEN_MIN, START + 2 * TEN_MIN, timeframe=timeframe)
    return list(frame.select([*LOW_TRADE][:8]).iter_rows())


def test_the_lowest_trade_of_each_second_is_kept(tmp_path: Path) -> None:
    """Kraken's trades and those of Bybit's archive leave the lowest of each second beside its candle."""
    run, made = run_of(tmp_path, "kraken", "ATOM/USD")
    run.collect(request=SECONDS, table=HASTY, trades=kraken_prints(made))
    assert low_rows(run, Timeframe.S1) == lows_by_hand("kraken", "ATOM/USD", made)
    assert low_rows(run, Timeframe.M1) == []
    archived, made = run_of(tmp_path / "bybit", "bybit", "ATOM/USDT")
    site = ArchiveSite(bybit_files("ATOM/USDT", prints(made)))
    summary, replay = archived.collect(request=SECONDS, table=HASTY, sites={"public.bybit.com": site})
    assert summary.failed == ()
    assert replay.candle_requests() == []
    assert stored(archived, "bybit", "ATOM/USDT") == truth(made, traded=True)
    assert low_rows(archived, Timeframe.S1) == lows_by_hand("bybit", "ATOM/USDT", made)
    rows = archived.store.low_trades(["ATOM"], START, START + TEN_MIN, timeframe=Timeframe.S1)
    assert rows["source"].str.contains("/public.bybit.com/ATOMUSDT_2025-10-10.csv.gz sha256:", literal=True).all()
    assert rows["fetched_at"].unique().to_list() == [NOW]


def test_minutes_made_of_trades_keep_their_lowest_trade_too(tmp_path: Path) -> None:
    """Of a minute's trades the lowest is kept, the first of several at that price; candles that came made have none."""
    run, made = run_of(tmp_path, "kraken", "ATOM/USD")
    run.collect(request=replace(SECONDS, timeframe=Timeframe.M1), table=HASTY, trades=kraken_prints(made))
    lows = lows_by_hand("kraken", "ATOM/USD", made, "1m")
    expected = []
    for minute in range(10):
        opened = START + timedelta(minutes=minute)
        inside = [row for row in lows if opened <= row[3] < opened + timedelta(minutes=1)]  # type: ignore[operator]
        lowest = min(inside, key=lambda row: (row[5], row[4]))
        expected.append((*lowest[:3], opened, *lowest[4:]))
    assert low_rows(run, Timeframe.M1) == expected
    other, _ = run_of(tmp_path / "binance", "binance", "ATOM/USDT")
    other.collect(request=SECONDS)
    assert low_rows(other, Timeframe.S1) == []


def test_a_second_run_of_seconds_goes_on_where_the_first_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A span may end inside a minute: the next run asks from that second on, and the end is the whole truth."""
    for module in (exchange, trades):
        monkeypatch.setattr(module, "TRADES_AT_ONCE", 100)
    monkeypatch.setattr(trades, "PAGES_AT_ONCE", 1)
    run, made = run_of(tmp_path, "kraken", "ATOM/USD")
    fails_after = replace(down("Trades"), after=5)
    summary, _ = run.collect(fails_after, request=SECONDS, table=HASTY, trades=kraken_prints(made))
    ((start, end),) = covered(run, Timeframe.S1)
    assert (start, end.second != 0) == (START, True)
    assert [result.outcome for result in summary.failed] == [Outcome.PARTLY]
    _, replay = run.collect(request=SECONDS, table=HASTY, trades=kraken_prints(made))
    assert replay.candle_requests()[0].query["since"] == str(ms(end) * 1_000_000 - 1)
    assert stored(run, "kraken", "ATOM/USD") == truth(made, traded=True)
    assert low_rows(run, Timeframe.S1) == lows_by_hand("kraken", "ATOM/USD", made)
    summary, replay = run.collect(request=SECONDS, table=HASTY, trades=kraken_prints(made))
    assert (summary.candles, replay.candle_requests()) == (0, [])


def test_seconds_and_minutes_of_one_market_neither_mix_nor_cover_each_other(tmp_path: Path) -> None:
    """Minutes are asked though the seconds are stored, and the other way round; each read gives its own length."""
    run, made = run_of(tmp_path, "binance", "ATOM/USDT")
    run.collect(request=SECONDS)
    _, replay = run.collect(request=replace(SECONDS, timeframe=Timeframe.M1))
    assert [request.query["interval"] for request in replay.candle_requests()] == ["1m"]
    assert stored(run, "binance", "ATOM/USDT") == truth(made)
    minutes = stored(run, "binance", "ATOM/USDT", Timeframe.M1)
    inside = truth(made)
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
        _, replay = run.collect(request=replace(SECONDS, timeframe=timeframe))
        assert replay.candle_requests() == []
        assert covered(run, timeframe) == [(START, START + TEN_MIN)]


class Dying(CandleStore):
    """A store that ends the process, as it were, before one of its three writes."""

    dies_before: ClassVar[str] = ""

    def write_low_trades(self, rows: pl.DataFrame) -> int:
        """Store them, or die."""
        self._die("low trades")
        return super().write_low_trades(rows)

    def write_coverage(self, coverage: pl.DataFrame) -> None:
        """Store it, or die."""
        self._die("coverage")
        super().write_coverage(coverage)

    def _die(self, before: str) -> None:
        if self.dies_before == before:
            raise StoreBusy(before)


@pytest.mark.parametrize("before", ["low trades", "coverage"])
def test_an_end_between_the_writes_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str) -> None:
    """Candles come first and coverage last, so what was cut off is asked again; no low trade is without its candle."""
    run, made = run_of(tmp_path, "kraken", "ATOM/USD")
    run.store = Dying(run.store.uri)
    monkeypatch.setattr(Dying, "dies_before", before)
    with pytest.raises(StoreBusy):
        run.collect(request=SECONDS, table=HASTY, trades=kraken_prints(made))
    assert stored(run, "kraken", "ATOM/USD") == truth(made, traded=True)
    assert len(low_rows(run, Timeframe.S1)) == (0 if before == "low trades" else 480)
    assert covered(run, Timeframe.S1) == []
    monkeypatch.setattr(Dying, "dies_before", "")
    summary, _ = run.collect(request=SECONDS, table=HASTY, trades=kraken_prints(made))
    assert summary.failed == ()
    assert stored(run, "kraken", "ATOM/USD") == truth(made, traded=True)
    assert low_rows(run, Timeframe.S1) == lows_by_hand("kraken", "ATOM/USD", made)
    assert covered(run, Timeframe.S1) == [(START, START + TEN_MIN)]


def test_seconds_that_are_killed_are_all_there_in_the_end(tmp_path: Path) -> None:
    """SIGKILL in the middle, three times: in the end each second and each lowest trade is there once."""
    run, made = run_of(tmp_path, "kraken", "ATOM/USD")

    async def all_of_it() -> list[int]:
        killing = Killing("")
        async with Replay(run.venues, now_ms=ms(NOW), faults=(killing,), trades=kraken_prints(made)) as replay:
            kills = [await collect_once(tmp_path, replay, run.store, killing, 6, "1s") for _ in range(3)]
            return [*kills, await collect_once(tmp_path, replay, run.store, killing, 0, "1s")]

    assert asyncio.run(all_of_it()) == [-signal.SIGKILL] * 3 + [0]
    assert stored(run, "kraken", "ATOM/USD") == truth(made, traded=True)
    assert run.store.holdings()["candles"].to_list() == [480]
    assert low_rows(run, Timeframe.S1) == lows_by_hand("kraken", "ATOM/USD", made)
    assert covered(run, Timeframe.S1) == [(START, START + TEN_MIN)]


def test_a_venue_without_seconds_is_not_asked(tmp_path: Path) -> None:
    """It is noted as not offered once, under each asset, and is neither a failure nor wanting."""
    run, _ = run_of(tmp_path, "okx", "ATOM/USDT")
    for _ in range(2):
        summary, replay = run.collect(request=SECONDS, table=HASTY)
        assert replay.requests == []
        assert summary.failed == ()
        told = [(result.symbol, result.outcome, result.message) for result in summary.results]
        without = (Outcome.NOT_OFFERED, "okx gives no 1s candles")
        assert told == [(f"{asset}/*", *without) for asset in ("ATOM", "USDT", "USDC")]
    rows = run.store.coverage(["ATOM"], START, START + TEN_MIN)
    assert rows.select("symbol", "timeframe", "outcome", "start", "end").rows() == [
        ("ATOM/*", "1s", "not-offered", START, START + TEN_MIN)
    ]
    assert run.store.wanting().is_empty()
    assert closing_lines(summary)[1:] == ["Not offered: okx gives no 1s candles: ATOM, USDT, USDC"]
    assert {event.outcome for event in run.events} == {Outcome.NOT_OFFERED}
    _, replay = run.collect(request=replace(SECONDS, timeframe=Timeframe.M1))
    assert len(replay.candle_requests()) == 1


SYMBOLS = {"binance": "ATOM/USDT", "bybit": "ATOM/USDT", "okx": "ATOM/USDT", "coinbaseexchange": "ATOM/USD"}


@pytest.mark.parametrize("venue", SYMBOLS)
def test_five_minutes_are_asked_as_such(tmp_path: Path, venue: str) -> None:
    """Bars of five minutes come by the same route, in whole ones, and equal five minutes each put together."""
    made = evening()
    run = Run(CandleStore(str(tmp_path / "lake")), {venue: {SYMBOLS[venue]: made}})
    start, end = START + timedelta(minutes=3), START + timedelta(minutes=41)
    request = replace(SECONDS, start=start, end=end, timeframe=Timeframe.M5)
    summary, replay = run.collect(request=request)
    assert summary.failed == ()
    assert summary.notes == ("edges rounded down to whole spans of 5 minutes: 2025-10-10 20:00Z to 2025-10-10 20:40Z",)
    first = next(n for n, bar in enumerate(made) if time_of(bar) == START)
    fives = [made[n : n + 5] for n in range(first, first + 40, 5)]
    assert stored(run, venue, SYMBOLS[venue], Timeframe.M5) == [
        (
            time_of(five[0]),
            five[0].open,
            max(bar.high for bar in five),
            min(bar.low for bar in five),
            five[4].close,
            sum(bar.volume for bar in five),
        )
        for five in fives
    ]
    assert replay.unknown == set()
    assert len(replay.candle_requests()) == 1


def test_a_window_without_a_whole_bar_makes_no_sense() -> None:
    """Three minutes hold no bar of five, and a bar that is not over is not asked."""
    short = replace(SECONDS, end=START + timedelta(minutes=3), timeframe=Timeframe.M5)
    with pytest.raises(UsageError, match="20:00Z to 2025-10-10 20:03Z holds no whole span of 5 minutes"):
        windows_of(short, NOW)
    young = replace(short, end=START + timedelta(minutes=20))
    (window,), notes = windows_of(young, START + timedelta(minutes=14, seconds=59))
    assert window == (START, START + timedelta(minutes=10))
    assert notes == ("minutes from 2025-10-10 20:10Z on are not over yet; collect them later",)
