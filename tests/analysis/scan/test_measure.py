"""A scan of a few assets whose numbers were counted on paper."""

import pickle
from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analysis.engine.run import Engine, EngineKind
from analysis.scan.measure import AssetScan, measure_asset, scan_market
from analysis.scan.request import ScanTask, build_tasks
from data.catalogue import load_catalogue
from data.identity.market_universe import ScanAsset, ScanMarket
from data.schema import TIME, Outcome
from data.store import CandleStore
from data.tables.scans import MarketScan
from deviation.question import Parameters
from tests.analysis.scan.market_candles import SERIAL, START, WINDOW_MIN, build_market, build_request, write_markets
from tests.data.frames import build_coverage

HUNDREDS = [100.0] * WINDOW_MIN

ATOM = (
    build_market("binance", "ATOM/USDT", [100, 100, 90, 95, 100, 100], lows={2: 80}, highs={0: 101}),
    build_market("okx", "ATOM/USDT", HUNDREDS, lows={3: 96}),
    build_market("gate", "ATOM/USDT", HUNDREDS, lows={1: 95}),
    build_market("kraken", "ATOM/USDT", [100, 100, 92, 100, 100, 100], lows={2: 88}),
    build_market("coinbase", "ATOM/USD", [110.0] * WINDOW_MIN),
    build_market("kraken", "ATOM/USD", [110.0] * WINDOW_MIN),
    build_market("gemini", "ATOM/USD", [110.0] * WINDOW_MIN),
)


def scan(store: CandleStore, **fields: Any) -> MarketScan:  # noqa: ANN401 - any field of a request
    """Scan all that a store holds."""
    return scan_market(store, load_catalogue(), build_request(store, **fields), SERIAL)


def get_row(scan: MarketScan, asset: str, venue: str, side: str = "below", days_before: int = 0) -> dict[str, object]:
    """One row of USDT markets."""
    selected = scan.rows.filter(asset=asset, venue=venue, side=side, group="usdt", days_before=days_before)
    return selected.row(0, named=True)


def log_answer(store: CandleStore, venue: str, outcome: Outcome, symbol: str = "ATOM/USDT") -> None:
    """Log that a market was asked for over the whole window."""
    edges = {"start": pl.lit(START, TIME), "end": pl.lit(START + timedelta(minutes=WINDOW_MIN), TIME)}
    store.coverage.write(build_coverage(0, 1, venue=venue, symbol=symbol, outcome=outcome).with_columns(**edges))


def test_every_exchange_has_its_lowest_trade_and_its_gap_to_the_others(store: CandleStore) -> None:
    """The lowest one is 9.09% below the second-lowest, 15.8% below the lowest of the five; all others are above it."""
    write_markets(store, *ATOM)
    result = scan(store)
    binance = get_row(result, "ATOM", "binance")
    assert (binance["price"], binance["at"], binance["open"]) == (80.0, START + timedelta(minutes=2), 100.0)
    assert (binance["is_first"], binance["second_venue"], binance["price_count"]) == (True, "kraken", 4)
    assert binance["gap"] == pytest.approx(80 / 88 - 1)
    assert (binance["gap_five"], binance["five_count"]) == (pytest.approx(80 / 95 - 1), 2)
    assert binance["traded_usd"] == 90 * 1e6
    gaps = {venue: get_row(result, "ATOM", venue)["gap"] for venue in ("okx", "gate", "kraken")}
    assert gaps == {"okx": pytest.approx(0.2), "gate": pytest.approx(0.1875), "kraken": pytest.approx(0.1)}
    assert not any(get_row(result, "ATOM", venue)["is_first"] for venue in gaps)
    assert get_row(result, "ATOM", "gate")["gap_five"] == pytest.approx(95 / 96 - 1)
    assert get_row(result, "ATOM", "gate")["five_count"] == 1


