"""What a store holds and lacks, summed up: the rows that the terminal and the data page tell."""

import polars as pl

from data.reasons import remove_file_names
from data.schema import Origin

ROUTE_LABELS = {
    Origin.ARCHIVE.value: "archive",
    Origin.OHLCV.value: "candles",
    Origin.TRADES.value: "trades",
    Origin.RECONSTRUCTION.value: "reconstruction",
}
"""How the candles of an origin came, in a word; those of files by the file's name."""


def summarize_holdings(holdings: pl.DataFrame) -> pl.DataFrame:
    """What the store holds (`data.schema.HOLDING`), a row for each venue, route or file, and length of candles.

    An archive's files count as one route. A minute that came from two files or hosts is counted for each.

    Returns:
        Columns venue, came, timeframe, origin, symbol (a list), candles, first and last, sorted.
    """
    route = pl.col("origin").replace_strict(ROUTE_LABELS, default=pl.col("source"))
    grouped = holdings.with_columns(came=route).group_by("venue", "came", "timeframe", maintain_order=True)
    return grouped.agg(
        pl.col("origin").first(),
        pl.col("symbol").unique(maintain_order=True),
        pl.col("candles").sum(),
        pl.col("first").min(),
        pl.col("last").max(),
    ).sort("venue", "came", "timeframe")


def summarize_outstanding(outstanding: pl.DataFrame) -> pl.DataFrame:
    """What was asked and not had (`data.schema.COVERAGE`), a row for each venue, reason and length of candles.

    Returns:
        Columns venue, outcome, message, timeframe, market (a list), minutes, start, end and asked_at (the latest),
        sorted.
    """
    minutes = (pl.col("end") - pl.col("start")).dt.total_minutes().sum().alias("minutes")
    market_name = pl.when(pl.col("price") == "trade").then("symbol").otherwise(pl.format("{} ({})", "symbol", "price"))
    reason = pl.col("message").map_elements(remove_file_names, return_dtype=pl.String)
    grouped = outstanding.with_columns(market=market_name, message=reason).group_by(
        "venue", "outcome", "message", "timeframe", maintain_order=True
    )
    return grouped.agg(
        pl.col("market").unique(maintain_order=True),
        minutes,
        pl.col("start").min(),
        pl.col("end").max(),
        pl.col("asked_at").max(),
    ).sort("venue", "outcome", "message", "timeframe")
