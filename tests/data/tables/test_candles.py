from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable
from polars.testing import assert_frame_equal

from data.schema import FETCHED_CANDLE, WRITE_COUNTS, Origin, build_empty_frame
from data.store import CandleStore
from tests.data.frames import LATER, NOW, build_candle, build_candles, build_fetched, get_minute
from tests.data.old_store import create_old_store

WIDE = (get_minute(-60), get_minute(60))
ZIP = "archive.example/ATOMUSDT-1m-2025-10-10.zip"


def build_write_counts(*rows: tuple[str, str, str, str, int, int, int]) -> pl.DataFrame:
    """A frame of counts per market."""
    return pl.DataFrame(rows, schema=WRITE_COUNTS, orient="row")


def read_stored(store: CandleStore) -> pl.DataFrame:
    """All rows of the table, revisions included."""
    return pl.scan_delta(f"{store.uri}/candles").collect()


def test_a_batch_of_many_markets_is_counted_by_market(store: CandleStore) -> None:
    """Each market, kind of price and timeframe of a batch gets a row: candles new, the same, and revised."""
    first = pl.concat(
        [
            build_fetched(build_candle(0, 2.0), build_candle(1, 2.0), source="api.binance.com"),
            build_fetched(
                build_candle(0, 3.0, venue="okx", symbol="DOGE/USDT:USDT", price="mark"), source="www.okx.com"
            ),
        ]
    )
    assert_frame_equal(
        store.candles.write(first),
        build_write_counts(
            ("binance", "ATOM/USDT", "trade", "1m", 2, 0, 0),
            ("okx", "DOGE/USDT:USDT", "mark", "1m", 1, 0, 0),
        ),
    )
    second = pl.concat(
        [
            build_fetched(
                build_candle(0, 2.0), build_candle(1, 2.5), build_candle(2, 2.0), source="api.binance.com", at=LATER
            ),
            build_fetched(
                build_candle(0, 3.0, venue="okx", symbol="DOGE/USDT:USDT", price="mark"), source="www.okx.com", at=LATER
            ),
            build_fetched(build_candle(0, 9.0, timeframe="5m"), source="api.binance.com", at=LATER),
        ]
    )
    assert_frame_equal(
        store.candles.write(second),
        build_write_counts(
            ("binance", "ATOM/USDT", "trade", "1m", 1, 1, 1),
            ("binance", "ATOM/USDT", "trade", "5m", 1, 0, 0),
            ("okx", "DOGE/USDT:USDT", "mark", "1m", 0, 1, 0),
        ),
    )
    assert_frame_equal(
        store.read_candles(["ATOM", "DOGE"], *WIDE),
        build_candles(build_candle(0, 2.0), build_candle(1, 2.5), build_candle(2, 2.0)),
    )


def test_an_empty_batch_creates_nothing(store: CandleStore) -> None:
    """An empty batch has no counts and creates no file."""
    assert_frame_equal(store.candles.write(build_empty_frame(FETCHED_CANDLE)), build_empty_frame(WRITE_COUNTS))
    assert not Path(store.uri).exists()


def test_the_order_of_rows_does_not_matter(store: CandleStore) -> None:
    """A shuffled batch of three markets and two days is stored, and found to be the same, like a sorted one."""
    rows = [
        build_candle(number * 60, 2.0 + number, venue=venue, symbol=symbol)
        for venue, symbol in (("binance", "ATOM/USDT"), ("okx", "ATOM/USDT"), ("okx", "DOGE/USDT"))
        for number in range(6)
    ]
    mixed = [rows[7 * place % len(rows)] for place in range(len(rows))]
    counts = store.candles.write(build_fetched(*mixed))
    assert counts["new"].to_list() == [6, 6, 6]
    assert counts["symbol"].to_list() == ["ATOM/USDT", "ATOM/USDT", "DOGE/USDT"]
    second_counts = store.candles.write(build_fetched(*reversed(mixed), at=LATER))
    assert second_counts["same"].to_list() == [6, 6, 6]
    read = store.read_candles(["ATOM", "DOGE"], get_minute(0), get_minute(600))
    assert_frame_equal(read, build_candles(*rows))


def test_duplicates_fetched_at_two_times_are_stored_as_fetched_first(store: CandleStore) -> None:
    """A duplicate in a batch is stored once, with the earlier time of fetching."""
    batch = pl.concat([build_fetched(build_candle(), at=LATER), build_fetched(build_candle(), at=NOW)])
    assert store.candles.write(batch)["new"].to_list() == [1]
    assert read_stored(store)["fetched_at"].to_list() == [NOW]


def test_a_route_that_contradicts_itself_is_refused(store: CandleStore) -> None:
    """Two values for a minute of one route in one batch are refused, also under two checksums."""
    batch = pl.concat(
        [
            build_fetched(build_candle(0, 1.0, origin=Origin.ARCHIVE), source=f"{ZIP} sha256:aa"),
            build_fetched(build_candle(0, 2.0, origin=Origin.ARCHIVE), source=f"{ZIP} sha256:bb", at=LATER),
        ]
    )
    with pytest.raises(ValueError, match="one candle is there twice with different values"):
        store.candles.write(batch)
    assert not Path(store.uri).exists()