def test_the_same_minute_is_looked_at_beside_the_lows(store: CandleStore) -> None:
    """In 12:02 Binance closed at 90, Kraken at 92, the two of the five at 100."""
    write_markets(store, *ATOM)
    result = scan(store)
    binance, kraken, okx = (get_row(result, "ATOM", venue) for venue in ("binance", "kraken", "okx"))
    assert (binance["aligned"], binance["aligned_five"]) == (pytest.approx(90 / 92 - 1), pytest.approx(-0.1))
    assert (kraken["aligned"], kraken["aligned_five"]) == (0.0, pytest.approx(-0.08))
    assert (okx["aligned"], okx["aligned_five"]) == (0.0, 0.0)
    # Binance's trade of 80: the others' ranges reach down to 88 and 100, 100, up to 100.
    assert (binance["trade_least"], binance["trade_most"]) == (pytest.approx(-0.2), pytest.approx(-0.2))


def test_deviation_minutes_and_ranks_are_those_of_the_measurement(store: CandleStore) -> None:
    """Against the median of 100: 10% and 5% below in two minutes; it leads Kraken's 8%, but not in length."""
    write_markets(store, *ATOM)
    result = scan(store)
    binance, kraken = get_row(result, "ATOM", "binance"), get_row(result, "ATOM", "kraken")
    assert (binance["deviation"], binance["beyond_min"]) == (pytest.approx(-0.1), 2)
    assert (kraken["deviation"], kraken["beyond_min"]) == (pytest.approx(-0.08), 1)
    assert (binance["firm_min"], binance["missing_min"], binance["window_min"]) == (6, 0, 6)
    assert (binance["size_rank"], binance["length_rank"], binance["rank_count"]) == ("largest", "too close to call", 4)
    assert (kraken["size_rank"], kraken["rank_count"]) == ("not largest", 4)


def test_the_highest_trades_are_measured_alike(store: CandleStore) -> None:
    """Binance's 101 is 1% above the second-highest; a high of 100 in the same minute is not beyond it."""
    write_markets(store, *ATOM)
    binance, okx = (get_row(scan(store), "ATOM", venue, "above") for venue in ("binance", "okx"))
    assert (binance["price"], binance["at"], binance["is_first"]) == (101.0, START, True)
    assert (binance["gap"], binance["aligned"]) == (pytest.approx(0.01), 0.0)
    assert (okx["gap"], okx["is_first"]) == (pytest.approx(100 / 101 - 1), False)


def test_the_groups_are_compared_as_in_the_measurement(store: CandleStore) -> None:
    """Three of four USDT exchanges have three USD exchanges against them: 9.1% below to Binance's 18.2%."""
    write_markets(store, *ATOM)
    cross = scan(store).cross.filter(group="usdt", against="usd", side="below").row(0, named=True)
    assert (cross["n"], cross["reaching"]) == (3, 3)
    assert (cross["least"], cross["least_venue"]) == (pytest.approx(100 / 110 - 1), "gate")
    assert (cross["most"], cross["most_venue"]) == (pytest.approx(90 / 110 - 1), "binance")


def test_a_peer_without_a_price_counts_as_missing_unless_it_is_known_not_to_list_the_coin(store: CandleStore) -> None:
    """Bybit was not asked, Bitget has no perpetual, and KuCoin says that it has no such spot market."""
    write_markets(store, *ATOM)
    log_answer(store, "bitget", Outcome.NOT_LISTED, "ATOM/USDT:USDT")
    log_answer(store, "kucoin", Outcome.NOT_LISTED)
    assert get_row(scan(store), "ATOM", "binance")["five_missing"] == 2
    assert get_row(scan(store), "ATOM", "okx")["five_missing"] == 2
    assert get_row(scan(store), "ATOM", "binance")["five_count"] == 2


