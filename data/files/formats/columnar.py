"""Reads Parquet and Feather (Arrow IPC) files, whose size in memory is found in their metadata first."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl

from data.files.formats.feather_size import measure_feather
from data.files.formats.limits import Limits
from data.files.formats.parquet_size import measure_parquet
from data.files.formats.raw_table import (
    LINE_COLUMN,
    RawTable,
    build_refusal,
    refuse_bad_columns,
    refuse_large_table,
    refuse_long_values,
)
from data.files.formats.table_size import DamagedTable, LongMetadata, TableSize
from data.files.formats.unpack import Content

READ_ERRORS = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, DamagedTable)
"""What polars raises for a damaged file; a damaged page makes it panic."""


def parse_parquet(path: Path, content: Content, limits: Limits) -> RawTable:
    """The rows of a Parquet file.

    Raises:
        FileRefused: the file is damaged, has too many rows or columns, or repeats a column.
    """
    return _parse(path, content, limits, "Parquet", measure_parquet, pl.scan_parquet)


def parse_feather(path: Path, content: Content, limits: Limits) -> RawTable:
    """The rows of a Feather (Arrow IPC) file.

    Raises:
        FileRefused: the file is damaged, has too many rows or columns, or repeats a column.
    """
    return _parse(path, content, limits, "Feather", measure_feather, pl.scan_ipc)


def read_parquet_batches(path: Path, limits: Limits) -> Iterator[RawTable]:
    """The rows of a Parquet file batch by batch, each as `parse_parquet` gives it.

    Raises:
        FileRefused: `parse_parquet` would refuse the file. Its message alone says why.
    """
    row_count = 0
    try:
        with path.open("rb") as file:
            _refuse_large(path, measure_parquet(file, limits.footer_bytes), limits)
        lazy_rows = _select_scalars(path, pl.scan_parquet(path, glob=False), limits)
        for batch in lazy_rows.collect_batches(chunk_size=limits.batch_rows, lazy=True):
            table = _build_table(path, path.name, "Parquet", batch, row_count, limits)
            yield table
            row_count += len(batch)
    except LongMetadata as error:
        reason = (
            f"has metadata of more than {limits.footer_bytes:,} bytes; write fewer columns, or larger groups of rows"
        )
        raise build_refusal(path, reason) from error
    except READ_ERRORS as error:
        raise build_refusal(path, "is no Parquet file that can be read") from error


def _parse(
    path: Path,
    content: Content,
    limits: Limits,
    form: str,
    measure: Callable[[io.BytesIO, int], TableSize],
    scan: Callable[[io.BytesIO], pl.LazyFrame],
) -> RawTable:
    try:
        _refuse_large(path, measure(io.BytesIO(content.data), limits.footer_bytes), limits)
        rows = _select_scalars(path, scan(io.BytesIO(content.data)), limits).collect()
        return _build_table(path, content.name, form, rows, 0, limits)
    except LongMetadata as error:
        reason = (
            f"has metadata of more than {limits.footer_bytes:,} bytes; write fewer columns, or larger groups of rows"
        )
        raise build_refusal(path, reason) from error
    except READ_ERRORS as error:
        raise build_refusal(path, f"is no {form} file that can be read") from error


def _refuse_large(path: Path, size: TableSize, limits: Limits) -> None:
    """Raise an error for a table that is larger than the limits, before any of it is read."""
    if size.columns > limits.columns:
        raise build_refusal(
            path, f"has {size.columns:,} columns; a table may have {limits.columns}: leave out those of no use"
        )
    refuse_large_table(path, size.rows, size.columns, limits)
    unpacked_bytes = 0
    for page_bytes in size.page_bytes:
        unpacked_bytes += page_bytes
        if unpacked_bytes > limits.unpacked_bytes:
            raise build_refusal(path, f"unpacks to more than {limits.unpacked_bytes / 1e6:,.0f} MB; import it in parts")


def _select_scalars(path: Path, lazy_rows: pl.LazyFrame, limits: Limits) -> pl.LazyFrame:
    """The columns of single values. Raises FileRefused if the names of its columns cannot be taken."""
    schema = lazy_rows.collect_schema()
    refuse_bad_columns(path, schema.names(), limits)
    return lazy_rows.select(
        name for name, dtype in schema.items() if not (dtype.is_nested() or dtype in {pl.Binary, pl.Object})
    )


def _build_table(path: Path, name: str, form: str, rows: pl.DataFrame, rows_before: int, limits: Limits) -> RawTable:
    table = RawTable(path, name, form, rows.with_row_index(LINE_COLUMN, offset=rows_before + 1))
    refuse_long_values(path, table.rows, table.row_word, limits)
    return table
