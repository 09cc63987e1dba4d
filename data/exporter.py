"""Rows as CSV or Parquet, into a file or as bytes; what is written of candles can be imported unchanged."""

import secrets
from io import BytesIO
from pathlib import Path

import polars as pl

from data.errors import UsageError

FORMATS = ("csv", "parquet")


def write_rows(rows: pl.DataFrame, path: Path | str, file_format: str | None = None) -> Path:
    """Write a frame to a file, replacing one that is there.

    The file appears under its name only when it is whole. In a CSV, times are ISO 8601 in UTC with a Z (to the
    millisecond where they have any), numbers have the fewest digits that read back as the same float, and null is
    empty. In Parquet, numbers are the floats themselves and times are in UTC.

    Args:
        rows: any frame of plain columns; times with a zone.
        path: the file to write.
        file_format: ``csv`` or ``parquet``; None to go by the file's ending.

    Returns:
        The path.

    Raises:
        UsageError: the format is neither, or the file cannot be written there.
    """
    path = Path(path)
    chosen = file_format or path.suffix.lower().removeprefix(".")
    if chosen not in FORMATS:
        message = f"{path.name}: write {' or '.join(FORMATS)}, not {chosen or 'a file without an ending'}"
        raise UsageError(message)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        try:
            _write(rows, unfinished, chosen)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror or error}"
        raise UsageError(message) from error
    return path


def rows_as(rows: pl.DataFrame, file_format: str) -> bytes:
    """The content of the file that `write_rows` would write.

    Raises:
        UsageError: the format is neither ``csv`` nor ``parquet``.
    """
    if file_format not in FORMATS:
        message = f"rows can be had as {' or '.join(FORMATS)}, not as {file_format}"
        raise UsageError(message)
    content = BytesIO()
    _write(rows, content, file_format)
    return content.getvalue()


def _write(rows: pl.DataFrame, file: Path | BytesIO, file_format: str) -> None:
    if file_format == "csv":
        rows.with_columns(_iso(rows)).write_csv(file)
    else:
        rows.write_parquet(file, compression="zstd")


def _iso(rows: pl.DataFrame) -> list[pl.Expr]:
    """Each time column as text."""
    times = [pl.col(name).dt.convert_time_zone("UTC") for name, dtype in rows.schema.items() if dtype == pl.Datetime]
    return [
        pl.when(time.dt.millisecond() == 0)
        .then(time.dt.strftime("%Y-%m-%dT%H:%M:%SZ"))
        .otherwise(time.dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ"))
        for time in times
    ]
