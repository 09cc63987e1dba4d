"""The numbers of the small multiples: a row per panel for tables, and a row per bar for files."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from dashboard.charts.small_multiples.panels import AssetPanel
from dashboard.tables.venues import TableCell, build_extremes_cell, build_minutes_cell
from dashboard.text.numbers import EN_DASH, format_bar_time, format_signed_percent
from data.catalogue import Catalogue
from data.schema import MINUTE_MS, TIME
from deviation.measurement import Measurement
from deviation.question import Group
from deviation.report.frame import DEVIATION_SCHEMA, build_deviation_frame
from deviation.result import MarketRow

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
class GroupFacts:
    """The focus venue against one group: its largest discount and premium, and its minutes below and above."""

    extremes: TableCell
    minutes: TableCell


@dataclass(frozen=True, slots=True)
class PanelRow:
    """The numbers of a panel.

    Attributes:
        asset: the asset.
        venue: name of the focus venue.
        market: symbol of its market; "" without one.
        by_group: the facts per group of votes that has any, the market's own first.
        largest_other: the other spot venue that strayed furthest from its own group; an en dash if none is beyond the
            threshold.
    """

    asset: str
    venue: str
    market: str
    by_group: dict[Group, GroupFacts]
    largest_other: TableCell

    @property
    def has_numbers(self) -> bool:
        """Whether there is anything to put into a table."""
        return bool(self.by_group) or self.largest_other.text != EN_DASH


def build_panel_rows(panels: Sequence[AssetPanel], catalogue: Catalogue) -> tuple[PanelRow, ...]:
    """A row per panel, in their order."""
    return tuple(_build_panel_row(panel, catalogue) for panel in panels)


def _build_panel_row(panel: AssetPanel, catalogue: Catalogue) -> PanelRow:
    measurement, name = panel.measurement, catalogue.get_venue(panel.view.focus).name
    if measurement is None:
        return PanelRow(panel.asset, name, "", {}, TableCell(EN_DASH))
    row = measurement.focus_row
    facts = {} if row is None else _build_facts(panel, measurement, row)
    symbol = "" if row is None else row.market.symbol
    return PanelRow(panel.asset, name, symbol, facts, _find_largest_other(panel, measurement, catalogue))


def _find_largest_other(panel: AssetPanel, measurement: Measurement, catalogue: Catalogue) -> TableCell:
    others = [row for row in measurement.rows if row.is_spot and row.market.venue != measurement.focus]
    row = max(others, key=lambda other: other.own_summary.size, default=None)
    if row is None or not row.own_summary.reaches_enter:
        return TableCell(EN_DASH)
    numbers = row.own_summary.get_side(row.own_summary.larger_side)
    return TableCell(
        f"{_format_name(row, catalogue)} {format_signed_percent(numbers.deviation)}",
        format_bar_time(measurement, numbers.at, panel.view.zone),
    )


def _build_facts(panel: AssetPanel, measurement: Measurement, row: MarketRow) -> dict[Group, GroupFacts]:
    """The facts of the groups with comparable minutes, or with one or two others, which are marked as such."""
    facts = {}
    for group, summary in row.summaries.items():
        if not (summary.firm_min or summary.thin.minutes):
            continue
        facts[group] = GroupFacts(
            build_extremes_cell(measurement, summary, panel.view.zone), build_minutes_cell(summary)
        )
    return facts


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
            focus=pl.col("venue") == measurement.focus,
        )
        .select(list(COMPARE_SCHEMA))
        .cast(pl.Schema(COMPARE_SCHEMA))
    )