def test_a_peer_with_another_coin_or_without_a_trade_is_not_missing(store: CandleStore) -> None:
    """Bybit lists another coin, and Bitget answered for the whole window without a trade; KuCoin is unknown."""
    write_markets(
        store,
        *ATOM[:4],
        build_market("bybit", "ATOM/USDT", HUNDREDS, calm=1.0),
        build_market("bitget", "ATOM/USDT", [], calm=100.0),
    )
    log_answer(store, "bitget", Outcome.COMPLETE)
    binance = get_row(scan(store), "ATOM", "binance")
    assert (binance["five_count"], binance["five_missing"]) == (2, 1)


def test_scaled_tickers_are_the_coin_at_its_own_price(store: CandleStore) -> None:
    """1000SATS at 0.1 is SATS at 0.0001, 37.5% below 0.00016; volumes grow by the same."""
    write_markets(
        store,
        build_market("binance", "1000SATS/USDT", [0.2] * 6, lows={1: 0.1}, volume=5e5),
        build_market("okx", "SATS/USDT", [0.0002] * 6, lows={4: 0.00016}, volume=5e8),
        build_market("gate", "SATS/USDT", [0.0002] * 6, volume=5e8),
    )
    binance = get_row(scan(store), "SATS", "binance")
    assert (binance["symbol"], binance["scale"]) == ("1000SATS/USDT", 1000.0)
    assert (binance["price"], binance["gap"]) == (pytest.approx(0.0001), pytest.approx(-0.375))
    assert (binance["open"], binance["traded_usd"]) == (pytest.approx(0.0002), pytest.approx(1e5))
    assert get_row(scan(store), "SATS", "okx")["traded_usd"] == pytest.approx(1e5)


def test_a_price_that_was_divided_is_as_round_as_it_was_printed(store: CandleStore) -> None:
    """0.1 of 1000SATS has four digits fewer than 0.20003, and 0.20006 none; a thousandth of them is no more precise."""
    write_markets(
        store,
        build_market("binance", "1000SATS/USDT", [0.20003] * 6, lows={1: 0.1}, highs={2: 0.20006}),
        build_market("okx", "SATS/USDT", [0.0002] * 6),
        build_market("gate", "SATS/USDT", [0.0002] * 6),
    )
    result = scan(store)
    below, above = (get_row(result, "SATS", "binance", side) for side in ("below", "above"))
    assert (below["round"], above["round"]) == (True, False)
    assert (below["price"], above["price"], below["open"]) == (0.0001, 0.00020006, 0.00020003)


def test_a_coin_of_the_same_ticker_is_set_aside_by_its_calm_price(store: CandleStore) -> None:
    """Bybit's coin costs ten times the median of 10.05, before the window; that its lowest trade is 1 says nothing."""
    write_markets(
        store,
        build_market("binance", "XYZ/USDT", [10.0] * 6, lows={1: 9.5}),
        build_market("okx", "XYZ/USDT", [10.1] * 6),
        build_market("gate", "XYZ/USDT", [9.9] * 6, lows={2: 9.0}),
        build_market("bybit", "XYZ/USDT", [1.0] * 6, calm=100.0),
    )
    result = scan(store)
    assert result.set_aside.drop("scan_id").rows() == [
        ("XYZ", "bybit", "XYZ/USDT", "other-coin", 100.0, pytest.approx(10.05))
    ]
    assert set(result.rows["venue"]) == {"binance", "okx", "gate"}
    assert (get_row(result, "XYZ", "binance")["gap"], get_row(result, "XYZ", "gate")["gap"]) == (
        pytest.approx(9.5 / 9 - 1),
        pytest.approx(9 / 9.5 - 1),
    )


def test_a_market_at_three_times_the_median_is_the_same_coin_and_beyond_it_is_not(store: CandleStore) -> None:
    """The edge itself is kept."""
    others = [build_market(venue, "XYZ/USDT", [1.0] * 6) for venue in ("binance", "okx", "gate", "kucoin")]
    write_markets(store, *others, build_market("bybit", "XYZ/USDT", [1.0] * 6, calm=3.0))
    assert scan(store).set_aside.is_empty()
    write_markets(store, *others, build_market("bitget", "XYZ/USDT", [1.0] * 6, calm=0.3333))
    assert scan(store).set_aside["venue"].to_list() == ["bitget"]


