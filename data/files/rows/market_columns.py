"""The markets of the rows of a file: by its columns, or the one of all rows."""

from pathlib import Path

import polars as pl

from data.errors import UsageError
from data.files.formats.raw_table import build_refusal
from data.files.layouts.recognise import RecognisedTable
from data.files.rows.check_rows import MARKET_COLUMNS
from data.identity.venue_names import VenueNames

WRITTEN_COLUMNS = {"venue": "venue of file", "symbol": "symbol of file"}
"""The added columns with venue and symbol as the file, or the caller, writes them."""


def read_markets(recognised: RecognisedTable, names: VenueNames, venue: str | None, symbol: str | None) -> pl.DataFrame:
    """The markets of all rows.

    Args:
        recognised: the file.
        names: the names of the venues that rows may be of.
        venue: the venue of all rows of a file without such a column; None to leave it open.
        symbol: the symbol of all rows, likewise.

    Returns:
        `WRITTEN_COLUMNS`, ``venue`` (the id with that name), ``symbol`` (unified, in capitals), and ``no_venue``: why
        there is no id, else null.

    Raises:
        FileRefused: a column is no text.
    """
    raw = recognised.table.rows
    values = {"venue": venue, "symbol": symbol}
    written = raw.with_columns(
        read_text(recognised.table.path, raw, name, values[name]).alias(WRITTEN_COLUMNS[name])
        for name in MARKET_COLUMNS
    ).select(*WRITTEN_COLUMNS.values())
    symbols = written[WRITTEN_COLUMNS["symbol"]]
    if recognised.symbols:
        symbols = symbols.replace(dict(recognised.symbols))
    venues = _resolve_venues(written[WRITTEN_COLUMNS["venue"]], names)
    return pl.concat([written, venues, symbols.str.to_uppercase().alias("symbol").to_frame()], how="horizontal")


def list_open_names(recognised: RecognisedTable, venue: str | None, symbol: str | None) -> frozenset[str]:
    """Those of venue and symbol that neither the file nor the caller names."""
    values = {"venue": venue, "symbol": symbol}
    return frozenset(
        name for name in MARKET_COLUMNS if name not in recognised.table.rows.columns and values[name] is None
    )


def read_text(path: Path, raw: pl.DataFrame, name: str, value: str | None) -> pl.Expr:
    """A text column, stripped, or one value for all rows; null where empty or absent.

    Raises:
        FileRefused: the column is no text.
    """
    if value is not None:
        return pl.lit(value).alias(name)
    if name not in raw.columns:
        return pl.lit(None, pl.String).alias(name)
    if not isinstance(raw.schema[name], pl.String | pl.Categorical | pl.Enum | pl.Null):
        raise build_refusal(path, f"column {name} holds {raw.schema[name]}, not text")
    text = pl.col(name).cast(pl.String).str.strip_chars()
    return pl.when(text != "").then(text).alias(name)


def _resolve_venues(written: pl.Series, names: VenueNames) -> pl.DataFrame:
    """For each text its ``venue``, and in ``no_venue`` why it has none; both null where the text is null."""
    ids: dict[str, str] = {}
    faults: dict[str, str] = {}
    for text in written.drop_nulls().unique():
        try:
            ids[text] = names.resolve(text)
        except UsageError as error:
            faults[text] = str(error)
    return pl.DataFrame(
        {
            name: written.replace_strict(texts, default=None, return_dtype=pl.String)
            for name, texts in (("venue", ids), ("no_venue", faults))
        }
    )
