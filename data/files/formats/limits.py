"""The largest files that are read: one table of limits, each with its reason, checked before a file takes memory."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may hold.

    Attributes:
        unpacked_bytes: of a text, of what a zip or gzip file holds, and of the pages of a Parquet or Feather file.
            Reading takes about ten bytes of memory for each of a text.
        json_bytes: of JSON, whose values take ten times the memory of those of a CSV.
        rows: of a file that is read as a whole; each takes its cells and some 100 bytes of results.
        cells: values of all rows; each takes 16 bytes, even if it is empty and has one byte in the file.
        asset_days: days that have candles, counted for each asset. The store writes a file for each in some 3 ms,
            however few rows it has. All minutes of a market since 2009 are 6,200 days.
        columns: of a table; each takes time by itself, and no known file has more than 40.
        line_bytes: of a line of text; a row of 200 columns has a few thousand.
        cell_bytes: of a value; no name, number or time has more.
        name_bytes: of the name of a column.
        footer_bytes: of the metadata of a Parquet or Feather file, which are parsed as a whole.
        names: different exchanges or symbols of a file; each is looked up by itself.
        batch_bytes: of a text that is read in batches.
        batch_rows: of a Parquet file that is read in batches.
    """

    unpacked_bytes: int
    json_bytes: int
    rows: int
    cells: int = 200_000_000
    asset_days: int = 7_000
    columns: int = 200
    line_bytes: int = 1 << 20
    cell_bytes: int = 1_000
    name_bytes: int = 200
    footer_bytes: int = 2 << 20
    names: int = 5_000
    batch_bytes: int = 4 << 20
    batch_rows: int = 100_000


FILE_LIMITS = Limits(unpacked_bytes=2 << 30, json_bytes=256 << 20, rows=20_000_000)
"""The limits of a program that works for one user: a year of seconds, or ten years of minutes of four exchanges."""

UPLOAD_LIMITS = Limits(
    unpacked_bytes=64_000_000, json_bytes=32_000_000, rows=2_000_000, cells=20_000_000, asset_days=1_000, names=1_000
)
"""The limits of a server that others use meanwhile: what fits into a CSV of 64 MB, in a few seconds and 1 GB."""
