"""The numbers of the small multiples: a line per panel for the tables, and a row per minute for the files."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from dashboard.compare_panels import Panel
from dashboard.formats import minute, signed
from dashboard.style import DASH
from dashboard.venue_lines import Cell, below
from data.catalogue import Catalogue
from data.schema import MINUTE_MS
from deviation.answer import DEVIATION, deviation_rows
from deviation.question import TOLERANCE, Group
from deviation.result import Measurement, Row
from deviation.summary import Summary

AT_LEAST = "\N{GREATER-THAN OR EQUAL TO}"

TIME = pl.Datetime("ms", "UTC")

COMPARE: dict[str, pl.DataType] = {
    "event": pl.String(),
    "window": pl.String(),
    "window_start": TIME,
    "window_end": TIME,
    "asset": pl.String(),
    "minute": pl.Float64(),
    "focus": pl.Boolean(),
    **DEVIATION,
}
"""A row per window, asset, market, group of votes and bar.

``minute`` counts from the window's start; ``window`` is null where it was chosen by hand, and its edges
``[window_start, window_end)`` tell it from another one.
"""


@dataclass(frozen=True, slots=True)
class Line:
    """What a panel's title and the tables say of it.

    ``venue`` is the focus venue as shown, "" where the asset has no candle; ``by_group`` gives the deepest close and
    the minutes beyond the threshold against either. ``other`` is the furthest of the thin lines: the other
    spot venue with the deepest firm close against its own group, where that is beyond the threshold.
    """

    asset: str
    venue: str
    by_group: dict[Group, tuple[Cell, Cell]]
    other: Cell


def lines(panels: Sequence[Panel], catalogue: Catalogue) -> tuple[Line, ...]:
    """A line for each panel, in their order."""
    return tuple(_line(panel, catalogue) for panel in panels)


def _line(panel: Panel, catalogue: Catalogue) -> Line:
    measurement = panel.measurement
    row = None if measurement is None else measurement.focus
    if measurement is None or row is None:
        nothing = (Cell(DASH), Cell(DASH))
        return Line(panel.asset, "", dict.fromkeys(Group, nothing), Cell(DASH))
    cells = {group: _cells(panel, measurement, row.against[group]) for group in Group}
    return Line(panel.asset, _name(row, catalogue), cells, _other(panel, measurement, catalogue))


def _other(panel: Panel, measurement: Measurement, catalogue: Catalogue) -> Cell:
    focus = measurement.question.focus
    others = [
        (row.own.depth, row)
        for row in measurement.rows
        if row.spot and row.market.venue != focus and row.own.firm_min and row.own.depth is not None
    ]
    if not others:
        return Cell(DASH)
    depth, row = min(others, key=lambda one: one[0])
    if depth > TOLERANCE - measurement.question.parameters.enter:
        return Cell(DASH)
    return Cell(f"{_name(row, catalogue)} {signed(depth)}", minute(measurement, row.own.depth_at, panel.view.zone))


def _cells(panel: Panel, measurement: Measurement, numbers: Summary) -> tuple[Cell, Cell]:
    """The deepest close with its minute, and how many minutes lay below; thin minutes are told apart."""
    zone = panel.view.zone
    if numbers.firm_min:
        return Cell(signed(numbers.depth), minute(measurement, numbers.depth_at, zone)), below(numbers)
    thin = numbers.thin
    if thin.minutes:
        return Cell(signed(thin.depth), f"{minute(measurement, thin.depth_at, zone)}, thin"), below(numbers)
    return Cell(DASH), Cell(DASH)


def _name(row: Row, catalogue: Catalogue) -> str:
    name = catalogue.venue(row.market.venue).name
    return name if row.spot else f"{name} perpetual"


def compare_rows(panels: Sequence[Panel], catalogue: Catalogue) -> pl.DataFrame:
    """Every bar behind the panels; frame of `COMPARE`."""
    frames = [_rows(panel, panel.measurement, catalogue) for panel in panels if panel.measurement is not None]
    return pl.concat([pl.DataFrame(schema=COMPARE), *frames])


def _rows(panel: Panel, measurement: Measurement, catalogue: Catalogue) -> pl.DataFrame:
    question = measurement.question
    since = (pl.col("open_time") - pl.lit(question.start)).dt.total_milliseconds() / MINUTE_MS
    return (
        deviation_rows(measurement)
        .with_columns(
            event=pl.lit(panel.view.event),
            window=pl.lit(panel.view.window(catalogue), dtype=pl.String),
            window_start=pl.lit(question.start),
            window_end=pl.lit(question.end),
            asset=pl.lit(panel.asset),
            minute=since,
            focus=pl.col("venue") == question.focus,
        )
        .select(list(COMPARE))
        .cast(pl.Schema(COMPARE))
    )