def test_an_asset_with_fewer_than_three_exchanges_left_is_not_measured(store: CandleStore) -> None:
    """Where the focus is left with one other, or is itself another coin than the rest."""
    write_markets(
        store,
        build_market("binance", "TWO/USDT", [1.0] * 6),
        build_market("okx", "TWO/USDT", [1.0] * 6),
        build_market("gate", "TWO/USDT", [50.0] * 6),
        build_market("binance", "ODD/USDT", [50.0] * 6),
        build_market("okx", "ODD/USDT", [1.0] * 6),
        build_market("gate", "ODD/USDT", [1.0] * 6),
        build_market("bybit", "ODD/USDT", [1.0] * 6),
    )
    result = scan(store)
    assert result.rows.is_empty()
    assert result.run.asset_count == 0
    assert result.set_aside.select("asset", "venue", "reason").rows() == [
        ("ODD", "", "fewer-than-three"),
        ("ODD", "binance", "other-coin"),
        ("TWO", "", "fewer-than-three"),
        ("TWO", "gate", "other-coin"),
    ]


def test_markets_without_a_candle_are_listed(store: CandleStore) -> None:
    """Two that were planned and are not in the store, one as not listed, and one with candles before the window."""
    write_markets(store, *ATOM[:4], build_market("bybit", "ATOM/USDT", [], calm=100.0))
    assets = build_request(store).assets
    others = (ScanMarket(venue, "ATOM/USDT", 1.0) for venue in ("htx", "kucoin"))
    planned = ScanAsset("ATOM", (*assets[0].markets, *others))
    log_answer(store, "htx", Outcome.NOT_LISTED)
    result = scan(store, assets=(planned,))
    assert result.set_aside.select("venue", "reason", "calm_price").rows() == [
        ("bybit", "no-window-candle", None),
        ("htx", "not-listed", None),
        ("kucoin", "no-candle", None),
    ]
    assert result.rows.filter(side="below")["venue"].to_list() == ["binance", "gate", "kraken", "okx"]


def test_an_asset_that_wraps_another_is_set_aside(store: CandleStore) -> None:
    """It is measured against fair value, and never counted among those below all others."""
    write_markets(store, *(build_market(venue, "WBETH/USDT", HUNDREDS) for venue in ("binance", "okx", "gate")))
    result = scan(store)
    assert result.set_aside.select("asset", "venue", "reason").rows() == [("WBETH", "", "fair-value")]
    assert result.rows.is_empty()


def test_relatives_of_the_focus_are_no_others(store: CandleStore) -> None:
    """Two venues of one owner vote once: the lower price of Coinbase Exchange is no gap of Coinbase."""
    lows = {"coinbase": 80, "coinbaseexchange": 70, "kraken": 90, "gemini": 95}
    write_markets(store, *(build_market(venue, "ATOM/USD", HUNDREDS, lows={1: low}) for venue, low in lows.items()))
    rows = scan(store, focus="coinbase").rows.filter(side="below").sort("venue")
    assert rows.select("venue", "second_venue", "is_first", "price_count").rows() == [
        ("coinbase", "kraken", True, 3),
        ("coinbaseexchange", "kraken", True, 3),
        ("gemini", "coinbaseexchange", False, 3),
        ("kraken", "coinbaseexchange", False, 3),
    ]
    assert rows["gap"].to_list() == pytest.approx([80 / 90 - 1, 70 / 90 - 1, 95 / 70 - 1, 90 / 70 - 1])


