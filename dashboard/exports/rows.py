"""Columns that the rows of several exports share.

A column has the same meaning in every export. A row may hold more columns than its export has: a frame takes those of
its schema.
"""

import polars as pl

from data.reconstruction.candles import list_assumed_markets
from data.schema import Evidence
from deviation.measurement import Measurement
from deviation.ranks import Rank
from deviation.result import MarketRow
from deviation.side import Side
from deviation.window.summary import DeviationSummary

Row = dict[str, object]
"""Values by column."""

MARKET_SCHEMA: dict[str, pl.DataType] = {
    "asset": pl.String(),
    "venue": pl.String(),
    "symbol": pl.String(),
    "group": pl.String(),
    "against": pl.String(),
}
"""The columns that identify a market and the group that it is measured against, the first ones of most exports."""


def build_question_columns(measurement: Measurement) -> Row:
    """What all rows of a measurement share: ``asset``, ``fair_value``, ``enter`` and ``origin``.

    ``fair_value`` tells whether the asset is measured against fair value, ``enter`` is the threshold as a fraction.
    """
    question = measurement.question
    return {
        "asset": question.asset,
        "fair_value": question.underlying is not None,
        "enter": question.parameters.enter,
        "origin": question.origin.value,
    }


def build_market_columns(measurement: Measurement, row: MarketRow) -> Row:
    """The columns of `MARKET_SCHEMA` and `build_question_columns`, and ``focus`` and ``assumed``.

    ``against`` is the market's own group: a row about another one replaces it. ``focus`` tells whether the market is
    one of the focus venue; ``assumed`` whether it is of the reconstruction, with no figure of it published.
    """
    question, market = measurement.question, row.market
    return {
        **build_question_columns(measurement),
        "venue": market.venue,
        "symbol": market.symbol,
        "group": market.group,
        "against": market.group,
        "focus": market.venue == measurement.focus,
        "assumed": (market.venue, market.symbol) in list_assumed_markets(question.origin),
    }


def build_rank_columns(measurement: Measurement, rank: Rank) -> Row:
    """The ranks of a market: per side ``..._largest``, ``..._longest`` and, for each, ``..._why``, null without one.

    All are null on the reconstruction, which has no ranks.
    """
    columns: Row = {}
    for side, side_rank in rank.items():
        for name, verdict in (("largest", side_rank.largest), ("longest", side_rank.longest)):
            has_rank = measurement.question.origin is not Evidence.RECONSTRUCTION
            columns[f"{side}_{name}"] = verdict.word.value if has_rank else None
            columns[f"{side}_{name}_why"] = verdict.why if has_rank else None
    return columns


def build_summary_columns(measurement: Measurement, summary: DeviationSummary) -> Row:
    """The deviations of a market: ``firm_min``, and per side ``...``, ``..._at`` and ``..._min``.

    ``below`` and ``above`` are the extreme deviations in firm minutes as fractions, 0 where none lies on that side,
    null without a firm minute; ``..._at`` their bars, ``..._min`` the firm minutes at least ``enter`` away.
    """
    columns: Row = {"firm_min": summary.firm_min}
    for side in Side:
        side_summary = summary.get_side(side)
        columns[side.value] = side_summary.deviation
        columns[f"{side}_at"] = measurement.time_at(side_summary.at)
        columns[f"{side}_min"] = side_summary.minutes
    return columns
