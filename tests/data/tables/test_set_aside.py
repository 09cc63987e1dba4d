"""Damaged files are taken out of the store, and their minutes are asked for again."""

from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable

from data.errors import StoreUnusable
from data.schema import Evidence, Timeframe
from data.store import CandleStore
from data.tables.set_aside import LostSpan
from tests.data.frames import NOW, build_candle, build_candles, build_coverage, get_minute

WIDE = get_minute(-60), get_minute(60)


def damage_file(store: CandleStore, number: int) -> str:
    """Change a byte of a file of candles; its path."""
    uri = DeltaTable(f"{store.uri}/candles").file_uris()[number]
    path = Path(uri.removeprefix("file://"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    return str(path)


def list_minutes(store: CandleStore) -> list[int]:
    """The minutes of ATOM that have a candle."""
    times = store.read_candles(["ATOM"], *WIDE)["open_time"]
    return [int((time - get_minute(0)).total_seconds()) // 60 for time in times.sort()]


def test_damaged_candles_leave_with_their_coverage(store: CandleStore) -> None:
    """Of the minutes 0 to 40, 20 to 22 are lost: the rest is still covered, and nothing of it is quiet by mistake."""
    for first, last in ((0, 3), (20, 23)):
        store.write_candles(
            build_candles(*(build_candle(number) for number in range(first, last))), source="api", fetched_at=NOW
        )
    store.coverage.write(build_coverage(0, 40))
    damage_file(store, _find_file_of(store, 20))
    assert store.set_aside_candles() == [LostSpan("ATOM", Timeframe.M1, get_minute(20), get_minute(23))]
    assert list_minutes(store) == [0, 1, 2]
    spans = store.read_covered_spans(["ATOM"], *WIDE).select("start", "end").rows()
    assert spans == [(get_minute(0), get_minute(20)), (get_minute(23), get_minute(40))]


def test_coverage_of_other_assets_stays(store: CandleStore) -> None:
    """Only the asset of the file is asked for again."""
    store.write_candles(build_candles(build_candle(0)), source="api", fetched_at=NOW)
    other = build_coverage(0, 5).with_columns(symbol=pl.lit("ATOMX/USDT"))
    store.coverage.write(pl.concat([build_coverage(0, 5), other]))
    damage_file(store, 0)
    store.set_aside_candles()
    assert store.read_covered_spans(["ATOMX"], *WIDE).height == 1
    assert store.read_covered_spans(["ATOM"], *WIDE).select("start", "end").rows() == [(get_minute(1), get_minute(5))]


def test_a_whole_store_is_left_as_it_is(store: CandleStore) -> None:
    """Nothing is lost."""
    store.write_candles(build_candles(build_candle(0)), source="api", fetched_at=NOW)
    store.coverage.write(build_coverage(0, 5))
    version = store.read_version()
    assert store.set_aside_candles() == []
    assert store.read_version() == version


def test_damage_in_another_month_stops_no_list_of_markets(store: CandleStore) -> None:
    """Nor does any damage stop the question whether there are candles: the page asks it when it starts."""
    november = get_minute(0) + timedelta(days=30)
    for row in (build_candle(0), build_candle(at=november)):
        store.write_candles(build_candles(row), source="api", fetched_at=NOW)
    damage_file(store, _find_file_of(store, 30 * 1440))
    assert store.candles.read_markets(*WIDE) == [("binance", "ATOM/USDT")]
    assert store.has_candles(Evidence.REAL)
    with pytest.raises(StoreUnusable, match="is not as it was written"):
        store.candles.read_markets(november, november + timedelta(minutes=1))


def _find_file_of(store: CandleStore, number: int) -> int:
    """Which file has the candle of a minute."""
    for position, uri in enumerate(DeltaTable(f"{store.uri}/candles").file_uris()):
        if get_minute(number) in pl.read_parquet(uri.removeprefix("file://"))["open_time"].to_list():
            return position
    message = f"no file has minute {number}"
    raise AssertionError(message)
