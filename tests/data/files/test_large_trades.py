"""Large files of trades, which are read batch by batch: the same comes of them as of the whole."""

import gzip
import zipfile
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from data.files.formats.limits import FILE_LIMITS
from data.files.large_trades import sample_large_trades
from data.files.layouts.options import ReadOptions
from data.files.preview import preview_file
from tests.data.files.content import MARKET, read_file, read_refusal, write_file

SMALL_BATCHES = replace(FILE_LIMITS, batch_bytes=4096, batch_rows=100)
HEADER = "timestamp,id,price,amount"
START_MS = 1_760_131_200_000
"""2025-10-10 21:20."""

FEW = 1500
"""More rows than a kind is recognised by, in some ten batches."""


def write_lines(count: int = FEW) -> list[str]:
    """A trade every seven seconds, at prices from 4 to 4.96; each hundredth is there twice, before a blank line."""
    lines = [f"{START_MS + 7000 * i},{i},{4 + i * 37 % 97 / 100:.2f},0.{i % 9 + 1}" for i in range(count)]
    return [line for i, text in enumerate(lines) for line in ([text, text, ""] if i % 100 == 99 else [text])]


def pack(path: Path, suffix: str) -> Path:
    """Write a file again: packed, or as Parquet."""
    packed = path.with_suffix(suffix)
    match suffix:
        case ".gz":
            packed = path.with_name(f"{path.name}.gz")
            packed.write_bytes(gzip.compress(path.read_bytes()))
        case ".zip":
            with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.write(path, path.name)
        case ".parquet":
            texts = {"price": pl.String, "amount": pl.String}
            pl.read_csv(path, schema_overrides=texts).drop_nulls().write_parquet(packed)
    return packed


@pytest.mark.parametrize("suffix", [".csv", ".gz", ".zip", ".parquet"])
def test_batches_come_to_the_same_as_the_whole(tmp_path: Path, suffix: str) -> None:
    """Candles, lowest trades and the whole report do not depend on where batches end."""
    path = write_file(tmp_path / "trades.csv", HEADER, *write_lines())
    path = path if suffix == ".csv" else pack(path, suffix)
    sample = sample_large_trades(path, None, ReadOptions(limits=SMALL_BATCHES))
    assert sample is not None
    assert (sample.count, len(sample.rows) < FEW) == (FEW + FEW // 100, True)
    batched, whole = read_file(path, **MARKET, limits=SMALL_BATCHES), read_file(path, **MARKET)
    assert_frame_equal(batched.candles, whole.candles)
    assert_frame_equal(batched.lows, whole.lows)
    assert batched.report == whole.report
    assert (batched.report.rows, batched.report.duplicates) == (1515, 15)
    assert batched.candles["volume"].sum() == pytest.approx(sum((i % 9 + 1) / 10 for i in range(FEW)))


def test_trades_without_ids_keep_the_order_of_the_file_across_batches(tmp_path: Path) -> None:
    """All trades have one time: the first row opens the candle, the last one closes it."""
    prices = [4 + i / 1000 for i in range(FEW)]
    path = write_file(tmp_path / "trades.csv", "timestamp,price,amount", *(f"{START_MS},{p:.3f},1" for p in prices))
    imported = read_file(path, **MARKET, limits=SMALL_BATCHES)
    assert imported.candles.select("open", "close", "volume").rows() == [(4.0, 5.499, 1500.0)]


@pytest.mark.parametrize("place", [3, 1490], ids=["first batch", "last batch"])
@pytest.mark.parametrize(
    "bad_line",
    [
        f"{START_MS},7,zero,1",
        "yesterday,7,4,1",
        f"{START_MS},,4,1",
        f"{START_MS},7,4,1,5",
        f'{START_MS},7,"4',
        f"{START_MS},7,4,1\0",
        f"{START_MS},7,5,1",
    ],
    ids=["price", "time", "no id", "a field too many", "a quote", "a zero byte", "an id of another trade"],
)
def test_a_bad_row_is_told_of_as_in_the_whole(tmp_path: Path, place: int, bad_line: str) -> None:
    """The message has the same lines, reasons and counts, and a file that is taken in spite of it has the same rows."""
    lines = write_lines()
    path = write_file(tmp_path / "trades.csv", HEADER, *lines[:place], *[bad_line] * 7, *lines[place:])
    if ",," in bad_line:  # an id that is missing once is not read at all
        batched, whole = read_file(path, **MARKET, limits=SMALL_BATCHES), read_file(path, **MARKET)
        assert_frame_equal(batched.candles, whole.candles)
        assert batched.report == whole.report
    else:
        assert read_refusal(path, **MARKET, limits=SMALL_BATCHES) == read_refusal(path, **MARKET)


def test_bad_rows_of_many_batches_are_counted(tmp_path: Path) -> None:
    """The first five are named by line, the others counted."""
    lines = [line.replace(",4.10,", ",-1,") for line in write_lines()]
    path = write_file(tmp_path / "trades.csv", HEADER, *lines)
    bad_lines = [number for number, line in enumerate(lines, 2) if ",-1," in line]
    message = read_refusal(path, **MARKET, limits=SMALL_BATCHES)
    first_lines = [f"line {number}: price -1 is no positive number" for number in bad_lines[:5]]
    assert message.splitlines()[1:] == [
        *(f"  {line}" for line in first_lines),
        f"  and {len(bad_lines) - 5} more such lines",
    ]


def test_a_market_that_comes_late_is_found(tmp_path: Path) -> None:
    """Names that first stand in the last batch are read, counted and refused as others are."""
    lines = [f"kraken,ATOM/USD,{line}" for line in write_lines() if line]
    late = f"Crypto.com,atom_usd,{START_MS},9999,4,1"
    path = write_file(tmp_path / "trades.csv", f"exchange,symbol,{HEADER}", *lines, late)
    batched, whole = read_file(path, limits=SMALL_BATCHES), read_file(path)
    assert batched.report == whole.report
    assert [market.venue for market in batched.report.markets] == ["cryptocom", "kraken"]
    strange = write_file(tmp_path / "strange.csv", f"exchange,symbol,{HEADER}", *lines, late.replace("Crypto", "X"))
    assert read_refusal(strange, limits=SMALL_BATCHES) == read_refusal(strange)
    assert read_refusal(path, **MARKET, limits=SMALL_BATCHES) == read_refusal(path, **MARKET)


def test_a_preview_counts_the_rows_of_all_batches(tmp_path: Path) -> None:
    """While the market is not known the first rows are shown, and all are counted."""
    path = write_file(tmp_path / "trades.csv", HEADER, *write_lines())
    unnamed = preview_file(path, options=ReadOptions(limits=SMALL_BATCHES))
    assert (unnamed.count, len(unnamed.rows), [need.option for need in unnamed.needs]) == (1515, 5, ["venue", "symbol"])
    whole, batched = (
        preview_file(path, venue="kraken", symbol="ATOM/USD", options=ReadOptions(limits=limits))
        for limits in (FILE_LIMITS, SMALL_BATCHES)
    )
    assert batched.count == whole.count == 175  # minutes of 1,500 trades every seven seconds
    assert batched.warnings == whole.warnings


def test_large_files_of_candles_are_read_as_a_whole(tmp_path: Path) -> None:
    """Only trades are sampled."""
    lines = [f"{START_MS + 60_000 * i},4,4,4,4,1" for i in range(FEW)]
    path = write_file(tmp_path / "candles.csv", "open_time,open,high,low,close,volume", *lines)
    assert sample_large_trades(path, None, ReadOptions(limits=SMALL_BATCHES)) is None
