"""Rows are sorted and every bar is unique for any distribution of rows over files."""

import random
from collections.abc import Collection
from datetime import timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from data.delta.deduplicate import deduplicate_bars, pick_best
from data.schema import CANDLE, FETCHED_CANDLE, Origin
from tests.data.frames import LATER, NOW, build_candle, build_fetched

DAY = 100

READ_COLUMNS = ("close", "venue", "origin")


class RecordingRows:
    """Rows in files, with the number of columns and rows of each read."""

    def __init__(self, *files: pl.DataFrame) -> None:
        self.rows = pl.concat(files, rechunk=False)
        self.reads: list[tuple[int, int]] = []

    def read(self, column_names: Collection[str], extra_conditions: Collection[pl.Expr]) -> pl.DataFrame:
        """Read like the store, and record it."""
        selected = self.rows.filter(*extra_conditions).select(column_names)
        self.reads.append((len(column_names), selected.height))
        return selected


def _build_files(seed: int) -> list[pl.DataFrame]:
    """Rows of a few markets in files of any size, some minutes several times: other origins, times and sources."""
    rng = random.Random(seed)  # noqa: S311 - reproducible test data, nothing secret
    rows = [
        build_candle(
            number, rng.random(), venue=venue, symbol=symbol, origin=rng.choice([Origin.OHLCV, Origin.ARCHIVE])
        )
        for venue in ("okx", "binance", "gate")
        for symbol in ("ATOM/USDT", "ATOM/USD")
        for number in range(30)
        for _ in range(rng.choice([0, 1, 1, 1, 2, 3]) if venue == "okx" or rng.random() < seed / 20 else 1)
    ]
    if seed % 2:
        rng.shuffle(rows)
    size = rng.randrange(1, 60)
    parts = [
        # No two rows of one source: the store holds none that nothing tells apart.
        build_fetched(*rows[first_row : first_row + size], at=rng.choice([NOW, LATER])).with_columns(
            source=pl.int_range(first_row, pl.len() + first_row).cast(pl.String)
        )
        for first_row in range(0, len(rows), size)
    ]
    rng.shuffle(parts)
    return parts


@pytest.mark.parametrize("first_seen", [False, True])
@pytest.mark.parametrize("seed", range(20))
def test_the_same_candles_as_of_comparing_every_row(seed: int, *, first_seen: bool) -> None:
    """Reading by runs gives the same as sorting and comparing all rows, for any distribution of rows over files."""
    files = RecordingRows(*_build_files(seed))
    assert_frame_equal(
        deduplicate_bars(files.read, list(CANDLE), first_seen=first_seen),
        pick_best(files.rows, first_seen=first_seen),
        check_exact=True,
    )


def test_deciding_columns_are_read_only_for_markets_with_duplicates() -> None:
    """If one market has a minute twice, time of fetching and source are read for that market only."""
    common_rows = (build_candle(0), build_candle(1), build_candle(0, venue="okx"), build_candle(0, symbol="ATOM/USD"))
    files = RecordingRows(build_fetched(*common_rows), build_fetched(build_candle(1, 3.0), at=LATER))
    read = deduplicate_bars(files.read, READ_COLUMNS)
    assert read.rows() == [
        (2.0, "binance", Origin.OHLCV),
        (2.0, "binance", Origin.OHLCV),
        (3.0, "binance", Origin.OHLCV),
        (2.0, "okx", Origin.OHLCV),
    ]
    assert files.reads == [(5, 5), (len(FETCHED_CANDLE), 3)]
    assert read.columns == list(READ_COLUMNS)


def test_rows_that_are_in_order_are_read_once_and_left_alone() -> None:
    """Files in order of time are read once and not sorted."""
    files = RecordingRows(
        build_fetched(build_candle(0), build_candle(1), build_candle(0, venue="okx")),
        build_fetched(build_candle(1, venue="okx")),
    )
    assert deduplicate_bars(files.read, list(CANDLE)).equals(files.rows.select(*CANDLE))
    assert len(files.reads) == 1


def test_files_of_hours_in_any_order_are_no_minutes_twice() -> None:
    """A market's files of an early, a late and a middle hour come out sorted, and nothing is read twice."""
    files = RecordingRows(*(build_fetched(build_candle(60 * hour), build_candle(60 * hour + 1)) for hour in (0, 2, 1)))
    read = deduplicate_bars(files.read, ["open_time"])["open_time"]
    assert read.is_sorted()
    assert (read.n_unique(), len(files.reads)) == (6, 1)


def test_days_in_any_order_come_out_sorted() -> None:
    """Files of one day each, in any order, are read sorted by market and minute."""
    days = [
        build_fetched(
            *(
                build_candle(number + 2 * DAY * day, venue=venue)
                for venue in ("okx", "binance")
                for number in range(DAY)
            )
        )
        for day in (2, 0, 1)
    ]
    read = deduplicate_bars(RecordingRows(*days).read, ["venue", "open_time"])
    assert_frame_equal(read, read.sort("venue", "open_time"))
    assert read.height == read.unique().height == 6 * DAY
    assert read["open_time"][-1] - read["open_time"][0] == timedelta(minutes=5 * DAY - 1)


def test_no_rows() -> None:
    """Without rows the result is empty, with the given columns."""
    read = deduplicate_bars(RecordingRows(build_fetched(build_candle()).clear()).read, READ_COLUMNS)
    assert read.is_empty()
    assert read.columns == list(READ_COLUMNS)
