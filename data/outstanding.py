"""Spans that a collection failed to get and that have not been collected since."""

import re
from collections import defaultdict
from typing import Any

import polars as pl

from data.intervals import Span, subtract_spans
from data.schema import COVERAGE, is_derivative, parse_base

SeriesNames = tuple[str, str, str, str]

ANY_MARKET_SUFFIXES = ("/*", "/*:*")
"""Endings of symbols that stand for all markets of an asset, used where the venue did not list its markets."""


def list_outstanding(failed: pl.DataFrame, complete: pl.DataFrame, later: pl.DataFrame) -> pl.DataFrame:
    """The failed spans, cut down to the minutes that are still missing, each with its latest reason.

    A failure to list markets no longer counts for the minutes for which the venue was later asked about any market of
    the asset: that request has an outcome of its own.

    Args:
        failed: rows of `data.schema.COVERAGE`, in the order of ``asked_at``.
        complete: venue, symbol, price, timeframe, start and end of complete spans.
        later: rows of `data.schema.COVERAGE` that may be younger than a failure to list markets.

    Returns:
        Rows of `data.schema.COVERAGE`, in the order of ``asked_at``, that do not overlap within a market.
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
    """The spans of requests after this row, to the same venue, for markets of its asset, kind and timeframe."""
    is_same_length = (pl.col(name) == row[name] for name in ("venue", "timeframe"))
    later_rows = later.filter(*is_same_length, pl.col("asked_at") > row["asked_at"])
    asset, derivative = parse_base(row["symbol"]), is_derivative(row["symbol"])
    return [
        Span(start, end)
        for symbol, start, end in later_rows.select("symbol", "start", "end").iter_rows()
        if parse_base(symbol) == asset and is_derivative(symbol) is derivative
    ]


FILE_PATTERN = r"\S*\d{4}-?\d{2}-?\d{2}\S*\.(?:zip|gz)"
"""The name of an archive's file, which contains market and day."""


def remove_file_names(reason: str) -> str:
    """The reason without names of archive files.

    >>> remove_file_names("no archive file ATOM-USDT-candlesticks-2025-10-10.zip (HTTP 404)")
    'no archive file (HTTP 404)'
    """
    return re.sub(rf" ?{FILE_PATTERN}", "", reason)
