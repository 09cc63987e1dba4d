"""What a store holds and lacks, summed up: the rows that the terminal and the data page tell."""

import polars as pl

from data.reasons import without_files
from data.schema import Origin

ROUTES = {
    Origin.ARCHIVE.value: "archive",
    Origin.OHLCV.value: "candles",
    Origin.TRADES.value: "trades",
    Origin.RECONSTRUCTION.value: "reconstruction",
}
"""How the candles of an origin came, in a word; those of files by the file's name."""


def held_rows(holdings: pl.DataFrame) -> pl.DataFrame:
    """What the store holds (`data.schema.HOLDING`), a row for each venue, route or file, and length of candles.

    An archive's files count as one route. A minute that came from two files or hosts is counted for each.

    Returns:
        Columns venue, came, timeframe, origin, symbol (a list), candles, first and last, sorted.
    """
    came = pl.col("origin").replace_strict(ROUTES, default=pl.col("source"))
    alike = holdings.with_columns(came=came).group_by("venue", "came", "timeframe", maintain_order=True)
    return alike.agg(
        pl.col("origin").first(),
        pl.col("symbol").unique(maintain_order=True),
        pl.col("candles").sum(),
        pl.col("first").min(),
        pl.col("last").max(),
    ).sort("venue", "came", "timeframe")


def not_had_rows(wanting: pl.DataFrame) -> pl.DataFrame:
    """What was asked and not had (`data.schema.COVERAGE`), a row for each venue, reason and length of candles.

    Returns:
        Columns venue, outcome, message, timeframe, market (a list), minutes, start, end and asked_at (the latest),
        sorted.
    """
    minutes = (pl.col("end") - pl.col("start")).dt.total_minutes().sum().alias("minutes")
    named = pl.when(pl.col("price") == "trade").then("symbol").otherwise(pl.format("{} ({})", "symbol", "price"))
    reason = pl.col("message").map_elements(without_files, return_dtype=pl.String)
    alike = wanting.with_columns(market=named, message=reason).group_by(
        "venue", "outcome", "message", "timeframe", maintain_order=True
    )
    return alike.agg(
        pl.col("market").unique(maintain_order=True),
        minutes,
        pl.col("start").min(),
        pl.col("end").max(),
        pl.col("asked_at").max(),
    ).sort("venue", "outcome", "message", "timeframe")
