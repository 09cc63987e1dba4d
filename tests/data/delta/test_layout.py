"""Candles by asset and month, and by asset and day as stores were first made, are the same to every reader."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import duckdb
import polars as pl
import pytest
from deltalake import DeltaTable
from polars.testing import assert_frame_equal

from data.delta.layout import Layout
from data.delta.table import StoreTable
from data.errors import StoreUnusable
from data.schema import STORED_CANDLE, Origin, Timeframe
from data.store import CandleStore
from tests.data.frames import LATER, NOW, build_candle, build_fetched
from tests.data.old_store import create_old_store

FIRST = datetime(2025, 9, 29, tzinfo=UTC)
MONTH_END = datetime(2025, 10, 1, tzinfo=UTC)
PAIRS = (("okx", "ATOM/USDT"), ("binance", "ATOM/USDC"), ("binance", "ATOM/USDT"), ("binance", "DOGE/USDT"))


@pytest.fixture
def stores(tmp_path: Path) -> tuple[CandleStore, CandleStore]:
    """A store by day and one by month, of the same batches: four days around a month's end, with revisions."""
    generator = Random(20251010)  # noqa: S311 - repeatable, and no secret
    hours = [FIRST + timedelta(hours=number) for number in range(4 * 24)]
    rows = [
        build_candle(at=at, close=generator.randint(1, 9), venue=venue, symbol=symbol)
        for venue, symbol in PAIRS
        for at in hours
    ]
    changed = [build_candle(at=at, close=12.5) for at in hours[40:56]]
    other_route = [build_candle(at=at, close=3.5, origin=Origin.ARCHIVE) for at in hours[10:20]]
    generator.shuffle(rows)
    by_day, by_month = create_old_store(tmp_path / "day"), CandleStore(str(tmp_path / "month"))
    for store in (by_day, by_month):
        store.candles.write(build_fetched(*rows[:200]))
        store.candles.write(build_fetched(*rows[200:]))
        store.candles.write(build_fetched(*changed, at=LATER))
        store.candles.write(build_fetched(*other_route, source="archive.example/a.zip sha256:0", at=LATER))
    return by_day, by_month


def test_a_table_is_written_in_the_layout_that_it_has(stores: tuple[CandleStore, CandleStore]) -> None:
    """A new table is by month; one by day stays so, and its files are those of days."""
    columns = [DeltaTable(f"{store.uri}/candles").metadata().partition_columns for store in stores]
    assert columns == [["asset", "day"], ["asset", "month"]]
    partitions = [
        {(part["asset"], part.get("day") or part["month"]) for part in DeltaTable(f"{store.uri}/candles").partitions()}
        for store in stores
    ]
    assert ("ATOM", "2025-09-30") in partitions[0]
    assert partitions[1] == {(asset, month) for asset in ("ATOM", "DOGE") for month in ("2025-09-01", "2025-10-01")}


@pytest.mark.parametrize(
    ("start", "hours"), [(FIRST, 96), (MONTH_END - timedelta(hours=5), 9), (FIRST + timedelta(hours=41), 3)]
)
def test_every_read_gives_the_same_rows(stores: tuple[CandleStore, CandleStore], start: datetime, hours: int) -> None:
    """Candles, all rows, sources and revisions of a window do not depend on the layout."""
    window = (start, start + timedelta(hours=hours))
    by_day, by_month = (
        (
            store.read_candles(["ATOM", "DOGE"], *window),
            store.candles.read_all_rows(["ATOM"], *window),
            store.read_sources(["ATOM"], *window),
            store.candles.read_revisions(*window),
            store.candles.read_revisions(assets=["ATOM"]),
            store.candles.read_holdings(),
        )
        for store in stores
    )
    for old, new in zip(by_day, by_month, strict=True):
        assert_frame_equal(old, new)
    assert by_month[0].height == len(PAIRS) * hours


def test_a_window_opens_only_files_of_its_month_and_times(stores: tuple[CandleStore, CandleStore]) -> None:
    """Of a table by month no file of another month is opened, nor one whose times are all outside of the window."""
    store = stores[1]
    window = (MONTH_END + timedelta(hours=3), MONTH_END + timedelta(hours=20))
    late = build_candle(at=datetime(2025, 10, 20, tzinfo=UTC))
    store.candles.write(build_fetched(late))
    before = store.read_candles(["ATOM"], *window)
    removed = 0
    table = DeltaTable(f"{store.uri}/candles")
    for file in pl.DataFrame(table.get_add_actions()).iter_rows(named=True):
        if file["partition"]["month"] < MONTH_END.date() or file["min"]["open_time"] > window[1]:
            Path(store.uri, "candles", file["path"]).unlink()
            removed += 1
    assert removed > 2
    assert_frame_equal(store.read_candles(["ATOM"], *window), before)


def test_a_file_of_a_month_is_sorted_and_one_row_group(tmp_path: Path) -> None:
    """Rows are sorted by venue, symbol and time; times are stored as differences, all else with dictionaries."""
    store = CandleStore(str(tmp_path))
    hours = [MONTH_END + timedelta(hours=number) for number in range(31 * 24)]
    rows = [build_candle(at=at, venue=venue, symbol=symbol) for at in hours for venue, symbol in PAIRS[:3]]
    store.candles.write(build_fetched(*rows))
    (path,) = DeltaTable(f"{store.uri}/candles").file_uris()
    query = "select path_in_schema, row_group_id, compression, encodings from parquet_metadata(?)"
    chunks = duckdb.execute(query, [path]).fetchall()
    assert {(row_group, compression) for _, row_group, compression, _ in chunks} == {(0, "LZ4_RAW")}
    encodings = {column: text for column, _, _, text in chunks}
    assert "DELTA_BINARY_PACKED" in encodings["open_time"]
    assert all("RLE_DICTIONARY" in text for column, text in encodings.items() if column != "open_time")
    keys = pl.read_parquet(path, hive_partitioning=False).select("venue", "symbol", "open_time")
    assert keys.equals(keys.sort("venue", "symbol", "open_time"))


def test_seconds_are_stored_by_day(tmp_path: Path) -> None:
    """A month of seconds would be too large a file."""
    store = CandleStore(str(tmp_path))
    store.candles.write(build_fetched(build_candle(timeframe="1s"), build_candle(timeframe="5m"), at=NOW))
    assert DeltaTable(f"{store.uri}/candles-1s").metadata().partition_columns == ["asset", "day"]
    assert DeltaTable(f"{store.uri}/candles-5m").metadata().partition_columns == ["asset", "month"]
    assert store.candles.tables[Timeframe.S1].layout is Layout.DAY


def test_unknown_partitions_are_refused(tmp_path: Path) -> None:
    """A table of a later version, with other partitions, is not read as if it were empty."""
    uri = str(tmp_path / "candles")
    DeltaTable.create(uri, pl.DataFrame(schema=STORED_CANDLE).to_arrow().schema, partition_by=["venue"])
    table = StoreTable(uri, STORED_CANDLE, layout=Layout.MONTH)
    with pytest.raises(StoreUnusable, match="does not know"):
        table.find_layout(table.open())
