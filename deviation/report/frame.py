"""The frame of every minute of a measurement."""

import numpy as np
import polars as pl

from data.schema import TIME
from deviation.measurement import Measurement
from deviation.minute.series import DeviationSeries
from deviation.minute.states import State
from deviation.question import Group
from deviation.result import MarketRow
from deviation.side import Side

DEVIATION_SCHEMA: dict[str, pl.DataType] = {
    "venue": pl.String(),
    "symbol": pl.String(),
    "group": pl.String(),
    "against": pl.String(),
    "open_time": TIME,
    "state": pl.String(),
    "price": pl.Float64(),
    "votes": pl.Int64(),
    "reference_low": pl.Float64(),
    "reference_high": pl.Float64(),
    "reference": pl.Float64(),
    "d": pl.Float64(),
    "jackknife": pl.Float64(),
    "lag": pl.Float64(),
    "next_below": pl.Float64(),
    "next_above": pl.Float64(),
    "wick_least": pl.Float64(),
    "wick_most": pl.Float64(),
    "spike_least": pl.Float64(),
    "spike_most": pl.Float64(),
    "sure_below": pl.Float64(),
    "sure_above": pl.Float64(),
    "fx_mid": pl.Float64(),
    "origin": pl.String(),
}
"""A row per market, group of votes and bar; prices in the market's quote, fractions, null where undefined.

``group`` is that of the market, ``against`` that of the votes; ``fx_mid`` converts from the money of the latter into
that of the former. The definitions are in docs/method.md, sections 2 to 4.
"""


def build_deviation_frame(measurement: Measurement) -> pl.DataFrame:
    """Every bar of every market against each of its groups; frame of `DEVIATION_SCHEMA`."""
    start, end = measurement.axis.time_at(0), measurement.axis.time_at(measurement.axis.size)
    bar_length = measurement.question.timeframe.value
    times = pl.datetime_range(start, end, bar_length, closed="left", time_unit="ms", time_zone="UTC", eager=True)
    frames = [
        _build_frame(row, group, series).with_columns(open_time=times, origin=pl.lit(measurement.question.origin.value))
        for row in measurement.rows
        for group, series in row.series.items()
    ]
    if not frames:
        return pl.DataFrame(schema=DEVIATION_SCHEMA)
    return (
        pl.concat(frames)
        .select(pl.col(name).cast(dtype) for name, dtype in DEVIATION_SCHEMA.items())
        .with_columns(pl.col(pl.Float64).fill_nan(None))
    )


def _build_frame(row: MarketRow, group: Group, series: DeviationSeries) -> pl.DataFrame:
    states = np.array([state.name.lower() for state in State])
    below, above = (series.measure_side(side) for side in Side)
    return pl.DataFrame(
        {
            "venue": row.market.venue,
            "symbol": row.market.symbol,
            "group": row.market.group,
            "against": group,
            "state": states[row.minutes.states],
            "price": row.minutes.close,
            "votes": series.votes,
            "reference_low": series.reference_low,
            "reference_high": series.reference_high,
            "reference": series.reference,
            "d": series.d,
            "jackknife": series.jackknife,
            "lag": series.lag,
            "next_below": below.next,
            "next_above": above.next,
            "wick_least": below.trade_least,
            "wick_most": below.trade_most,
            "spike_least": above.trade_least,
            "spike_most": above.trade_most,
            "sure_below": below.whole,
            "sure_above": above.whole,
            "fx_mid": series.factors.rate,
        }
    )
