"""Writes frames as CSV or Parquet, to a file or as bytes; exported candles can be imported again unchanged."""

import secrets
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import polars as pl

from data.disk.explain import explain_disk_error, explain_output_error
from data.errors import UsageError

EXPORT_FORMATS = ("csv", "parquet")

METADATA_SUFFIX = "-metadata.json"
"""What the W3C's metadata for tabular data add to the name of a CSV for the name of its metadata."""

METADATA_KEY = "plumbline"
"""The key of the same text in the metadata of a Parquet file."""


FORMULA_START = r"^[=+\-@\t\r]"
"""How a text begins that a spreadsheet would run."""

TEXT_TYPES = (pl.String, pl.Categorical, pl.Enum)

NUMBER_TEXT = r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$"
"""A text that is a number: it begins like a formula, and is none."""


def write_rows(
    rows: pl.DataFrame, path: Path | str, file_format: str | None = None, metadata: str | None = None
) -> Path:
    """Write a frame to a file, replacing an existing one.

    The file appears under its name only when it is complete. In a CSV, times are ISO 8601 in UTC with a Z (to the
    millisecond where they have any), numbers have the fewest digits that read back as the same float, null is
    empty, and a text that a spreadsheet would run as a formula has an apostrophe before it. In Parquet, numbers are the
    floats themselves and times are in UTC.

    Args:
        rows: any frame of plain columns; times with a zone.
        path: the file to write.
        file_format: ``csv`` or ``parquet``; None to use the file's ending.
        metadata: a text about the rows, which a Parquet file holds under `METADATA_KEY`; beside a CSV it is a file of
            its own, with the CSV's name and `METADATA_SUFFIX`.

    Returns:
        The path.

    Raises:
        UsageError: the format is neither, or the file cannot be written there.
    """
    path = Path(path)
    chosen_format = file_format or path.suffix.lower().removeprefix(".")
    if chosen_format not in EXPORT_FORMATS:
        message = f"{path.name}: write {' or '.join(EXPORT_FORMATS)}, not {chosen_format or 'a file without an ending'}"
        raise UsageError(message)
    temporary_path = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    temporary_metadata_path = path.with_name(f"{temporary_path.name}{METADATA_SUFFIX}")
    try:
        _write_frame(rows, temporary_path, chosen_format, metadata)
        if metadata is not None and chosen_format == "csv":
            temporary_metadata_path.write_text(metadata, encoding="utf-8")
            temporary_metadata_path.replace(path.with_name(f"{path.name}{METADATA_SUFFIX}"))
        temporary_path.replace(path)
    except (OSError, pl.exceptions.ComputeError) as error:
        # While the part that was written is there: without it the disk may have room again.
        _translate_write_error(error, str(path), path.parent)
        raise
    finally:
        with suppress(NotADirectoryError):
            temporary_path.unlink(missing_ok=True)
            temporary_metadata_path.unlink(missing_ok=True)
    return path


def write_temporary(rows: pl.DataFrame, path: Path) -> None:
    """Write rows to a file that only this process reads again, in a folder of its own.

    Raises:
        UsageError: it cannot be written, such as on a full disk.
    """
    try:
        rows.write_parquet(path, compression="lz4")
    except (OSError, pl.exceptions.ComputeError) as error:
        _translate_write_error(error, f"the temporary file {path}", path.parent)
        raise


def _translate_write_error(error: Exception, name: str, folder: Path) -> None:
    """Raise UsageError if the disk refused a write; polars, which writes Parquet by itself, repeats what it said.

    An error of polars that does not come from the disk is a defect, and is left to the caller.
    """
    if isinstance(error, OSError) or explain_disk_error(error, folder) is not None:
        message = f"{name} cannot be written: {explain_output_error(error, folder)}"
        raise UsageError(message) from error


def neutralise_formulas(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with an apostrophe before each text that a spreadsheet would run as a formula; numbers stay.

    >>> neutralise_formulas(pl.DataFrame({"symbol": ["=1+1", "-2022", "ATOM"]}))["symbol"].to_list()
    ["'=1+1", '-2022', 'ATOM']
    """
    texts = {name: pl.col(name).cast(pl.String) for name, dtype in rows.schema.items() if dtype in TEXT_TYPES}
    return rows.with_columns(
        pl.when(text.str.contains(FORMULA_START) & ~text.str.contains(NUMBER_TEXT))
        .then(pl.concat_str(pl.lit("'"), text))
        .otherwise(text)
        .alias(name)
        for name, text in texts.items()
    )


def encode_rows(rows: pl.DataFrame, file_format: str, metadata: str | None = None) -> bytes:
    """The bytes of the file that `write_rows` would write; ``metadata`` as there, of which a CSV has none.

    Raises:
        UsageError: the format is neither ``csv`` nor ``parquet``.
    """
    if file_format not in EXPORT_FORMATS:
        message = f"rows can be had as {' or '.join(EXPORT_FORMATS)}, not as {file_format}"
        raise UsageError(message)
    content = BytesIO()
    _write_frame(rows, content, file_format, metadata)
    return content.getvalue()


def _write_frame(rows: pl.DataFrame, file: Path | BytesIO, file_format: str, metadata: str | None) -> None:
    if file_format == "csv":
        neutralise_formulas(rows).with_columns(_format_times(rows)).write_csv(file)
    else:
        rows.write_parquet(file, compression="zstd", metadata=None if metadata is None else {METADATA_KEY: metadata})


def _format_times(rows: pl.DataFrame) -> list[pl.Expr]:
    """Expressions that format each time column as text."""
    times = [pl.col(name).dt.convert_time_zone("UTC") for name, dtype in rows.schema.items() if dtype == pl.Datetime]
    return [
        pl.when(time.dt.millisecond() == 0)
        .then(time.dt.strftime("%Y-%m-%dT%H:%M:%SZ"))
        .otherwise(time.dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ"))
        for time in times
    ]
