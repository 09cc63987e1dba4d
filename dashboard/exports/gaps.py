"""The lows page's histograms of gaps as files: a row per gap, and the printed histograms."""

from collections.abc import Iterator, Sequence
from functools import partial

import plotly.graph_objects as go
import polars as pl

from dashboard.charts.gaps.gaps import measure_gaps
from dashboard.charts.gaps.sheet import build_gap_legend, draw_gaps
from dashboard.exports.request import ExportFile, ExportRequest
from dashboard.exports.rows import MARKET_SCHEMA, Row, build_market_columns
from dashboard.sheet.chart_sheet import ChartText, build_chart_sheet
from dashboard.sheet.file_name import ALL_ASSETS
from dashboard.sheet.imprint import NO_IMPRINT, Imprint
from dashboard.sheet.sizes import SheetSize
from dashboard.state.view import Theme
from dashboard.tables.lows_table import EXTREME_WORDS
from dashboard.text.numbers import format_count
from dashboard.text.sentences import write_compared
from data.catalogue import Catalogue
from data.schema import TIME
from deviation.measurement import Measurement
from deviation.question import TOLERANCE
from deviation.report.lows import FocusExtreme, measure_extreme_trade, summarize_lows
from deviation.side import Side
from deviation.wording import format_threshold, join_names

TRADE_KIND, CLOSE_KIND = "trades", "closes"
"""Kinds of gaps: between extreme trades of any bars, and between closes of one bar."""

GAP_SCHEMA: dict[str, pl.DataType] = {
    **MARKET_SCHEMA,
    "focus": pl.Boolean(),
    "side": pl.String(),
    "kind": pl.String(),
    "gap": pl.Float64(),
    "at": TIME,
    "origin": pl.String(),
}
"""A row per defined gap: asset by asset, group by group, the side below first, the most extreme market first.

``gap`` is a fraction, negative below: of the extreme trade of all from that of the next venue with that quote, or of a
market's close from the furthest other close of its group, in the firm bar where that is largest. ``at`` is the bar of
that trade or close.
"""


def build_gap_rows(measurements: Sequence[Measurement]) -> pl.DataFrame:
    """The gaps of every spot market with a trade, of both sides; frame of `GAP_SCHEMA`."""
    rows = [row for measurement in measurements for row in _iterate_gaps(measurement)]
    return pl.DataFrame(rows, schema=GAP_SCHEMA)


def _iterate_gaps(measurement: Measurement) -> Iterator[Row]:
    for sides in summarize_lows(measurement).groups.values():
        for side, extremes in sides.items():
            for row in extremes.rows:
                trade = measure_extreme_trade(measurement, row, extremes)
                following = row.own_summary.get_side(side).next
                gaps = (
                    (TRADE_KIND, None, None) if trade is None else (TRADE_KIND, trade.gap_to_second, trade.extreme.at),
                    (CLOSE_KIND, following.deviation if following.at is not None else None, following.at),
                )
                for kind, gap, position in gaps:
                    if gap is not None:
                        yield {
                            **build_market_columns(measurement, row),
                            "side": side.value,
                            "kind": kind,
                            "gap": gap,
                            "at": measurement.time_at(position),
                        }


def export_gaps(request: ExportRequest) -> ExportFile:
    """Both histograms as a sheet, or their rows.

    Raises:
        NoUsableCandles: No asset of the event has a candle in the window.
        StoreUnusable: The store cannot be read.
        BrowserMissing, BrowserBusy, BrowserFailed: The picture cannot be drawn (now).
    """
    measurements, named_after = request.measure_assets()
    if not request.is_picture:
        return request.build_rows_file(
            build_gap_rows(measurements), named_after, asset=ALL_ASSETS, measurements=measurements
        )
    view = request.view
    return request.build_picture_file(
        measurements,
        lambda imprint: build_gap_sheet(
            measurements, request.catalogue, view.side, size=request.size, theme=view.theme, imprint=imprint
        ),
        named_after=named_after,
        asset=ALL_ASSETS,
    )


def build_gap_sheet(
    measurements: Sequence[Measurement],
    catalogue: Catalogue,
    side: Side,
    *,
    size: SheetSize,
    theme: Theme,
    imprint: Imprint = NO_IMPRINT,
) -> go.Figure:
    """The printed histograms of one side of at least one measurement."""
    question, focus = measurements[0].question, measurements[0].focus
    superlative, noun = EXTREME_WORDS[side]
    draw = partial(
        draw_gaps,
        gaps=measure_gaps(measurements, side),
        catalogue=catalogue,
        focus=focus,
        theme=theme,
        bar=question.timeframe,
    )
    assets = [measurement.question.asset for measurement in measurements]
    text = ChartText(
        headline=write_gap_headline(measurements, side),
        subtitle=(
            f"Gaps between exchanges with the same quote on {join_names(assets)}. The {superlative} trades of a window "
            f"did not happen in the same {question.timeframe.noun}, so a gap between two {noun}s alone says little."
        ),
        method=write_compared(measurements),
    )
    legend_items = build_gap_legend(catalogue, focus, theme)
    return build_chart_sheet(
        text, draw, measurements, catalogue, size=size, theme=theme, legend_items=legend_items, imprint=imprint
    )


def write_gap_headline(measurements: Sequence[Measurement], side: Side) -> str:
    """On how many assets the focus venue's extreme trade led all others with its quote, and what its minute says."""
    question, name = measurements[0].question, measurements[0].question.rules.name_of(measurements[0].focus)
    superlative, noun = EXTREME_WORDS[side]
    enter = question.parameters.enter
    trades_by_asset = [trades for measurement in measurements if (trades := _list_comparable_trades(measurement, side))]
    if not trades_by_asset:
        return f"No {noun} of {name} can be compared: no other exchange's prices with its quote are loaded"
    total = len(trades_by_asset)
    led = sum(
        any(side.sign * (trade.gap_to_second or 0.0) >= enter - TOLERANCE for trade in trades)
        for trades in trades_by_asset
    )
    text = (
        f"{name}'s {superlative} trade was at least {format_threshold(enter)} {side} every other exchange's {noun} "
        f"with that quote in {led} of {format_count(total, 'asset')}"
    )
    known = [values for trades in trades_by_asset if (values := [t.next for t in trades if t.next is not None])]
    bar_name = question.timeframe.noun
    if not known:
        return f"{text}; in the same {bar_name}, too few prices are loaded to compare closes"
    closes = sum(any(side.sign * value > TOLERANCE for value in values) for values in known)
    return f"{text}; in the same {bar_name}, its close was the {superlative} in {closes} of {len(known)}"


def _list_comparable_trades(measurement: Measurement, side: Side) -> list[FocusExtreme]:
    """The focus venue's extreme trades in the groups in which another family traded, too."""
    rules, trades = measurement.question.rules, []
    for sides in summarize_lows(measurement).groups.values():
        families = {rules.family_of(row.market.venue) for row in sides[side].rows}
        for row in sides[side].rows:
            trade = measure_extreme_trade(measurement, row, sides[side])
            if row.market.venue == measurement.focus and len(families) > 1 and trade is not None:
                trades.append(trade)
    return trades
