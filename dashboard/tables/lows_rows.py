"""The lowest and highest trade of every asset on every spot market, a row each: for files, and for the page's grid.

Each row has what the minute of the trade says beside the unaligned extreme (docs/method.md, section 8).
"""

from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from dashboard.tables.lows import ROUND_MARK
from dashboard.text.clock import Zone
from dashboard.text.numbers import EN_DASH, format_bar_time, format_optional_price
from data.catalogue import Catalogue
from data.schema import TIME
from deviation.measurement import Measurement
from deviation.report.lows import GroupExtremes, measure_extreme_trade, summarize_lows
from deviation.report.lows_json import SIDE_NAMES
from deviation.report.notes import describe_choices
from deviation.report.question_json import format_iso
from deviation.result import MarketRow
from deviation.side import Side
from deviation.window.side_summary import THRESHOLDS_PCT

PREFIXES = {side: names[0] for side, names in SIDE_NAMES.items()}
"""What the fields of each side begin with: "low" below, "high" above."""

EXTREME_FIELDS: dict[str, pl.DataType] = {
    "": pl.Float64(),
    "_at": TIME,
    "_volume": pl.Float64(),
    "_round": pl.Boolean(),
    "_gap_to_second": pl.Float64(),
    "_next": pl.Float64(),
    "_least": pl.Float64(),
    "_most": pl.Float64(),
}
"""What is known of an extreme trade, by the ending of the column's name."""

LOWS_SCHEMA: dict[str, pl.DataType] = {
    "asset": pl.String(),
    "venue": pl.String(),
    "symbol": pl.String(),
    "group": pl.String(),
    "against": pl.String(),
    "focus": pl.Boolean(),
    **{f"{prefix}{name}": dtype for prefix in PREFIXES.values() for name, dtype in EXTREME_FIELDS.items()},
    "firm_min": pl.Float64(),
    "origin": pl.String(),
}
"""A row per asset and spot market with a trade, group by group as printed, each group's lowest first.

Prices and volumes are in the market's quote, the others fractions; null where undefined. ``gap_to_second`` is to the
extreme of the other families of the group, for the market that has the extreme of all alone. ``next``, ``least`` and
``most`` are of the minute of the trade: its close beyond the furthest other close, and the bounds of the trade itself.
"""

MARKET_FIELDS = ("asset", "venue", "symbol", "group", "against")
EXTREME_NAMES = {side: tuple(f"{prefix}{ending}" for ending in EXTREME_FIELDS) for side, prefix in PREFIXES.items()}
MINUTE_NAMES = {side: tuple(f"{side}_min_{x}" for x in THRESHOLDS_PCT) for side in Side}

FILE_FIELDS = (
    *MARKET_FIELDS,
    *(name for side in Side for name in EXTREME_NAMES[side]),
    "firm_min",
    *(name for side in Side for name in MINUTE_NAMES[side]),
    "origin",
    "choices",
)
"""Fields of a file of the grid: those of `LOWS_SCHEMA`, the comparable minutes at or beyond each size by side, and the
choices behind the row."""

GridRow = dict[str, Any]
"""A row of the grid: values by field."""


def build_lows_frame(measurements: Sequence[Measurement]) -> pl.DataFrame:
    """The lowest and highest trades of several assets; frame of `LOWS_SCHEMA`."""
    rows = [
        {
            **_build_market_fields(measurement, row),
            **_build_extreme_fields(measurement, row, extremes),
            "origin": measurement.question.origin.value,
        }
        for measurement, row, extremes in _iterate_markets(measurements)
    ]
    return pl.DataFrame(rows, schema=LOWS_SCHEMA)


def build_grid_rows(measurements: Sequence[Measurement], catalogue: Catalogue, zone: Zone) -> list[GridRow]:
    """A row for each asset and spot market with a trade, as in `build_lows_frame`.

    Numbers have full precision, times are ISO 8601; null where undefined. ``below_share_X`` is the share of comparable
    minutes at least X % below. Fields ending in ``_text`` are for display.
    """
    return [
        _build_grid_row(measurement, row, extremes, catalogue, zone)
        for measurement, row, extremes in _iterate_markets(measurements)
    ]


def _build_grid_row(
    measurement: Measurement, row: MarketRow, extremes: dict[Side, GroupExtremes], catalogue: Catalogue, zone: Zone
) -> GridRow:
    summary = row.own_summary
    fields: GridRow = {
        **_build_market_fields(measurement, row),
        **_build_extreme_fields(measurement, row, extremes),
        "venue_text": catalogue.get_venue(row.market.venue).name,
        "origin": measurement.question.origin.value,
        "choices": describe_choices(measurement.question),
    }
    for side, prefix in PREFIXES.items():
        extreme = row.get_extreme(side)
        minutes = summary.get_side(side).threshold_min
        fields |= {
            f"{prefix}_text": format_optional_price(None if extreme is None else extreme.price),
            f"{prefix}_volume_text": EN_DASH if extreme is None else f"{extreme.volume:,.0f}",
            f"{prefix}_round_text": ROUND_MARK if fields[f"{prefix}_round"] else "",
            f"{prefix}_at": format_iso(fields[f"{prefix}_at"]),
            f"{prefix}_at_text": format_bar_time(measurement, None if extreme is None else extreme.at, zone),
            **{f"{side}_min_{x}": minutes[x] for x in THRESHOLDS_PCT},
            **{
                f"{side}_share_{x}": minutes[x] / summary.firm_min if summary.firm_min else None for x in THRESHOLDS_PCT
            },
        }
    return fields


def _iterate_markets(
    measurements: Sequence[Measurement],
) -> Iterator[tuple[Measurement, MarketRow, dict[Side, GroupExtremes]]]:
    """The spot markets with a trade, each with its measurement and its group's extremes, in the order of the rows."""
    return (
        (measurement, row, extremes)
        for measurement in measurements
        for extremes in summarize_lows(measurement).groups.values()
        for row in extremes[Side.BELOW].rows
    )


def _build_market_fields(measurement: Measurement, row: MarketRow) -> dict[str, Any]:
    return {
        "asset": measurement.question.asset,
        "venue": row.market.venue,
        "symbol": row.market.symbol,
        "group": row.market.group,
        "against": row.market.group,
        "focus": row.market.venue == measurement.focus,
        "firm_min": row.own_summary.firm_min,
    }


def _build_extreme_fields(
    measurement: Measurement, row: MarketRow, extremes: dict[Side, GroupExtremes]
) -> dict[str, Any]:
    """The fields of both sides; none of a side without a trade."""
    fields: dict[str, Any] = {}
    for side in Side:
        trade = measure_extreme_trade(measurement, row, extremes[side])
        if trade is None:
            fields |= dict.fromkeys(EXTREME_NAMES[side])
            continue
        values = (
            trade.extreme.price,
            measurement.time_at(trade.extreme.at),
            trade.extreme.volume,
            row.is_round(trade.extreme.price),
            trade.gap_to_second,
            trade.next,
            trade.least,
            trade.most,
        )
        fields |= dict(zip(EXTREME_NAMES[side], values, strict=True))
    return fields
