"""The panels of the small multiples: one per asset, with a bold focus venue over the deviations of all others."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from dashboard.draw.axis import Scale, build_deviation_scale
from dashboard.draw.scene import Scene, select_group_dash
from dashboard.draw.theme import GROUP_DASHES
from dashboard.draw.traces import Trace, build_hollow_trace, build_line_traces
from dashboard.service.measurements import Measurements, ViewResult
from dashboard.state.view import OriginChoice, Theme, ViewState
from dashboard.text.numbers import format_span
from data.catalogue import Catalogue
from data.schema import MINUTE_MS
from deviation.measurement import Measurement
from deviation.minute.grid import Floats
from deviation.question import Group
from deviation.result import MarketRow

OWN_WIDTH, CROSS_WIDTH = 2.4, 1.5
"""Widths of the focus venue's lines against its own group and against another one, in pixels."""

OTHER_WIDTH = 1.2
"""Width of the lines of other venues in pixels."""

SINCE_START_TEXT = "minutes since the window's start"


@dataclass(frozen=True, slots=True)
class AssetPanel:
    """One asset over one window: ``view`` as requested, ``result`` as measured."""

    asset: str
    view: ViewState
    result: ViewResult

    @property
    def measurement(self) -> Measurement | None:
        """The measurement; None without a candle."""
        return self.result.measurement

    def build_scene(self, catalogue: Catalogue, theme: Theme) -> Scene | None:
        """The scene to draw; None if there is no line, for lack of candles or of venues to compare with."""
        if self.measurement is None:
            return None
        scene = Scene(self.measurement, catalogue, theme, self.view.hidden)
        return scene if any(np.isfinite(values).any() for values in list_drawn_values(scene)) else None

    @property
    def empty_text(self) -> str:
        """The text of a panel that draws nothing."""
        if self.measurement is not None:
            return "Nothing to compare with (or hidden in settings)."
        # Beside panels of real candles only real candles are shown, even if the store has a reconstruction.
        kind = "" if self.result.view.origin is OriginChoice.AUTO else f"{self.result.view.origin} "
        return f"No {kind}price in this window."


@dataclass(frozen=True, slots=True)
class WindowPanels:
    """One window: its title, its view, and a panel per asset of its event."""

    name: str
    view: ViewState
    panels: tuple[AssetPanel, ...]


def measure_windows(measurements: Measurements, view: ViewState) -> tuple[WindowPanels, ...]:
    """The window of the view, and the second window if the view has one; all on candles of one kind.

    Raises:
        StoreUnusable: The store cannot be read.
    """
    catalogue = measurements.catalogue
    views = _list_views(view)
    views_by_window = [
        [replace(window_view, asset=asset) for asset in catalogue.get_event(window_view.event).assets]
        for window_view in views
    ]
    measured_panels = iter(
        measure_panels(measurements, [window_view for asset_views in views_by_window for window_view in asset_views])
    )
    return tuple(
        WindowPanels(
            format_window_title(window_view, catalogue), window_view, tuple(next(measured_panels) for _ in asset_views)
        )
        for window_view, asset_views in zip(views, views_by_window, strict=True)
    )


def measure_pair(measurements: Measurements, view: ViewState) -> tuple[AssetPanel, ...]:
    """The asset of the view in both windows; empty without a second window.

    Raises:
        StoreUnusable: The store cannot be read.
    """
    return () if view.second_window is None else measure_panels(measurements, _list_views(view))


def format_window_title(view: ViewState, catalogue: Catalogue) -> str:
    """The title of a window: its event and name, or its times if it has no name."""
    label = view.find_window_label(catalogue)
    if label is None:
        return f"{format_span(view.start, view.end, view.zone)} (custom range)"
    return f"{catalogue.get_event(view.event).title}: {label}"


def measure_panels(measurements: Measurements, views: Sequence[ViewState]) -> tuple[AssetPanel, ...]:
    """A panel per view, all on candles of one kind: real ones if any view has them.

    Raises:
        StoreUnusable: The store cannot be read.
    """
    results = [measurements.measure_view(view) for view in views]
    if len({result.is_illustration for result in results if result.measurement is not None}) > 1:
        results = [measurements.measure_view(replace(view, origin=OriginChoice.REAL)) for view in views]
    return tuple(AssetPanel(view.asset, view, result) for view, result in zip(views, results, strict=True))


def _list_views(view: ViewState) -> tuple[ViewState, ...]:
    """The view, and the same view over the second window, if there is one."""
    if view.second_window is None:
        return (view,)
    second_window = view.second_window
    return (view, replace(view, event=second_window.event, start=second_window.start, end=second_window.end))


def list_drawn_values(scene: Scene) -> list[Floats]:
    """The values of every line of a panel, in per cent."""
    row = scene.highlighted_row
    focus_values = [] if row is None else [100 * series.d for series in row.series.values()]
    return [*focus_values, *(_compute_own_deviation(other) for other in scene.other_rows)]


def build_common_scale(scenes: Sequence[Scene], max_ticks: int = 5) -> Scale:
    """A scale that fits every line of the scenes, and at least the threshold on both sides."""
    enter = max((scene.measurement.question.parameters.enter for scene in scenes), default=0.01)
    return build_deviation_scale([values for scene in scenes for values in list_drawn_values(scene)], enter, max_ticks)


def build_panel_traces(scene: Scene) -> list[Trace]:
    """Thin lines of all other venues against their own groups, then bold ones of the focus venue against each group."""
    measurement, row = scene.measurement, scene.highlighted_row
    traces = [
        trace
        for other in scene.other_rows
        for colour in [scene.colours.group_colours[other.market.group]]
        for trace in build_line_traces(
            measurement,
            _compute_own_deviation(other),
            colour,
            name=scene.format_name(other),
            width=OTHER_WIDTH,
            dash=select_group_dash(other.market),
        )
    ]
    if row is None:
        return traces
    name = scene.catalogue.get_venue(row.market.venue).name
    for group, series in reversed(row.series.items()):
        width = select_focus_width(row, group)
        if width is None:
            continue
        firm_values, thin_values = (100 * np.where(kind, series.d, np.nan) for kind in (series.firm, series.thin))
        title = f"<b>{name}</b> against {group.upper()}"
        traces += build_line_traces(
            measurement, firm_values, scene.focus_colour, name=title, width=width, dash=GROUP_DASHES[group]
        )
        if series.thin.any():
            hollow_title = f"{title}, 1-2 other exchanges only"
            traces.append(
                build_hollow_trace(
                    measurement, thin_values, scene.focus_colour, scene.colours.paper, name=hollow_title, size=3.5
                )
            )
    return traces


def select_focus_width(row: MarketRow, group: Group) -> float | None:
    """The width of the focus venue's line against a group; None without a line."""
    if group not in row.series or not row.series[group].observed.any():
        return None
    return OWN_WIDTH if group == row.market.group else CROSS_WIDTH


def shift_to_start(measurement: Measurement, trace: Trace) -> Trace:
    """The trace by minutes since the start of the window, so that windows of different days can be compared."""
    if "x0" in trace:
        return {**trace, "x0": 0, "dx": trace["dx"] / MINUTE_MS}
    start_ms = measurement.axis.first * measurement.question.timeframe.ms
    return {**trace, "x": (trace["x"] - start_ms) / MINUTE_MS}


def _compute_own_deviation(row: MarketRow) -> Floats:
    """The deviation of a market from its own group in per cent; NaN in minutes without a vote."""
    return 100 * row.series[row.market.group].d
