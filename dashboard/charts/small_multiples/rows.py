"""The numbers of the small multiples: a row per panel for tables, and a row per bar for files."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from dashboard.charts.small_multiples.panels import AssetPanel
from dashboard.tables.venue_result import select_counted_minutes
from dashboard.tables.venues import TableCell, build_minutes_below_cell
from dashboard.text.numbers import EN_DASH, format_bar_time, format_signed_percent
from data.catalogue import Catalogue
from data.schema import MINUTE_MS, TIME
from deviation.measurement import Measurement
from deviation.question import TOLERANCE, Group
from deviation.report.json_output import DEVIATION_SCHEMA, build_deviation_frame
from deviation.result import MarketRow
from deviation.window.summary import DeviationSummary

AT_LEAST_SIGN = "\N{GREATER-THAN OR EQUAL TO}"

COMPARE_SCHEMA: dict[str, pl.DataType] = {
    "event": pl.String(),
    "window": pl.String(),
    "window_start": TIME,
    "window_end": TIME,
    "asset": pl.String(),
    "minute": pl.Float64(),
    "focus": pl.Boolean(),
    **DEVIATION_SCHEMA,
}
"""A row per window, asset, market, group of votes and bar.

``minute`` counts from the start of the window; ``window`` is its name, null if it has none. ``[window_start,
window_end)`` are its edges.
"""


@dataclass(frozen=True, slots=True)
class PanelRow:
    """The numbers of a panel.

    Attributes:
        asset: the asset.
        venue: name of the focus venue; "" without a candle.
        by_group: per group of votes, the deepest close and the minutes below the threshold.
        deepest_other: the other spot venue with the deepest firm close against its own group; an en dash if no close
            is beyond the threshold.
    """

    asset: str
    venue: str
    by_group: dict[Group, tuple[TableCell, TableCell]]
    deepest_other: TableCell


def build_panel_rows(panels: Sequence[AssetPanel], catalogue: Catalogue) -> tuple[PanelRow, ...]:
    """A row per panel, in their order."""
    return tuple(_build_panel_row(panel, catalogue) for panel in panels)


def _build_panel_row(panel: AssetPanel, catalogue: Catalogue) -> PanelRow:
    measurement = panel.measurement
    row = None if measurement is None else measurement.focus_row
    if measurement is None or row is None:
        empty_cells = (TableCell(EN_DASH), TableCell(EN_DASH))
        return PanelRow(panel.asset, "", dict.fromkeys(Group, empty_cells), TableCell(EN_DASH))
    cells = {group: _build_cells(panel, measurement, row.summaries[group]) for group in Group}
    return PanelRow(
        panel.asset, _format_name(row, catalogue), cells, _find_deepest_other(panel, measurement, catalogue)
    )


def _find_deepest_other(panel: AssetPanel, measurement: Measurement, catalogue: Catalogue) -> TableCell:
    focus = measurement.question.focus
    candidates = [
        (row.own_summary.depth, row)
        for row in measurement.rows
        if row.is_spot and row.market.venue != focus and row.own_summary.firm_min and row.own_summary.depth is not None
    ]
    if not candidates:
        return TableCell(EN_DASH)
    depth, row = min(candidates, key=lambda candidate: candidate[0])
    if depth > TOLERANCE - measurement.question.parameters.enter:
        return TableCell(EN_DASH)
    return TableCell(
        f"{_format_name(row, catalogue)} {format_signed_percent(depth)}",
        format_bar_time(measurement, row.own_summary.depth_at, panel.view.zone),
    )


def _build_cells(panel: AssetPanel, measurement: Measurement, summary: DeviationSummary) -> tuple[TableCell, TableCell]:
    """The deepest close with its time, and the minutes below; of thin minutes, marked as such, if none is firm."""
    counted = select_counted_minutes(summary)
    time_text = format_bar_time(measurement, counted.depth_at, panel.view.zone)
    note = f"{time_text}, thin" if counted.is_thin else time_text
    return TableCell(format_signed_percent(counted.depth), note), build_minutes_below_cell(summary)


def _format_name(row: MarketRow, catalogue: Catalogue) -> str:
    name = catalogue.get_venue(row.market.venue).name
    return name if row.is_spot else f"{name} perpetual"


def build_compare_rows(panels: Sequence[AssetPanel], catalogue: Catalogue) -> pl.DataFrame:
    """Every bar of every panel; frame of `COMPARE_SCHEMA`."""
    frames = [_build_rows(panel, panel.measurement, catalogue) for panel in panels if panel.measurement is not None]
    return pl.concat([pl.DataFrame(schema=COMPARE_SCHEMA), *frames])


def _build_rows(panel: AssetPanel, measurement: Measurement, catalogue: Catalogue) -> pl.DataFrame:
    question = measurement.question
    minutes_since_start = (pl.col("open_time") - pl.lit(question.start)).dt.total_milliseconds() / MINUTE_MS
    return (
        build_deviation_frame(measurement)
        .with_columns(
            event=pl.lit(panel.view.event),
            window=pl.lit(panel.view.find_window_name(catalogue), dtype=pl.String),
            window_start=pl.lit(question.start),
            window_end=pl.lit(question.end),
            asset=pl.lit(panel.asset),
            minute=minutes_since_start,
            focus=pl.col("venue") == question.focus,
        )
        .select(list(COMPARE_SCHEMA))
        .cast(pl.Schema(COMPARE_SCHEMA))
    )
