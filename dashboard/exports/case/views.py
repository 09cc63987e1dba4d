"""The views of an asset that a case file holds: the sheet of each, its rows, and its charts for a page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go
import polars as pl

from dashboard.charts.lowest_minute.figure import build_bounds_figure
from dashboard.charts.lowest_minute.ranges import list_drawn_ranges, list_extreme_bars
from dashboard.charts.lowest_minute.sentences import write_heading, write_sentences
from dashboard.charts.thresholds.figure import build_threshold_figure, write_chart_note
from dashboard.charts.timeline.figure import build_explorer_figure
from dashboard.draw.encoding import Figure
from dashboard.draw.scene import Scene
from dashboard.draw.side import choose_side
from dashboard.exports.kinds import ExportKind
from dashboard.exports.lowest_minute import build_bounds_rows, build_bounds_sheet
from dashboard.exports.measurement import build_comparison_picture, build_deviation_rows
from dashboard.exports.thresholds import build_threshold_rows, build_threshold_sheet
from dashboard.sheet.imprint import Imprint
from dashboard.sheet.sizes import SheetSize
from dashboard.text.sentences import write_measured
from deviation.side import Side


@dataclass(frozen=True, slots=True)
class CaseChart:
    """An interactive chart of a page, with its title and the sentences under it."""

    title: str
    sentences: Sequence[str]
    figure: Figure


@dataclass(frozen=True, slots=True)
class CaseScene:
    """What a case is about: a scene, the lowest trades of its bars, and the side that is shown."""

    scene: Scene
    low_trades: pl.DataFrame
    chosen_side: Side | None

    @property
    def side(self) -> Side:
        """The chosen side, else the one of the larger deviation."""
        return choose_side(self.scene.measurement, self.chosen_side)


@dataclass(frozen=True, slots=True)
class CaseView:
    """A view: what makes its sheet, its rows and its charts."""

    kind: ExportKind
    build_sheet: Callable[[CaseScene, Imprint], go.Figure]
    build_rows: Callable[[Scene], pl.DataFrame]
    build_charts: Callable[[CaseScene], list[CaseChart]]


def _build_explorer_chart(case: CaseScene) -> list[CaseChart]:
    figure = build_explorer_figure(case.scene)
    # The explorer's script shows what is hovered; this page has none.
    traces = [
        {**trace, "hoverinfo": "x+y+name"} if trace.get("hoverinfo") == "none" and trace["name"] else trace
        for trace in figure["data"]
    ]
    layout = {**figure["layout"], "hovermode": "closest", "hoverdistance": 20}
    return [
        CaseChart("Prices and deviation", [write_measured(case.scene.measurement)], {"data": traces, "layout": layout})
    ]


def _build_threshold_chart(case: CaseScene) -> list[CaseChart]:
    noun = case.scene.measurement.question.timeframe.noun.capitalize()
    note = write_chart_note(case.scene, case.side)
    return [CaseChart(f"{noun}s at least this far {case.side}", [note], build_threshold_figure(case.scene, case.side))]


def _build_bounds_charts(case: CaseScene) -> list[CaseChart]:
    return [
        CaseChart(
            write_heading(case.scene, bar),
            write_sentences(case.scene, bar, case.low_trades),
            build_bounds_figure(case.scene, list_drawn_ranges(case.scene, bar.position)),
        )
        for bar in list_extreme_bars(case.scene)
    ]


_VIEWS = (
    CaseView(
        ExportKind.COMPARISON,
        lambda case, imprint: build_comparison_picture(case.scene, SheetSize.WIDE, imprint),
        build_deviation_rows,
        _build_explorer_chart,
    ),
    CaseView(
        ExportKind.THRESHOLDS,
        lambda case, imprint: build_threshold_sheet(case.scene, case.side, SheetSize.WIDE, imprint),
        build_threshold_rows,
        _build_threshold_chart,
    ),
    CaseView(
        ExportKind.BOUNDS,
        lambda case, imprint: build_bounds_sheet(case.scene, case.low_trades, SheetSize.WIDE, imprint),
        build_bounds_rows,
        _build_bounds_charts,
    ),
)

CASE_VIEWS = {view.kind: view for view in _VIEWS}
"""The views by the export that shows the same."""
