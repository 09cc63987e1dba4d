"""The answer as data: the JSON of a measurement and of the lows, and the frame of its minutes.

Field names, units and nulls are those of docs/method.md; fractions, not per cent; times ISO 8601 with Z.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl

from data.schema import TIME
from deviation.episodes import Episode
from deviation.headline import headline
from deviation.lows import Lows, exact_trade, lows
from deviation.minutes import State
from deviation.question import Group, Question
from deviation.result import Measurement, Row
from deviation.summary import Summary

CHOSEN_BY_HAND = "chosen by hand"
"""Name of a window that no side named."""

DEVIATION: dict[str, pl.DataType] = {
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


def iso(time: datetime | None) -> str | None:
    """An instant as ISO 8601 with Z; None stays None."""
    return None if time is None else f"{time:%Y-%m-%dT%H:%M:%SZ}"


def measurement_json(measurement: Measurement) -> dict[str, Any]:
    """The whole answer; rows sorted by venue, group, kind."""
    question, focus = measurement.question, measurement.focus
    valued = [row.fair_value for row in (focus, *measurement.rows) if row is not None and row.fair_value is not None]
    return {
        **asked_json(question),
        "fx_assumed": list(measurement.fx_assumed),
        "absent": list(measurement.absent),
        "left_out": [{"venue": out.venue, "symbol": out.symbol, "why": out.why} for out in measurement.left_out],
        "fair_value": {
            "underlying": valued[0].underlying,
            "ratio": valued[0].ratio,
            "ratio_min": valued[0].ratio_min,
            "p5": valued[0].p5,
            "p95": valued[0].p95,
            "source": valued[0].source,
        }
        if valued
        else None,
        "headline": list(headline(measurement)),
        "path": {
            group.value: {"onset": iso(measurement.time(path.onset)), "bottom": iso(measurement.time(path.bottom))}
            for group, path in measurement.path.items()
        },
        "venues": [_row(measurement, row) for row in measurement.rows],
    }


def lows_json(measurements: Sequence[Measurement], trades: pl.DataFrame) -> dict[str, Any]:
    """The table of lows of several assets over one window; ``trades`` is a frame of `data.schema.LOW_TRADE` over it."""
    asked = asked_json(measurements[0].question)
    asked.pop("asset")
    return {
        **asked,
        "focus": measurements[0].question.focus,
        "fx_assumed": assumed(measurements),
        "assets": [_lows(measurement, lows(measurement), trades) for measurement in measurements],
    }


def assumed(measurements: Sequence[Measurement]) -> list[str]:
    """The quotes that count 1:1 in any of the measurements."""
    return sorted({quote for measurement in measurements for quote in measurement.fx_assumed})


def deviation_rows(measurement: Measurement) -> pl.DataFrame:
    """Every bar of every market against both groups; frame of `DEVIATION`."""
    first, last = measurement.axis.time(0), measurement.axis.time(measurement.axis.size)
    every = measurement.question.timeframe.value
    times = pl.datetime_range(first, last, every, closed="left", time_unit="ms", time_zone="UTC", eager=True)
    states = np.array([state.name.lower() for state in State])
    frames = [
        pl.DataFrame(
            {
                "venue": row.market.venue,
                "symbol": row.market.symbol,
                "group": group.value,
                "open_time": times,
                "state": states[row.minutes.state],
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
        return pl.DataFrame(schema=DEVIATION)
    return pl.concat(frames).cast(pl.Schema(DEVIATION)).with_columns(pl.col(pl.Float64).fill_nan(None))


def asked_json(question: Question) -> dict[str, Any]:
    """What was asked, the same in every answer."""
    parameters = question.parameters
    return {
        "asset": question.asset,
        "event": question.event,
        "window": question.window or CHOSEN_BY_HAND,
        "from": iso(question.start),
        "to": iso(question.end),
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
        "calm_span": None if question.calm is None else {"from": iso(question.calm[0]), "to": iso(question.calm[1])},
    }


def _row(measurement: Measurement, row: Row) -> dict[str, Any]:
    market, counts, rank = row.market, row.counts, measurement.ranks[row.market]
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
        "low_at": iso(measurement.time(row.low_at)),
        "volume_usd_before": row.volume_usd_before,
        "volume_share": _by_threshold(row.volume_share),
        "rank": {"deepest": rank.deepest.value, "longest": rank.longest.value},
        "rank_why": rank.why,
        "against": {group.value: _summary(measurement, row.against[group]) for group in Group},
    }


def _summary(measurement: Measurement, summary: Summary) -> dict[str, Any]:
    thin, baseline = summary.thin, summary.baseline
    return {
        "firm_min": summary.firm_min,
        "depth": summary.depth,
        "depth_at": iso(measurement.time(summary.depth_at)),
        "height": summary.height,
        "height_at": iso(measurement.time(summary.height_at)),
        "below_min": summary.below_min,
        "above_min": summary.above_min,
        "threshold_min": _by_threshold(summary.threshold_min),
        "gap_depth": summary.gap_depth,
        "gap_at": iso(measurement.time(summary.gap_at)),
        "alone_below_min": summary.alone_below_min,
        "wick_at": iso(measurement.time(summary.wick_at)),
        "wick_shallow": summary.wick_shallow,
        "wick_deep": summary.wick_deep,
        "sure_depth": summary.sure_depth,
        "sure_min": summary.sure_min,
        "thin": {
            "minutes": thin.minutes,
            "depth": thin.depth,
            "depth_at": iso(measurement.time(thin.depth_at)),
            "below_min": thin.below_min,
        },
        "baseline": {"n": baseline.n, "min": baseline.min, "max": baseline.max},
        "episodes": [_episode(measurement, episode) for episode in summary.episodes],
    }


def _episode(measurement: Measurement, episode: Episode) -> dict[str, Any]:
    return {
        "direction": episode.direction.value,
        "start": iso(measurement.time(episode.start)),
        "end": iso(measurement.axis.time(episode.end)),
        "depth": episode.depth,
        "depth_at": iso(measurement.time(episode.depth_at)),
        "duration_min": episode.duration_min,
        "observed_min": episode.observed_min,
        "firm_min": episode.firm_min,
        "unobserved_min": episode.unobserved_min,
        "area_pct_min": episode.area_pct_min,
        "half_recovery_min": episode.half_recovery_min,
        "open": episode.open,
    }


def _lows(measurement: Measurement, table: Lows, trades: pl.DataFrame) -> dict[str, Any]:
    return {
        "asset": measurement.question.asset,
        "lowest": _low(measurement, table.lowest),
        "second_lowest": _low(measurement, table.second),
        "focus_low": _low(measurement, table.focus),
        "gap_to_second": table.gap_to_second,
        "usdt_low": table.usdt_low,
        "usd_low": table.usd_low,
        "usdt_usd_gap": table.usdt_usd_gap,
        "aligned": {
            group.value: {
                "gap_depth": bounds.gap_depth,
                "wick_shallow": bounds.wick_shallow,
                "wick_deep": bounds.wick_deep,
            }
            for group, bounds in table.bounds.items()
        },
        "venues": [_low_and_curve(measurement, row, trades) for row in table.rows],
    }


def _low(measurement: Measurement, row: Row | None) -> dict[str, Any] | None:
    return None if row is None else _lowest_trade(measurement, row)


def _lowest_trade(measurement: Measurement, row: Row) -> dict[str, Any]:
    return {
        "venue": row.market.venue,
        "symbol": row.market.symbol,
        "group": row.market.group.value,
        "low": row.low,
        "low_at": iso(measurement.time(row.low_at)),
    }


def _low_and_curve(measurement: Measurement, row: Row, trades: pl.DataFrame) -> dict[str, Any]:
    """A venue's low, its very trade, and the minutes and volume that it spent at or beyond each depth (section 5)."""
    trade = exact_trade(measurement, row, trades)
    return {
        **_lowest_trade(measurement, row),
        "trade": None
        if trade is None
        else {
            "at": f"{trade.at:%Y-%m-%d}T{trade.clock}Z",
            "price": trade.price,
            "amount": trade.amount,
            "id": trade.trade_id,
        },
        "against": {
            group.value: {"firm_min": summary.firm_min, "threshold_min": _by_threshold(summary.threshold_min)}
            for group, summary in row.against.items()
        },
        "volume_share": _by_threshold(row.volume_share),
    }


def _by_threshold(values: Mapping[int, float | None]) -> dict[str, float | None]:
    return {str(threshold): value for threshold, value in values.items()}
