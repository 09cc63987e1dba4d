"""Reads Parquet and Feather (Arrow IPC) files, whose size in memory is found in their metadata first."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl

from data.files.formats.raw_table import LINE_COLUMN, Limits, RawTable, build_refusal, refuse_duplicate_columns
from data.files.formats.unpack import Content

MAX_COLUMNS = 200

CELLS_PER_ROW = 20
"""The largest number of values is this times the largest number of rows."""

MAX_TEXT_BYTES = 1000
"""The longest text in a column: one entry of a dictionary can stand in millions of rows."""

READ_ERRORS = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError)
"""What polars raises for a damaged file; a damaged page makes it panic."""


def parse_parquet(path: Path, content: Content, limits: Limits) -> RawTable:
    """The rows of a Parquet file.

    Raises:
        FileRefused: the file is damaged, has too many rows or columns, or repeats a column.
    """
    return _parse(path, content, limits, "Parquet", pl.scan_parquet)


def parse_feather(path: Path, content: Content, limits: Limits) -> RawTable:
    """The rows of a Feather (Arrow IPC) file.

    Raises:
        FileRefused: the file is damaged, has too many rows or columns, or repeats a column.
    """
    return _parse(path, content, limits, "Feather", pl.scan_ipc)


def read_parquet_batches(path: Path, limits: Limits) -> Iterator[RawTable]:
    """The rows of a Parquet file batch by batch, each as `parse_parquet` gives it.

    Raises:
        FileRefused: `parse_parquet` would refuse the file. Its message alone says why.
    """
    row_count = 0
    try:
        lazy_rows = _select_scalars(path, pl.scan_parquet(path, glob=False), limits)
        for batch in lazy_rows.collect_batches(chunk_size=limits.batch_rows, lazy=True):
            _refuse_long_texts(path, batch)
            numbered = batch.with_row_index(LINE_COLUMN, offset=row_count + 1)
            yield RawTable(path, path.name, "Parquet", numbered)
            row_count += len(batch)
    except READ_ERRORS as error:
        raise build_refusal(path, "is no Parquet file that can be read") from error


def _select_scalars(path: Path, lazy_rows: pl.LazyFrame, limits: Limits) -> pl.LazyFrame:
    """The columns of single values. Raises FileRefused if there are too many rows or columns, or two of a name."""
    schema = lazy_rows.collect_schema()
    count = lazy_rows.select(pl.len()).collect().item()
    scalar_columns = [name for name, dtype in schema.items() if not (dtype.is_nested() or dtype == pl.Binary)]
    _refuse_large(path, count, len(schema), len(scalar_columns), limits)
    refuse_duplicate_columns(path, schema.names())
    return lazy_rows.select(scalar_columns)


def _parse(
    path: Path, content: Content, limits: Limits, form: str, scan: Callable[[io.BytesIO], pl.LazyFrame]
) -> RawTable:
    try:
        rows = _select_scalars(path, scan(io.BytesIO(content.data)), limits).collect()
        _refuse_long_texts(path, rows)
    except READ_ERRORS as error:
        raise build_refusal(path, f"is no {form} file that can be read") from error
    return RawTable(path, content.name, form, rows.with_row_index(LINE_COLUMN, offset=1))


def _refuse_long_texts(path: Path, rows: pl.DataFrame) -> None:
    text_lengths = rows.select(pl.col(pl.String).str.len_bytes().max()).transpose()
    if any((length or 0) > MAX_TEXT_BYTES for (length,) in text_lengths.iter_rows()):
        raise build_refusal(path, f"holds a text of more than {MAX_TEXT_BYTES:,} bytes, which is no value of a candle")


def _refuse_large(path: Path, rows: int, columns: int, scalar_columns: int, limits: Limits) -> None:
    if columns > MAX_COLUMNS:
        raise build_refusal(path, f"has {columns:,} columns; candles have at most {MAX_COLUMNS}")
    if rows > limits.rows or rows * scalar_columns > limits.rows * CELLS_PER_ROW:
        size = f"{rows:,} rows of {columns} columns"
        raise build_refusal(path, f"has {size}, more than the {limits.rows:,} that are read; split it")
