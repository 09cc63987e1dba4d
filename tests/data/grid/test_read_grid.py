"""Grids hold the same candles as frames, each bar once, for any distribution of rows over files."""

import random
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from data.delta.deduplicate import pick_best
from data.grid.candle_grid import CandleGrid
from data.grid.read_grid import StoredSpan, read_grid
from data.schema import FETCHED_CANDLE, Evidence, Origin, Timeframe
from tests.data.frames import LATER, NOW, build_candle, build_fetched, get_minute

SIZE = 30
SPAN = get_minute(0), get_minute(SIZE)
NAN = float("nan")


class StoredRows:
    """Rows in files, with the number of columns and rows of each read.

    ``known`` are the columns of text whose value is known without a read where all rows have the same.
    """

    def __init__(self, *files: pl.DataFrame, known: Collection[str] = ()) -> None:
        self.rows = pl.concat(files, rechunk=False)
        self.known = known
        self.reads: list[tuple[int, int]] = []

    def open_span(self, start: datetime, end: datetime) -> StoredSpan:
        """Rows as the store gives them; reads are recorded."""
        rows = self.rows.filter(pl.col("open_time").is_between(start, end, closed="left"))
        constants = {name: rows[name][0] for name in self.known if rows[name].n_unique() == 1}

        def read(columns: Collection[pl.Expr], conditions: Collection[pl.Expr]) -> pl.DataFrame:
            selected = rows.filter(*conditions).select(*columns)
            self.reads.append((selected.width, selected.height))
            return selected

        return StoredSpan(constants, read)

    def read_grid(self, evidence: Evidence = Evidence.REAL, *, first_seen: bool = False) -> CandleGrid:
        """The grid of half an hour."""
        return read_grid(self.open_span, *SPAN, evidence, Timeframe.M1, first_seen=first_seen)


def list_candles(grid: CandleGrid) -> list[tuple[Any, ...]]:
    """The candles of a grid by market and bar, read cell by cell."""
    candles: list[tuple[Any, ...]] = []
    for (venue, symbol), line in grid.lines.items():
        for number in np.flatnonzero(~np.isnan(grid.volume[line])).tolist():
            time = datetime(1970, 1, 1, tzinfo=UTC) + (grid.first + number) * timedelta(minutes=1)
            matrices = (grid.open, grid.high, grid.low, grid.close, grid.volume)
            values = [float(matrix[line, number]) for matrix in matrices]
            (origin,) = grid.list_origins(slice(number, number + 1))[venue, symbol]
            candles.append((venue, symbol, time, *values, origin))
    return candles


