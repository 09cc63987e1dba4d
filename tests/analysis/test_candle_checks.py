"""Candles that are unlikely to be made of trades; expected runs are made by hand."""

from datetime import datetime

from analysis.candle_audit import audit_candles
from data.schema import Origin
from data.store import CandleStore
from tests.data.frames import build_candle, build_fetched, get_minute

Run = tuple[str, str, datetime, datetime, int, int | None]


def list_runs(store: CandleStore) -> list[Run]:
    """Venue, check, span, number of bars and of other venues of each finding."""
    findings = audit_candles(store, ["ATOM"], get_minute(-60), get_minute(60)).findings
    return findings.select("venue", "check", "start", "end", "bars", "others").rows()


def test_prices_that_move_without_volume_are_found(store: CandleStore) -> None:
    """Two minutes in a row with volume 0 and a range of prices are one run; a flat one and one with trades are not."""
    moving = [{**build_candle(number), "high": 2.5, "volume": 0.0} for number in (0, 1, 5)]
    flat, traded = {**build_candle(2), "volume": 0.0}, {**build_candle(3), "high": 2.5}
    store.candles.write(build_fetched(*moving, flat, traded))
    assert list_runs(store) == [
        ("binance", "price-without-volume", get_minute(0), get_minute(2), 2, None),
        ("binance", "price-without-volume", get_minute(5), get_minute(6), 1, None),
    ]


def test_a_close_outside_of_the_range_is_found(store: CandleStore) -> None:
    """A high below the close, and a low above the open, cannot both be of the same trades."""
    store.candles.write(build_fetched({**build_candle(0), "close": 2.1}, {**build_candle(3), "open": 1.9}))
    assert list_runs(store) == [
        ("binance", "outside-range", get_minute(0), get_minute(1), 1, None),
        ("binance", "outside-range", get_minute(3), get_minute(4), 1, None),
    ]


def test_identical_candles_are_found_only_while_another_exchange_moves(store: CandleStore) -> None:
    """Five minutes with the same five values count while okx moves; four, or with nobody moving, do not."""
    same = [build_candle(number) for number in range(5)]
    store.candles.write(build_fetched(*same, *(build_candle(number) for number in range(10, 14))))
    assert list_runs(store) == []
    store.candles.write(build_fetched(*(build_candle(number, 2.0 + number / 10, venue="okx") for number in range(20))))
    assert list_runs(store) == [("binance", "identical", get_minute(0), get_minute(5), 5, 1)]


def test_a_gap_or_another_source_ends_a_run(store: CandleStore) -> None:
    """Six identical minutes with one missing in the middle, or half of them from another source, are no run."""
    store.candles.write(build_fetched(*(build_candle(number, 2.0 + number / 10, venue="okx") for number in range(30))))
    store.candles.write(build_fetched(*(build_candle(number) for number in (0, 1, 2, 4, 5, 6))))
    store.candles.write(build_fetched(*(build_candle(number) for number in range(10, 13)), source="api.example"))
    halves = (build_candle(number, origin=Origin.TRADES) for number in range(13, 16))
    store.candles.write(build_fetched(*halves, source="api.example"))
    assert list_runs(store) == []


def test_minutes_without_trades_are_no_identical_candles(store: CandleStore) -> None:
    """Flat candles with volume 0 say that nobody traded, however many there are."""
    store.candles.write(build_fetched(*({**build_candle(number), "volume": 0.0} for number in range(20))))
    store.candles.write(build_fetched(*(build_candle(number, 2.0 + number / 10, venue="okx") for number in range(20))))
    assert list_runs(store) == []
