"""The JSON of a measurement and of the lows, and the frame of its minutes.

Field names, units and nulls are those of docs/method.md; fractions, not per cent; times ISO 8601 with Z.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl

from data.schema import TIME
from deviation.episodes import Episode
from deviation.minute.states import State
from deviation.question import Group, Question
from deviation.report.headline import write_headline
from deviation.report.lows import AssetLows, find_exact_trade, summarize_lows
from deviation.result import MarketRow, Measurement
from deviation.summary import DeviationSummary

UNNAMED_WINDOW = "chosen by hand"
"""Name of a window that the catalogue does not name."""

DEVIATION_SCHEMA: dict[str, pl.DataType] = {
    "venue": pl.String(),
    "symbol": pl.String(),
    "group": pl.String(),
    "open_time": TIME,
    "state": pl.String(),
    "price": pl.Float64(),
    "votes": pl.Int64(),
    "reference": pl.Float64(),
    "d": pl.Float64(),
    "gap": pl.Float64(),
    "wick_shallow": pl.Float64(),
    "wick_deep": pl.Float64(),
    "sure": pl.Float64(),
    "origin": pl.String(),
}
"""A row per market, group of votes and bar; prices in dollars, fractions, null where undefined."""


def format_iso(time: datetime | None) -> str | None:
    """An instant as ISO 8601 with Z; None stays None."""
    return None if time is None else f"{time:%Y-%m-%dT%H:%M:%SZ}"


def build_measurement_json(measurement: Measurement) -> dict[str, Any]:
    """The whole measurement; rows sorted by venue, group, kind."""
    question, focus = measurement.question, measurement.focus_row
    fair_values = [
        row.fair_value for row in (focus, *measurement.rows) if row is not None and row.fair_value is not None
    ]
    return {
        **build_question_json(question),
        "fx_assumed": list(measurement.fx_assumed),
        "absent": list(measurement.absent),
        "left_out": [
            {"venue": excluded.venue, "symbol": excluded.symbol, "why": excluded.reason}
            for excluded in measurement.left_out
        ],
        "fair_value": {
            "underlying": fair_values[0].underlying,
            "ratio": fair_values[0].ratio,
            "ratio_min": fair_values[0].ratio_min,
            "p5": fair_values[0].p5,
            "p95": fair_values[0].p95,
            "source": fair_values[0].source,
        }
        if fair_values
        else None,
        "headline": list(write_headline(measurement)),
        "path": {
            group.value: {
                "onset": format_iso(measurement.time_at(path.onset)),
                "bottom": format_iso(measurement.time_at(path.bottom)),
            }
            for group, path in measurement.paths.items()
        },
        "venues": [_build_row_json(measurement, row) for row in measurement.rows],
    }


def build_lows_json(measurements: Sequence[Measurement], trades: pl.DataFrame) -> dict[str, Any]:
    """The table of lows of several assets over one window; ``trades`` is a frame of `data.schema.LOW_TRADE` over it."""
    question_json = build_question_json(measurements[0].question)
    question_json.pop("asset")
    return {
        **question_json,
        "focus": measurements[0].question.focus,
        "fx_assumed": list_assumed_quotes(measurements),
        "assets": [_build_lows_json(measurement, summarize_lows(measurement), trades) for measurement in measurements],
    }


def list_assumed_quotes(measurements: Sequence[Measurement]) -> list[str]:
    """The quotes that count 1:1 in any of the measurements."""
    return sorted({quote for measurement in measurements for quote in measurement.fx_assumed})


def build_deviation_frame(measurement: Measurement) -> pl.DataFrame:
    """Every bar of every market against both groups; frame of `DEVIATION_SCHEMA`."""
    start, end = measurement.axis.time_at(0), measurement.axis.time_at(measurement.axis.size)
    bar_length = measurement.question.timeframe.value
    times = pl.datetime_range(start, end, bar_length, closed="left", time_unit="ms", time_zone="UTC", eager=True)
    states = np.array([state.name.lower() for state in State])
    frames = [
        pl.DataFrame(
            {
                "venue": row.market.venue,
                "symbol": row.market.symbol,
                "group": group.value,
                "open_time": times,
                "state": states[row.minutes.states],
                "price": row.minutes.price,
                "votes": series.votes,
                "reference": series.reference,
                "d": series.d,
                "gap": series.gap,
                "wick_shallow": series.wick_shallow,
                "wick_deep": series.wick_deep,
                "sure": series.sure,
                "origin": measurement.question.origin.value,
            }
        )
        for row in measurement.rows
        for group, series in row.series.items()
    ]
    if not frames:
        return pl.DataFrame(schema=DEVIATION_SCHEMA)
    return pl.concat(frames).cast(pl.Schema(DEVIATION_SCHEMA)).with_columns(pl.col(pl.Float64).fill_nan(None))


def build_question_json(question: Question) -> dict[str, Any]:
    """The question; the same fields in every output."""
    parameters = question.parameters
    return {
        "asset": question.asset,
        "event": question.event,
        "window": question.window or UNNAMED_WINDOW,
        "from": format_iso(question.start),
        "to": format_iso(question.end),
        "timeframe": question.timeframe.value,
        "quote": parameters.quote.value,
        "origin": question.origin.value,
        "parameters": {
            "reference": parameters.reference.value,
            "enter": parameters.enter,
            "exit": parameters.exit,
            "confirm": parameters.confirm,
            "min_vote_usd": parameters.min_vote_usd,
        },
        "calm_span": None
        if question.calm_span is None
        else {"from": format_iso(question.calm_span[0]), "to": format_iso(question.calm_span[1])},
    }


def _build_row_json(measurement: Measurement, row: MarketRow) -> dict[str, Any]:
    market, counts, rank = row.market, row.state_counts, measurement.ranks[row.market]
    return {
        "venue": market.venue,
        "symbol": market.symbol,
        "kind": market.kind.value,
        "group": market.group.value,
        "voting_min": counts.voting_min,
        "small_min": counts.small_min,
        "quiet_min": counts.quiet_min,
        "missing_min": counts.missing_min,
        "unpriced_min": counts.unpriced_min,
        "low": row.low,
        "low_at": format_iso(measurement.time_at(row.low_at)),
        "volume_usd_before": row.volume_usd_before,
        "volume_share": _key_by_threshold(row.volume_share),
        "rank": {"deepest": rank.deepest.value, "longest": rank.longest.value},
        "rank_why": rank.reason,
        "against": {group.value: _build_summary_json(measurement, row.summaries[group]) for group in Group},
    }


def _build_summary_json(measurement: Measurement, summary: DeviationSummary) -> dict[str, Any]:
    thin, baseline = summary.thin, summary.baseline
    return {
        "firm_min": summary.firm_min,
        "depth": summary.depth,
        "depth_at": format_iso(measurement.time_at(summary.depth_at)),
        "height": summary.height,
        "height_at": format_iso(measurement.time_at(summary.height_at)),
        "below_min": summary.below_min,
        "above_min": summary.above_min,
        "threshold_min": _key_by_threshold(summary.threshold_min),
        "gap_depth": summary.gap_depth,
        "gap_at": format_iso(measurement.time_at(summary.gap_at)),
        "alone_below_min": summary.alone_below_min,
        "wick_at": format_iso(measurement.time_at(summary.wick_at)),
        "wick_shallow": summary.wick_shallow,
        "wick_deep": summary.wick_deep,
        "sure_depth": summary.sure_depth,
        "sure_min": summary.sure_min,
        "thin": {
            "minutes": thin.minutes,
            "depth": thin.depth,
            "depth_at": format_iso(measurement.time_at(thin.depth_at)),
            "below_min": thin.below_min,
        },
        "baseline": {"n": baseline.firm_min, "min": baseline.min, "max": baseline.max},
        "episodes": [_build_episode_json(measurement, episode) for episode in summary.episodes],
    }


def _build_episode_json(measurement: Measurement, episode: Episode) -> dict[str, Any]:
    return {
        "direction": episode.direction.value,
        "start": format_iso(measurement.time_at(episode.start)),
        "end": format_iso(measurement.axis.time_at(episode.end)),
        "depth": episode.depth,
        "depth_at": format_iso(measurement.time_at(episode.depth_at)),
        "duration_min": episode.duration_min,
        "observed_min": episode.observed_min,
        "firm_min": episode.firm_min,
        "unobserved_min": episode.unobserved_min,
        "area_pct_min": episode.area_pct_min,
        "half_recovery_min": episode.half_recovery_min,
        "open": episode.open,
    }


def _build_lows_json(measurement: Measurement, asset_lows: AssetLows, trades: pl.DataFrame) -> dict[str, Any]:
    return {
        "asset": measurement.question.asset,
        "lowest": _build_low_json(measurement, asset_lows.lowest),
        "second_lowest": _build_low_json(measurement, asset_lows.second_lowest),
        "focus_low": _build_low_json(measurement, asset_lows.focus),
        "gap_to_second": asset_lows.gap_to_second,
        "usdt_low": asset_lows.usdt_low,
        "usd_low": asset_lows.usd_low,
        "usdt_usd_gap": asset_lows.usdt_usd_gap,
        "aligned": {
            group.value: {
                "gap_depth": bounds.gap_depth,
                "wick_shallow": bounds.wick_shallow,
                "wick_deep": bounds.wick_deep,
            }
            for group, bounds in asset_lows.bounds.items()
        },
        "venues": [_build_venue_lows_json(measurement, row, trades) for row in asset_lows.rows],
    }


def _build_low_json(measurement: Measurement, row: MarketRow | None) -> dict[str, Any] | None:
    return None if row is None else _build_lowest_trade_json(measurement, row)


def _build_lowest_trade_json(measurement: Measurement, row: MarketRow) -> dict[str, Any]:
    return {
        "venue": row.market.venue,
        "symbol": row.market.symbol,
        "group": row.market.group.value,
        "low": row.low,
        "low_at": format_iso(measurement.time_at(row.low_at)),
    }


def _build_venue_lows_json(measurement: Measurement, row: MarketRow, trades: pl.DataFrame) -> dict[str, Any]:
    """A venue's low, the trade that made it, and its minutes and volume at or beyond each depth (section 5)."""
    trade = find_exact_trade(measurement, row, trades)
    return {
        **_build_lowest_trade_json(measurement, row),
        "trade": None
        if trade is None
        else {
            "at": f"{trade.at:%Y-%m-%d}T{trade.time_text}Z",
            "price": trade.price,
            "amount": trade.amount,
            "id": trade.trade_id,
        },
        "against": {
            group.value: {"firm_min": summary.firm_min, "threshold_min": _key_by_threshold(summary.threshold_min)}
            for group, summary in row.summaries.items()
        },
        "volume_share": _key_by_threshold(row.volume_share),
    }


def _key_by_threshold(values: Mapping[int, float | None]) -> dict[str, float | None]:
    return {str(threshold): value for threshold, value in values.items()}
