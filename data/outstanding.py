"""What was asked and not had, and has not come since: failed spans less those that came whole or were asked again."""

from collections import defaultdict
from typing import Any

import polars as pl

from data.intervals import Span, subtract_spans
from data.schema import COVERAGE, is_derivative, parse_base

SeriesNames = tuple[str, str, str, str]

ANY_MARKET_SUFFIXES = ("/*", "/*:*")
"""How a symbol ends that names an asset without a market, because the venue did not list its markets."""


def list_outstanding(failed: pl.DataFrame, complete: pl.DataFrame, later: pl.DataFrame) -> pl.DataFrame:
    """The failed spans, cut down to the minutes that are still wanting, each with its latest reason.

    A failure to list markets is over for the minutes of which the venue was asked about any market of the asset later:
    what failed then speaks for itself.

    Args:
        failed: rows of `data.schema.COVERAGE`, in the order of asking.
        complete: venue, symbol, price, timeframe, start and end of spans that came whole.
        later: rows of `data.schema.COVERAGE` that may have come after a failure to list markets.

    Returns:
        Rows of `data.schema.COVERAGE`, in the order of asking, that do not overlap within a market.
    """
    covered: defaultdict[SeriesNames, list[Span]] = defaultdict(list)
    columns = ("venue", "symbol", "price", "timeframe", "start", "end")
    for venue, symbol, price, timeframe, start, end in complete.select(columns).iter_rows():
        covered[venue, symbol, price, timeframe].append(Span(start, end))
    outstanding: list[dict[str, Any]] = []
    for row in reversed(failed.to_dicts()):
        series = (row["venue"], row["symbol"], row["price"], row["timeframe"])
        span = Span(row["start"], row["end"])
        asked_again = _list_later_requests(row, later) if row["symbol"].endswith(ANY_MARKET_SUFFIXES) else []
        remaining = subtract_spans(span, [*covered[series], *asked_again])
        outstanding += [{**row, "start": start, "end": end} for start, end in reversed(remaining)]
        covered[series] += remaining
    return pl.DataFrame(outstanding[::-1], schema=COVERAGE)


def _list_later_requests(row: dict[str, Any], later: pl.DataFrame) -> list[Span]:
    """The spans for which the venue was asked about a market of the row's asset, kind and length, after the row."""
    is_same_length = (pl.col(name) == row[name] for name in ("venue", "timeframe"))
    later_rows = later.filter(*is_same_length, pl.col("asked_at") > row["asked_at"])
    asset, derivative = parse_base(row["symbol"]), is_derivative(row["symbol"])
    return [
        Span(start, end)
        for symbol, start, end in later_rows.select("symbol", "start", "end").iter_rows()
        if parse_base(symbol) == asset and is_derivative(symbol) is derivative
    ]
