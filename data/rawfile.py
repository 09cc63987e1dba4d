"""A CSV or Parquet file as a frame of what stands in it, or a refusal that says what is wrong with the file."""

import csv
import io
from pathlib import Path

import polars as pl

from data.errors import FileRefused

LINE = "line of file"
"""The added column: the line of a CSV (its header is line 1) or the row of a Parquet file (from 1)."""

FORMATS = (".csv", ".parquet")


def read_raw(path: Path) -> pl.DataFrame:
    """The rows of a file under lower-case column names, with `LINE`; a CSV's values are texts, empty ones null.

    Blank lines of a CSV are left out.

    Raises:
        FileRefused: there is no such file, it is neither CSV nor Parquet, is empty, broken, or names a column twice.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise refused(
            path,
            f"ends in {repr(path.suffix) if path.suffix else 'nothing'}; candles are read from {' and '.join(FORMATS)}",
        )
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise refused(path, "there is no such file") from error
    except OSError as error:
        raise refused(path, error.strerror or str(error)) from error
    if not content:
        raise refused(path, "is empty")
    frame = _csv(path, content) if suffix == ".csv" else _parquet(path, content)
    _refuse_twins(path, frame.columns)
    frame = frame.rename({name: name.strip().lower() for name in frame.columns})
    return frame.filter(~pl.all_horizontal(pl.exclude(LINE).is_null())) if suffix == ".csv" else frame


def refused(path: Path, why: str) -> FileRefused:
    """The error for a file: its name and why it was refused."""
    return FileRefused(f"{path.name}: {why}")


def _refuse_twins(path: Path, columns: list[str]) -> None:
    names = [name.strip().lower() for name in columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise refused(path, f"has more than one column {', '.join(twice)}")


def _csv(path: Path, content: bytes) -> pl.DataFrame:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refused(path, f"is no text in UTF-8 (byte {error.start + 1})") from error
    if "\0" in text:
        raise refused(path, "is no text: it holds zero bytes")
    body = text.lstrip("\r\n")
    if not body:
        raise refused(path, "is empty")
    lines_before = text[: len(text) - len(body)].count("\n")
    # polars renames a column that is there twice, so the header is looked at apart.
    header = next(csv.reader(io.StringIO(body)))
    _refuse_twins(path, header)
    try:
        rows = pl.read_csv(io.BytesIO(body.encode()), infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise refused(path, _uneven(body, len(header), lines_before) or "is no CSV that can be read") from error
    return rows.with_row_index(LINE, offset=lines_before + 2)


def _uneven(text: str, width: int, lines_before: int) -> str | None:
    """The first line with more fields than the header."""
    rows = csv.reader(io.StringIO(text))
    found = next(((rows.line_num + lines_before, len(row)) for row in rows if len(row) > width), None)
    return None if found is None else f"line {found[0]} has {found[1]} fields, the header has {width}"


def _parquet(path: Path, content: bytes) -> pl.DataFrame:
    try:
        return pl.read_parquet(io.BytesIO(content)).with_row_index(LINE, offset=1)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:  # a damaged page makes polars panic
        raise refused(path, "is no Parquet file that can be read") from error
