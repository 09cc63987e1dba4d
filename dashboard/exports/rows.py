"""Columns that the rows of several exports share.

A column has the same meaning in every export. A row may hold more columns than its export has: a frame takes those of
its schema.
"""

import polars as pl

from data.reconstruction.candles import list_assumed_markets
from data.schema import Evidence
from deviation.ranks import Rank
from deviation.result import MarketRow, Measurement
from deviation.window.summary import DeviationSummary

Row = dict[str, object]
"""Values by column."""

MARKET_SCHEMA: dict[str, pl.DataType] = {
    "asset": pl.String(),
    "venue": pl.String(),
    "symbol": pl.String(),
    "group": pl.String(),
}
"""The columns that identify a market, the first ones of most exports."""


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

    ``focus`` tells whether the market is one of the focus venue; ``assumed`` whether it is of the reconstruction, with
    no figure of it published.
    """
    question, market = measurement.question, row.market
    return {
        **build_question_columns(measurement),
        "venue": market.venue,
        "symbol": market.symbol,
        "group": market.group.value,
        "focus": market.venue == question.focus,
        "assumed": (market.venue, market.symbol) in list_assumed_markets(question.origin),
    }


def build_rank_columns(measurement: Measurement, rank: Rank) -> Row:
    """The rank of a market: ``deepest``, ``longest``, and ``not_ranked_why``, the reason if it has no rank.

    All three are null on the reconstruction, which has no ranks.
    """
    if measurement.question.origin is Evidence.RECONSTRUCTION:
        return dict.fromkeys(("deepest", "longest", "not_ranked_why"))
    return {"deepest": rank.deepest.value, "longest": rank.longest.value, "not_ranked_why": rank.reason}


def build_summary_columns(measurement: Measurement, summary: DeviationSummary) -> Row:
    """The deviation of a market: ``depth``, ``depth_at``, ``below_min`` and ``firm_min``.

    ``depth`` is the least deviation in firm minutes as a fraction, ``depth_at`` its bar; both are null if no minute is
    firm. ``below_min`` counts firm minutes at least ``enter`` below, ``firm_min`` all firm minutes.
    """
    return {
        "depth": summary.depth,
        "depth_at": measurement.time_at(summary.depth_at),
        "below_min": summary.below_min,
        "firm_min": summary.firm_min,
    }