def test_an_archive_issued_again_revises_where_it_differs(store: CandleStore) -> None:
    """A file of the same name with another checksum is the same route: equal values are the same, others revise."""
    issued = [build_candle(number, 2.0, origin=Origin.ARCHIVE) for number in (0, 1)]
    store.candles.write(build_fetched(*issued, source=f"{ZIP} sha256:aa"))
    changed = [build_candle(0, 2.0, origin=Origin.ARCHIVE), build_candle(1, 2.5, origin=Origin.ARCHIVE)]
    counts = store.candles.write(build_fetched(*changed, source=f"{ZIP} sha256:bb", at=LATER))
    assert_frame_equal(counts, build_write_counts(("binance", "ATOM/USDT", "trade", "1m", 0, 1, 1)))
    stored_rows = read_stored(store).sort("open_time", "fetched_at").select("close", "source").rows()
    assert stored_rows == [(2.0, f"{ZIP} sha256:aa"), (2.0, f"{ZIP} sha256:aa"), (2.5, f"{ZIP} sha256:bb")]


def test_another_host_or_file_is_another_route(store: CandleStore) -> None:
    """The same minute from another host or archive file counts as new with any values."""
    store.candles.write(build_fetched(build_candle(0, 2.0), source="api.example"))
    other_host = store.candles.write(build_fetched(build_candle(0, 2.5), source="alt.example", at=LATER))
    assert other_host["new"].to_list() == [1]
    store.candles.write(build_fetched(build_candle(0, 2.0, origin=Origin.ARCHIVE), source=f"{ZIP} sha256:aa"))
    monthly = build_fetched(
        build_candle(0, 2.5, origin=Origin.ARCHIVE), source="archive.example/2025-10.zip sha256:aa", at=LATER
    )
    assert store.candles.write(monthly)["new"].to_list() == [1]


@pytest.mark.parametrize(("layout", "next_part"), [("day", "2025-10-11"), ("month", "2025-11-01")])
def test_only_the_touched_partitions_are_looked_at(tmp_path: Path, layout: str, next_part: str) -> None:
    """Writing a batch of two assets in two parts of time opens no file of another part or asset."""
    store = create_old_store(tmp_path) if layout == "day" else CandleStore(str(tmp_path))
    later = datetime.fromisoformat(next_part).replace(tzinfo=UTC)
    everything = [
        build_candle(at=at, symbol=symbol)
        for symbol in ("ATOM/USDT", "DOGE/USDT", "XRP/USDT")
        for at in (get_minute(0), later)
    ]
    store.candles.write(build_fetched(*everything))
    touched = {("ATOM", {"day": "2025-10-10", "month": "2025-10-01"}[layout]), ("DOGE", next_part)}
    partitions = set()
    for file in (Path(store.uri) / "candles").rglob("*.parquet"):
        (_, asset), (column, first_day) = (part.split("=") for part in file.parts[-3:-1])
        partitions.add((column, asset, first_day))
        if (asset, first_day) not in touched:
            file.unlink()
    assert {column for column, _, _ in partitions} == {layout}
    assert len(partitions) == 6
    batch = build_fetched(
        build_candle(at=get_minute(0)), build_candle(at=later, symbol="DOGE/USDT"), build_candle(1), at=LATER
    )
    assert store.candles.write(batch).select("new", "same").rows() == [(1, 1), (0, 1)]


def test_a_month_of_a_market_is_one_commit(store: CandleStore) -> None:
    """31 days of two assets are two commits, a few hours of ten assets one: no month of a market is split."""
    days = [datetime(2025, 10, 1, tzinfo=UTC) + timedelta(days=number) for number in range(31)]
    month = [build_candle(at=day, symbol=symbol) for symbol in ("ATOM/USDT", "DOGE/USDT") for day in days]
    store.candles.write(build_fetched(*month))
    created_and_two = DeltaTable(f"{store.uri}/candles").version()
    assert created_and_two == 2
    store.candles.write(build_fetched(*(build_candle(symbol=f"A{number}/USDT") for number in range(10))))
    assert DeltaTable(f"{store.uri}/candles").version() == created_and_two + 1
    assert len(read_stored(store)) == 72


def test_a_market_of_two_months_is_two_commits_at_most(store: CandleStore) -> None:
    """A few days on both sides of a month's end, of few partitions, may share a commit."""
    edge = [build_candle(at=datetime(2025, 10, 31, tzinfo=UTC)), build_candle(at=datetime(2025, 11, 1, tzinfo=UTC))]
    store.candles.write(build_fetched(*edge))
    assert DeltaTable(f"{store.uri}/candles").version() == 1


@pytest.mark.parametrize("column", ["source", "fetched_at", "venue"])
def test_null_names_and_times_are_refused(store: CandleStore, column: str) -> None:
    """A row without venue, source or time of fetching is refused."""
    frame = build_fetched(build_candle()).with_columns(pl.lit(None, FETCHED_CANDLE[column]).alias(column))
    with pytest.raises(ValueError, match="a value is null"):
        store.candles.write(frame)


def test_collected_candles_can_be_forgotten(store: CandleStore) -> None:
    """Forgetting a collected source or origin drops its rows, revisions included, and they are new when they return."""
    store.candles.write(build_fetched(build_candle(0), build_candle(1), source="api.example"))
    store.candles.write(build_fetched(build_candle(0, 3.0), source="api.example", at=LATER))
    store.candles.write(build_fetched(build_candle(0, origin=Origin.ARCHIVE), source=f"{ZIP} sha256:aa"))
    assert store.forget(source="api.example", origin=Origin.ARCHIVE) == 0
    assert store.forget(source="api.example") == 3
    assert store.forget(origin=Origin.ARCHIVE) == 1
    assert store.candles.write(build_fetched(build_candle(0, 3.0), source="api.example"))["new"].to_list() == [1]
    assert store.candles.read_revisions().is_empty()
