"""The rows of a window are read from the files of the window, and what the log says of all of them is not read."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from deltalake import DeltaTable, TableFeatures

from data.delta.layout import Layout
from data.delta.table import StoreTable
from data.schema import Evidence, Origin, Timeframe
from data.store import CandleStore
from tests.data.frames import LATER, NOW, build_candle, build_candles, get_minute
from tests.data.old_store import create_old_store

TRADE = {"price": "trade"}
KNOWN = {**TRADE, "origin": "collected:ccxt-ohlcv"}
NEXT_MONTH = get_minute(0) + timedelta(days=30)


def write(store: CandleStore, *rows: dict[str, Any]) -> None:
    """Write one file per month and asset."""
    store.write_candles(build_candles(*rows), source="api.example", fetched_at=NOW)


def get_table(store: CandleStore) -> StoreTable:
    """The table of minutes."""
    return store.candles.tables[Timeframe.M1]


def scan(store: CandleStore, first: int, last: int, asset: str = "ATOM") -> tuple[list[int], Mapping[str, str]]:
    """The minutes of the rows from one number to another, sorted, and the columns of which the log tells the value."""
    table = get_table(store)
    window = table.scan_window(table.open(), [asset], get_minute(first), get_minute(last), ["price", "origin"])
    times = table.collect(window.rows.select("open_time"))["open_time"]
    return sorted((time - get_minute(0)) // timedelta(minutes=1) for time in times), window.constants


def list_closes(store: CandleStore, evidence: Evidence = Evidence.REAL) -> list[list[float]]:
    """The closes of ten minutes of each market of ATOM, in a grid."""
    grid = store.read_grid(["ATOM"], get_minute(0), get_minute(10), origin=evidence)
    return [closes[~np.isnan(closes)].tolist() for closes in grid.close]


def test_text_that_is_the_same_in_all_files_is_known(store: CandleStore) -> None:
    """Two files of trade candles of one route."""
    write(store, build_candle(0), build_candle(1, venue="okx"))
    write(store, build_candle(2))
    assert scan(store, 0, 10) == ([0, 1, 2], KNOWN)


def test_files_of_two_prices_are_read_for_their_price(store: CandleStore) -> None:
    """One file has the trade candles of a month and the other the mark prices: only trades are in the grid."""
    write(store, build_candle(0), build_candle(1))
    write(store, build_candle(2, 7.0, price="mark"))
    assert scan(store, 0, 10) == ([0, 1, 2], {"origin": "collected:ccxt-ohlcv"})
    assert list_closes(store) == [[2.0, 2.0]]


def test_a_file_of_two_prices_is_read_for_its_price(store: CandleStore) -> None:
    """A file whose first and last rows are trades has a mark price between them."""
    write(store, build_candle(0), build_candle(1, 7.0, venue="gate", price="mark"), build_candle(2, venue="okx"))
    assert scan(store, 0, 10)[1] == {"origin": "collected:ccxt-ohlcv"}
    assert list_closes(store) == [[2.0], [2.0]]


def test_files_of_mark_prices_alone_give_no_candle(store: CandleStore) -> None:
    """The log says that the price is no trade."""
    write(store, build_candle(0, price="mark"))
    assert scan(store, 0, 10)[1]["price"] == "mark"
    assert list_closes(store) == []


def test_the_reconstruction_and_real_candles_in_two_files(store: CandleStore) -> None:
    """Each kind of evidence is read alone, and their origins are told apart."""
    write(store, build_candle(0, 3.0, origin=Origin.RECONSTRUCTION))
    assert (list_closes(store), list_closes(store, Evidence.RECONSTRUCTION)) == ([], [[3.0]])
    write(store, build_candle(1, 4.0))
    assert scan(store, 0, 10) == ([0, 1], TRADE)
    assert (list_closes(store), list_closes(store, Evidence.RECONSTRUCTION)) == ([[4.0]], [[3.0]])


def test_a_candle_written_later_is_read_at_once(store: CandleStore) -> None:
    """What was known of the files of one version is not taken for the next one."""
    write(store, build_candle(0))
    assert scan(store, 0, 10) == ([0], KNOWN)
    store.write_candles(build_candles(build_candle(0, 9.0, price="mark")), source="api.example", fetched_at=LATER)
    assert scan(store, 0, 10) == ([0, 0], {"origin": "collected:ccxt-ohlcv"})
    assert list_closes(store) == [[2.0]]


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [(0, 10, [3, 4, 5]), (3, 6, [3, 4, 5]), (4, 6, [4, 5]), (3, 5, [3, 4]), (0, 4, [3]), (5, 9, [5]), (6, 9, [])],
)
def test_a_window_has_its_first_minute_and_not_its_end(
    store: CandleStore, first: int, last: int, expected: list[int]
) -> None:
    """A file of three minutes, whole or in part."""
    write(store, *(build_candle(number) for number in (3, 4, 5)))
    assert scan(store, first, last)[0] == expected


def test_only_files_of_the_window_are_opened(store: CandleStore) -> None:
    """Files of another asset, month or hour may be missing."""
    write(store, build_candle(0))
    for other in (build_candle(0, symbol="XRP/USDT"), build_candle(at=NEXT_MONTH), build_candle(90)):
        before = {*Path(store.uri).rglob("*.parquet")}
        write(store, other)
        (added,) = {*Path(store.uri).rglob("*.parquet")} - before
        added.unlink()
    assert scan(store, 0, 60) == ([0], KNOWN)


@pytest.mark.parametrize("columns", ["venue", "venue,symbol,open_time"])
def test_a_table_without_statistics_is_read_whole(store: CandleStore, columns: str) -> None:
    """As tables were first made: nothing is known of price and origin, or not even of times."""
    table = get_table(store)
    table.indexed = columns.split(",")
    write(store, build_candle(0), build_candle(1, price="mark"), build_candle(at=NEXT_MONTH))
    assert scan(store, 1, 10) == ([1], {})
    assert scan(CandleStore(store.uri), 0, 10) == ([0, 1], {})
    assert list_closes(CandleStore(store.uri)) == [[2.0]]


def test_an_old_store_by_day_is_read(tmp_path: Path) -> None:
    """Minutes around midnight, in two files."""
    store = create_old_store(tmp_path)
    write(store, *(build_candle(number) for number in (100, 159, 160, 200)))
    assert scan(store, 150, 180) == ([159, 160], {})
    assert scan(store, 0, 150) == ([100], {})


def test_maintenance_of_an_old_store_makes_its_text_known(tmp_path: Path) -> None:
    """Two files of one day become one, of which price and origin are recorded as of all files from then on."""
    store = create_old_store(tmp_path)
    write(store, build_candle(0))
    write(store, build_candle(1))
    assert scan(store, 0, 10) == ([0, 1], {})
    store.maintain(NOW)
    assert scan(store, 0, 10) == ([0, 1], KNOWN)
    write(store, build_candle(2))
    assert scan(store, 0, 10) == ([0, 1, 2], KNOWN)
    assert scan(CandleStore(store.uri), 0, 10) == ([0, 1, 2], KNOWN)


def test_names_that_a_path_cannot_hold(tmp_path: Path) -> None:
    """The folder of the store, and of an asset, have characters that paths in the log quote."""
    store = CandleStore(str(tmp_path / "my store"))
    write(store, build_candle(0, symbol="A B%20[é]/USDT"), build_candle(1))
    assert scan(store, 0, 10, "A B%20[é]") == ([0], KNOWN)


def test_a_table_of_a_later_protocol_is_read_as_polars_does(store: CandleStore) -> None:
    """Where another program may have marked rows as deleted, nothing is taken from the log."""
    write(store, build_candle(0), build_candle(1))
    DeltaTable(get_table(store).uri).alter.add_feature(
        TableFeatures.DeletionVectors, allow_protocol_versions_increase=True
    )
    assert scan(store, 1, 10) == ([1], {})


def test_a_table_without_files_has_no_rows(store: CandleStore) -> None:
    """Neither before the first candle nor after the last one was removed."""
    assert scan(store, 0, 10) == ([], {})
    get_table(store).create(get_table(store).uri, Layout.MONTH)
    assert scan(store, 0, 10) == ([], {})
    write(store, build_candle(0))
    assert get_table(store).delete("asset = 'ATOM'") == 1
    assert scan(store, 0, 10) == ([], {})
    assert list_closes(store) == []