def test_days_before_are_measured_where_they_have_candles(store: CandleStore) -> None:
    """The same minutes three days before, and no other day."""
    day = START - timedelta(days=3)
    before = [
        build_market(venue, "ATOM/USDT", HUNDREDS, lows=lows, at=day)
        for venue, lows in (("binance", {0: 99.0}), ("okx", {5: 98.0}), ("gate", {}), ("kraken", {}))
    ]
    write_markets(store, *ATOM, *before)
    result = scan(store)
    assert set(result.rows["days_before"]) == {0, 3}
    binance, okx = (get_row(result, "ATOM", venue, days_before=3) for venue in ("binance", "okx"))
    assert (binance["price"], binance["at"], binance["gap"]) == (99.0, day, pytest.approx(99 / 98 - 1))
    assert (okx["gap"], okx["is_first"]) == (pytest.approx(98 / 99 - 1), True)
    assert set(scan(store, placebo_days=()).rows["days_before"]) == {0}


def test_days_before_that_reach_into_the_window_are_left_out(store: CandleStore) -> None:
    """Of a window of two days and a minute the two nearest."""
    write_markets(store, *ATOM)
    request = build_request(store, end=START + timedelta(days=2, minutes=1))
    (task,) = build_tasks(request, load_catalogue(), frozenset())
    assert task.placebo_days == (3, 4, 5, 6, 7)


def test_the_run_says_what_was_scanned(store: CandleStore) -> None:
    """Window, focus, assets measured, and the version of the store."""
    write_markets(store, *ATOM)
    run = scan(store, choices={"venues": ["okx"]}).run
    assert (run.start, run.end, run.focus, run.asset_count) == (START, START + timedelta(minutes=6), "binance", 1)
    assert (run.event, run.window, run.choices) == (None, None, {"venues": ["okx"]})
    assert run.store_version == store.read_version()
    assert run.five == ("okx", "bybit", "bitget", "gate", "kucoin")


def test_other_parameters_are_choices_and_change_the_minutes(store: CandleStore) -> None:
    """From 8% on Binance strays in one minute, and no longer in that of 5%."""
    write_markets(store, *ATOM)
    result = scan(store, parameters=Parameters(enter=0.08))
    assert result.run.choices == {"enter": 0.08}
    assert get_row(result, "ATOM", "binance")["beyond_min"] == 1


def test_a_scan_can_be_saved_and_read(store: CandleStore) -> None:
    """Its frames are those of the table."""
    write_markets(store, *ATOM)
    result = scan(store)
    store.scans.save(result)
    read = store.scans.read_latest(result.run.start, result.run.end)
    assert read is not None
    assert_frame_equal(read.rows, result.rows)
    assert_frame_equal(read.cross, result.cross)


def test_assets_are_reported_in_their_order_and_threads_change_nothing(store: CandleStore) -> None:
    """Each is told when it is measured; so is one that cannot be compared."""
    two = [build_market(venue, "BCH/USDT", HUNDREDS, calm=calm) for venue, calm in (("binance", 1), ("okx", 1))]
    write_markets(store, *ATOM, *two, build_market("gate", "BCH/USDT", HUNDREDS, calm=50))
    request, reported = build_request(store), list[tuple[str, bool]]()
    threads = Engine(kind=EngineKind.THREADS, workers=2)
    result = scan_market(
        store,
        load_catalogue(),
        request,
        threads,
        report=lambda asset: reported.append((asset.asset, asset.is_measured)),
    )
    assert reported == [("ATOM", True), ("BCH", False)]
    assert_frame_equal(result.rows, scan(store).rows)


def test_tasks_and_their_results_can_be_sent_to_other_processes(store: CandleStore) -> None:
    """Pickled and back, a task gives the same answer."""
    write_markets(store, *ATOM)
    task = next(build_tasks(build_request(store), load_catalogue(), frozenset()))
    sent: ScanTask = pickle.loads(pickle.dumps(task))  # noqa: S301 - what was just written
    result: AssetScan = pickle.loads(pickle.dumps(measure_asset(store, sent)))  # noqa: S301 - as above
    assert_frame_equal(result.rows, measure_asset(store, task).rows)
    assert (task.asset, task.start, task.end) == ("ATOM", START, START + timedelta(minutes=6))
