"""The JSON of the table of lows and highs (docs/method.md, section 8)."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from deviation.measurement import Measurement
from deviation.report.lows import AssetLows, FocusExtreme, GroupExtremes, find_exact_trade, summarize_lows
from deviation.report.question_json import build_question_json, build_shared_question_json, format_iso
from deviation.result import MarketRow
from deviation.side import Side

SIDE_NAMES = {Side.BELOW: ("low", "lowest"), Side.ABOVE: ("high", "highest")}


def build_lows_json(measurement: Measurement, trades: pl.DataFrame) -> dict[str, Any]:
    """The table of one asset; ``trades`` is a frame of `data.schema.LOW_TRADE` over the window.

    A row has ``trade``, the trade that made the low, where its candle was built from trades; else null.
    """
    lows = summarize_lows(measurement)
    return {
        **build_question_json(measurement.question),
        "fx_assumed": list(measurement.fx_assumed),
        "groups": {
            group: {SIDE_NAMES[side][0]: _build_extremes_json(measurement, sides[side], trades) for side in Side}
            for group, sides in lows.groups.items()
        },
        "focus": {
            "venue": measurement.focus,
            "groups": {group: _build_focus_json(lows, group) for group in lows.groups},
        },
        "usdt_usd_gap": {SIDE_NAMES[side][0]: gap for side, gap in lows.usdt_usd_gap.items()},
    }


def build_event_lows_json(measurements: Sequence[Measurement], trades: pl.DataFrame) -> dict[str, Any]:
    """The tables of several assets over one window."""
    return {
        **build_shared_question_json(measurements[0].question),
        "assets": {measurement.question.asset: build_lows_json(measurement, trades) for measurement in measurements},
    }


def _build_extremes_json(measurement: Measurement, extremes: GroupExtremes, trades: pl.DataFrame) -> dict[str, Any]:
    rows = [_build_row_json(measurement, row, extremes.side, trades) for row in extremes.rows]
    second = None if extremes.second is None else rows[extremes.rows.index(extremes.second)]
    return {SIDE_NAMES[extremes.side][1]: rows[0], "second": second, "rows": rows}


def _build_row_json(measurement: Measurement, row: MarketRow, side: Side, trades: pl.DataFrame) -> dict[str, Any]:
    extreme = row.get_extreme(side)
    result: dict[str, Any] = {
        "venue": row.market.venue,
        "symbol": row.market.symbol,
        "price": None if extreme is None else extreme.price,
        "at": None if extreme is None else format_iso(measurement.time_at(extreme.at)),
        "volume": None if extreme is None else extreme.volume,
        "round": extreme is not None and row.is_round(extreme.price),
    }
    if side is Side.BELOW:
        trade = find_exact_trade(measurement, row, trades)
        result["trade"] = (
            None
            if trade is None
            else {
                "at": f"{trade.at:%Y-%m-%d}T{trade.time_text}Z",
                "price": trade.price,
                "amount": trade.amount,
                "id": trade.trade_id,
            }
        )
    return result


def _build_focus_json(lows: AssetLows, group: str) -> dict[str, Any] | None:
    sides = {side: lows.measure_focus(group, side) for side in Side}
    if any(extreme is None for extreme in sides.values()):
        return None
    return {
        SIDE_NAMES[side][0]: _build_focus_side_json(lows.measurement, extreme)
        for side, extreme in sides.items()
        if extreme is not None
    }


def _build_focus_side_json(measurement: Measurement, focus: FocusExtreme) -> dict[str, Any]:
    return {
        "price": focus.extreme.price,
        "at": format_iso(measurement.time_at(focus.extreme.at)),
        "gap_to_second": focus.gap_to_second,
        "next": focus.next,
        "least": focus.least,
        "most": focus.most,
    }
