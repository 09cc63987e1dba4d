"""What was asked and not had, and has not come since: failed spans less those that came whole or were asked again."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import polars as pl

from data.schema import COVERAGE, base_of, is_derivative

Span = tuple[datetime, datetime]
Series = tuple[str, str, str, str]

ANY_MARKET = ("/*", "/*:*")
"""How a symbol ends that names an asset without a market, because the venue did not list its markets."""


def still_wanting(failed: pl.DataFrame, whole: pl.DataFrame, later: pl.DataFrame) -> pl.DataFrame:
    """The failed spans, cut down to the minutes that are still wanting, each with its latest reason.

    A failure to list markets is over for the minutes of which the venue was asked about any market of the asset later:
    what failed then speaks for itself.

    Args:
        failed: rows of `data.schema.COVERAGE`, in the order of asking.
        whole: venue, symbol, price, timeframe, start and end of spans that came whole.
        later: rows of `data.schema.COVERAGE` that may have come after a failure to list markets.

    Returns:
        Rows of `data.schema.COVERAGE`, in the order of asking, that do not overlap within a market.
    """
    settled: defaultdict[Series, list[Span]] = defaultdict(list)
    columns = ("venue", "symbol", "price", "timeframe", "start", "end")
    for venue, symbol, price, timeframe, start, end in whole.select(columns).iter_rows():
        settled[venue, symbol, price, timeframe].append((start, end))
    found: list[dict[str, Any]] = []
    for row in reversed(failed.to_dicts()):
        series = (row["venue"], row["symbol"], row["price"], row["timeframe"])
        span = (row["start"], row["end"])
        asked_again = _asked_later(row, later) if row["symbol"].endswith(ANY_MARKET) else []
        left = less(span, [*settled[series], *asked_again])
        found += [{**row, "start": start, "end": end} for start, end in reversed(left)]
        settled[series] += left
    return pl.DataFrame(found[::-1], schema=COVERAGE)


def less(span: Span, others: Iterable[Span]) -> list[Span]:
    """What of the span none of the others holds, in time order.

    >>> less((0, 10), [(4, 5), (-3, 2)])
    [(2, 4), (5, 10)]
    """
    left = []
    cursor, end = span
    for first, last in sorted(others):
        if first >= end:
            break
        if first > cursor:
            left.append((cursor, first))
        cursor = max(cursor, last)
    if cursor < end:
        left.append((cursor, end))
    return left


def _asked_later(row: dict[str, Any], later: pl.DataFrame) -> list[Span]:
    """The spans for which the venue was asked about a market of the row's asset, kind and length, after the row."""
    of_length = (pl.col(name) == row[name] for name in ("venue", "timeframe"))
    of_venue = later.filter(*of_length, pl.col("asked_at") > row["asked_at"])
    asset, derivative = base_of(row["symbol"]), is_derivative(row["symbol"])
    return [
        (start, end)
        for symbol, start, end in of_venue.select("symbol", "start", "end").iter_rows()
        if base_of(symbol) == asset and is_derivative(symbol) is derivative
    ]