def _draw_files(seed: int) -> list[pl.DataFrame]:
    """Rows of a few markets in files of any size; with most seeds some minutes are there several times."""
    rng = random.Random(seed)  # noqa: S311 - reproducible test data, nothing secret
    rows = [
        build_candle(
            number,
            rng.random(),
            venue=venue,
            symbol=symbol,
            origin=rng.choice([Origin.OHLCV, Origin.ARCHIVE, Origin.RECONSTRUCTION]),
            price=rng.choice(["trade", "trade", "trade", "mark"]),
        )
        for venue in ("okx", "binance", "gate")
        for symbol in ("ATOM/USDT", "ATOM/USD")
        for number in range(SIZE)
        for _ in range(rng.choice([0, 1, 1, 2, 3]) if rng.random() < seed / 20 else 1)
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


@pytest.mark.parametrize("evidence", list(Evidence))
@pytest.mark.parametrize("first_seen", [False, True])
@pytest.mark.parametrize("seed", range(20))
def test_the_same_candles_as_of_comparing_every_row(seed: int, evidence: Evidence, *, first_seen: bool) -> None:
    """A grid holds what sorting and comparing all trade candles of one kind of evidence gives."""
    files = StoredRows(*_draw_files(seed))
    is_generated = pl.col("origin") == Origin.RECONSTRUCTION.value
    is_of_kind = is_generated if evidence is Evidence.RECONSTRUCTION else ~is_generated
    chosen = pick_best(files.rows.filter(is_of_kind, pl.col("price") == "trade"), first_seen=first_seen)
    columns = ("venue", "symbol", "open_time", "open", "high", "low", "close", "volume", "origin")
    assert list_candles(files.read_grid(evidence, first_seen=first_seen)) == chosen.select(columns).rows()


def test_a_bar_without_a_trade_has_no_price() -> None:
    """A candle of volume 0 leaves its prices out; a bar without a candle has no volume either."""
    quiet, traded = {**build_candle(1, 3.0), "volume": 0.0}, {**build_candle(2, 4.0), "high": 5.0, "low": 3.5}
    grid = StoredRows(build_fetched(quiet, traded)).read_grid()
    assert (grid.first, grid.size, grid.lines) == (29_335_520, SIZE, {("binance", "ATOM/USDT"): 0})
    for matrix, price in ((grid.open, 4.0), (grid.high, 5.0), (grid.low, 3.5), (grid.close, 4.0)):
        np.testing.assert_array_equal(matrix[0, :4], [NAN, NAN, price, NAN])
    np.testing.assert_array_equal(grid.volume[0, :4], [NAN, 0.0, 10.0, NAN])


def test_deciding_columns_are_read_only_for_markets_with_a_bar_twice() -> None:
    """If one market has a minute twice, time of fetching and source are read for that market only."""
    common_rows = (build_candle(0), build_candle(1), build_candle(0, venue="okx"), build_candle(0, symbol="ATOM/USD"))
    files = StoredRows(build_fetched(*common_rows), build_fetched(build_candle(1, 3.0), at=LATER))
    assert [candle[3] for candle in list_candles(files.read_grid())] == [2.0, 2.0, 3.0, 2.0]
    assert files.reads == [(10, 5), (len(FETCHED_CANDLE), 3)]


def test_known_columns_are_not_read() -> None:
    """Of trades of one route neither price nor origin is read, unless a market has a minute twice."""
    rows = [build_candle(0), build_candle(1), build_candle(0, venue="okx")]
    files = StoredRows(build_fetched(*rows), known=("price", "origin"))
    origin = "collected:ccxt-ohlcv"
    assert [(candle[0], candle[3], candle[-1]) for candle in list_candles(files.read_grid())] == [
        ("binance", 2.0, origin),
        ("binance", 2.0, origin),
        ("okx", 2.0, origin),
    ]
    assert files.reads == [(8, 3)]
    files = StoredRows(build_fetched(*rows), build_fetched(build_candle(1, 3.0), at=LATER), known=("price", "origin"))
    assert [(candle[3], candle[-1]) for candle in list_candles(files.read_grid())] == [
        (2.0, origin),
        (3.0, origin),
        (2.0, origin),
    ]
    assert files.reads == [(8, 4), (len(FETCHED_CANDLE), 3)]


@pytest.mark.parametrize(("price", "origin"), [("mark", Origin.OHLCV), ("trade", Origin.RECONSTRUCTION)])
def test_rows_known_to_be_of_another_kind_are_left_out(price: str, origin: Origin) -> None:
    """Mark prices, and candles of the reconstruction, are no real candles."""
    files = StoredRows(build_fetched(build_candle(price=price, origin=origin)), known=("price", "origin"))
    assert list_candles(files.read_grid()) == []


def test_unique_bars_are_read_once_whatever_their_order() -> None:
    """Files of an early, a late and a middle minute of one market are read once."""
    files = StoredRows(*(build_fetched(build_candle(number, number + 1.0)) for number in (3, 9, 6)))
    assert [candle[3] for candle in list_candles(files.read_grid())] == [4.0, 7.0, 10.0]
    assert len(files.reads) == 1


def test_origins_of_a_part_of_the_bars() -> None:
    """The first ten minutes have candles of one origin, the next ten of two, and the last ten none."""
    rows = [build_candle(number, origin=Origin.ARCHIVE) for number in range(15)]
    rows += [build_candle(number) for number in range(15, 20)]
    grid = StoredRows(build_fetched(*rows, build_candle(25, venue="okx"))).read_grid()
    market = "binance", "ATOM/USDT"
    assert grid.list_origins(slice(0, 10)) == {market: ("collected:archive",)}
    assert grid.list_origins(slice(10, 20)) == {market: ("collected:archive", "collected:ccxt-ohlcv")}
    assert grid.list_origins(slice(20, 30)) == {("okx", "ATOM/USDT"): ("collected:ccxt-ohlcv",)}


def test_a_late_first_candle_counts_as_an_early_one() -> None:
    """A market whose only candle is the last bar but one of thirty has an origin there, and in no earlier bars."""
    grid = StoredRows(build_fetched(build_candle(28), build_candle(0, venue="okx"))).read_grid()
    binance, okx, origins = ("binance", "ATOM/USDT"), ("okx", "ATOM/USDT"), ("collected:ccxt-ohlcv",)
    assert grid.list_origins(slice(0, SIZE)) == {binance: origins, okx: origins}
    assert grid.list_origins(slice(0, 28)) == {okx: origins}


def test_a_long_span_is_read_by_calendar_months() -> None:
    """Sixty days from 10 October 21:20 are three reads.

    A market of November alone is in the grid, too, and a bar that is there twice in December shows its latest candle.
    """
    start = SPAN[0]
    october, november, december = (start + timedelta(days=days) for days in (0, 30, 58))
    files = StoredRows(
        build_fetched(build_candle(at=october), build_candle(at=december, close=5.0)),
        build_fetched(build_candle(at=november, venue="okx", close=4.0)),
        build_fetched(build_candle(at=december, close=6.0), at=LATER),
    )
    grid = read_grid(files.open_span, start, start + timedelta(days=60), Evidence.REAL, Timeframe.M1)
    assert files.reads == [(10, 1), (10, 1), (10, 2), (len(FETCHED_CANDLE), 2)]
    assert [(candle[0], candle[2], candle[3], candle[4]) for candle in list_candles(grid)] == [
        ("binance", october, 2.0, 2.0),
        ("binance", december, 6.0, 6.0),
        ("okx", november, 4.0, 4.0),
    ]


def test_a_grid_without_rows() -> None:
    """Without a candle no market has a line, and there is no origin."""
    grid = StoredRows(build_fetched(build_candle()).clear()).read_grid()
    assert (grid.lines, grid.volume.shape, grid.high.shape) == ({}, (0, SIZE), (0, SIZE))
    assert grid.list_origins(slice(0, SIZE)) == {}
