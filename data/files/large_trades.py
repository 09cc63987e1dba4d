"""Finds out what a large file of trades is from a sample of its rows, so that the others are read batch by batch."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from data.errors import FileRefused
from data.files.formats.raw_table import LINE_COLUMN, RawTable, TableBatches, build_refusal
from data.files.layouts.options import ReadOptions
from data.files.layouts.recognise import recognise_table
from data.files.layouts.unnamed import HEAD_ROWS
from data.files.read import read_raw_batches
from data.files.rows.check_rows import MARKET_COLUMNS
from data.files.rows.parse_times import has_zone
from data.files.rows.trade_rows import has_id

SMALL_SHARE = 16
"""A file of less than a batch's size over this is read as a whole, packed or not."""


def sample_large_trades(path: Path, symbol: str | None, options: ReadOptions) -> RawTable | None:
    """A sample of a large file of trades that tells as much of its kind and markets as all of its rows.

    It has the first rows, and of the others the first of each market, with a time, with a zone, and without an id.
    None for any other file, and for one that cannot be read: reading it as a whole says what is wrong with it.

    Args:
        path: the file.
        symbol: see `data.files.layouts.recognise.recognise_table`.
        options: see there.
    """
    try:
        if path.stat().st_size * SMALL_SHARE < options.limits.batch_bytes:
            return None
        batches = read_raw_batches(path, options.limits)
        head = _read_head(batches)
        if head is None:
            return None
        recognised = recognise_table(head, symbol, options)
        if not recognised.holds_trades:
            return None
        parts, count = [head.rows], len(head.rows)
        for batch in batches:
            parts.append(_select_news(batch.rows, recognised.name_rows(batch)))
            count += len(batch.rows)
    except (FileRefused, OSError):
        return None

    def read_again() -> Iterator[RawTable]:
        try:
            yield from read_raw_batches(path, options.limits)
        except FileRefused as error:
            raise build_refusal(path, "changed while it was read") from error

    return RawTable(
        path=head.path,
        inner_name=head.inner_name,
        form=head.form,
        rows=pl.concat(parts),
        has_names=head.has_names,
        row_word=head.row_word,
        batches=TableBatches(count, read_again),
    )


def _read_head(batches: Iterator[RawTable]) -> RawTable | None:
    """The first `HEAD_ROWS` rows, by which a kind is recognised, or the first batch; None if there are no more."""
    first = next(batches, None)
    if first is None:
        return None
    parts, count = [first.rows], len(first.rows)
    while count < HEAD_ROWS:
        batch = next(batches, None)
        if batch is None:
            return None
        parts.append(batch.rows)
        count += len(batch.rows)
    return RawTable(
        first.path, first.inner_name, first.form, pl.concat(parts), has_names=first.has_names, row_word=first.row_word
    )


def _select_news(rows: pl.DataFrame, named_rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of a batch that may tell more of a file than the rows before it."""
    markets = [name for name in MARKET_COLUMNS if name in named_rows.columns]
    firsts = [named_rows.filter(pl.col("time").is_not_null()).head(1)]
    firsts += [named_rows.filter(has_zone(named_rows["time"])).head(1)]
    firsts += [named_rows.unique(markets, keep="first")] if markets else []
    firsts += [named_rows.filter(~has_id(named_rows)).head(1)] if "id" in named_rows.columns else []
    lines = pl.concat([first[LINE_COLUMN] for first in firsts]).unique()
    return rows.filter(pl.col(LINE_COLUMN).is_in(lines.implode()))
