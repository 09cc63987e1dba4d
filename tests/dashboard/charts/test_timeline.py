import re
from datetime import datetime
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go
import pytest

from dashboard.charts.timeline.figure import build_explorer_figure
from dashboard.charts.timeline.layout import FIGURE_HEIGHT
from dashboard.draw.scene import Scene
from dashboard.state.view import Theme
from dashboard.text.clock import Zone
from deviation.question import Group
from deviation.report.headline import ILLUSTRATION
from tests.dashboard.scenarios import CATALOGUE, SCENARIOS, measure_scenario
from tests.dashboard.text_boxes import collect_annotation_text


def build_figure(
    name: str, *, theme: Theme = Theme.LIGHT, zone: Zone = Zone.UTC, hidden: frozenset[str] = frozenset()
) -> go.Figure:
    """The explorer's figure of a scenario; plotly validates every property."""
    return go.Figure(build_explorer_figure(Scene(measure_scenario(name), CATALOGUE, theme, hidden), zone))


def list_names(figure: go.Figure) -> set[str]:
    """The names of the traces."""
    return {trace.name for trace in figure.data if trace.name}


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("name", SCENARIOS)
def test_every_measurement_is_drawn(name: str, theme: Theme) -> None:
    """The figure of any measurement has a fixed height, a free width, three panels and #rrggbb colours."""
    figure = build_figure(name, theme=theme)
    assert figure.layout.height == FIGURE_HEIGHT
    assert figure.layout.width is None
    assert {trace.yaxis for trace in figure.data} <= {"y", "y2", "y3"}
    colours = re.findall(r'"(?:\w*color)":"([^"]*)"', figure.to_json())
    assert all(re.fullmatch(r"#[0-9a-f]{6}", colour) for colour in colours)


@pytest.mark.parametrize("name", SCENARIOS)
def test_names_at_line_ends_never_overlap(name: str) -> None:
    """The labels right of the panels are at least the height of their text apart."""
    figure = build_figure(name)
    inner_height = FIGURE_HEIGHT - figure.layout.margin.t - figure.layout.margin.b
    label_heights = sorted((1 - note.y) * inner_height for note in figure.layout.annotations if note.x == 1)
    assert all(second - first >= 12 for first, second in pairwise(label_heights))


def test_lines_are_the_measured_values() -> None:
    """Lines are the converted closes, and the deviations in per cent."""
    figure, row = build_figure("crash"), measure_scenario("crash").focus_row
    assert row is not None
    lines = {trace.name: trace for trace in figure.data}
    assert lines["Binance"].y[30] == pytest.approx(row.minutes.price[30])
    assert lines["against USD venues"].y[30] == pytest.approx(100 * row.series[Group.USD].d[30])
    assert {trace.hoverinfo for trace in figure.data} == {"none", "skip"}


def test_hidden_venues_are_not_drawn() -> None:
    """A hidden venue has no line, and no other line changes."""
    full_figure = build_figure("crash")
    hidden_figure = build_figure("crash", hidden=frozenset({"okx"}))
    assert list_names(full_figure) - list_names(hidden_figure) == {"OKX"}
    line = {trace.name: trace for trace in hidden_figure.data}["against USDT venues"]
    assert np.array_equal(
        line.y, {trace.name: trace for trace in full_figure.data}["against USDT venues"].y, equal_nan=True
    )


def test_a_zone_changes_only_labels() -> None:
    """In UTC+8 ticks have other labels at the same times, and the data are the same."""
    utc_figure = build_figure("crash")
    other_figure = build_figure("crash", zone=Zone.UTC8)
    assert utc_figure.layout.xaxis3.tickvals == other_figure.layout.xaxis3.tickvals
    assert (utc_figure.layout.xaxis3.ticktext[0], other_figure.layout.xaxis3.ticktext[0]) == ("21:00", "05:00")
    assert other_figure.layout.xaxis3.title.text == "UTC+8, 11 Oct"
    assert [trace.x0 for trace in utc_figure.data] == [trace.x0 for trace in other_figure.data]


def test_the_reconstruction_is_marked() -> None:
    """The figure of the reconstruction has the notice and a watermark."""
    text = read_figure_text("illustration")
    assert ILLUSTRATION in text
    assert "ILLUSTRATION" in text.splitlines()
    assert ILLUSTRATION not in read_figure_text("crash")


def test_small_minutes_are_hollow() -> None:
    """Minutes too small to vote are dots filled with the background colour."""
    dots = [trace for trace in build_figure("thin").data if trace.name == "Gemini, small"]
    assert [dot.marker.color for dot in dots] == ["#ffffff"]
    assert np.count_nonzero(~np.isnan(dots[0].y)) == 10


def test_every_bar_can_be_hovered() -> None:
    """The strip has a trace with a value in every bar, whatever is missing above it."""
    hover_traces = [trace for trace in build_figure("without_focus").data if trace.yaxis == "y3"]
    assert [trace.y.size for trace in hover_traces] == [30]
    assert not np.isnan(hover_traces[0].y).any()


def test_trades_off_the_scale_are_arrows() -> None:
    """A trade below the axis has an arrow with a label at its lower edge."""
    assert "lowest trade 0.5 at 21:20" in read_figure_text("crowd")


def test_labels_of_arrows_cover_no_line() -> None:
    """In a panel of 600 pixels, no line runs through the label of a trade below the axis."""
    figure = build_figure("crowd")
    (arrow,) = [note for note in figure.layout.annotations if "lowest trade" in note.text]
    low, high = figure.layout.yaxis.range
    height = (figure.layout.yaxis.domain[1] - figure.layout.yaxis.domain[0]) * (FIGURE_HEIGHT - 98)
    # The window of the scenario begins at 21:00; the trade is at 21:20.
    minute = datetime.fromisoformat(arrow.x).minute
    for trace in figure.data:
        if trace.yaxis == "y" and trace.y is not None and trace.y.size == 30:
            values = np.log10(trace.y) if figure.layout.yaxis.type == "log" else trace.y
            across = 20.0 * (np.arange(30) - minute)
            down = height * (low - values) / (high - low)
            left = arrow.ax - (150 if arrow.xanchor == "right" else 0)
            is_inside = (across > left) & (across < left + 150) & (abs(down - arrow.ay) < 6)
            assert not is_inside.any(), trace.name


def read_figure_text(name: str) -> str:
    """All text of the annotations of a scenario's figure."""
    return collect_annotation_text(build_figure(name))
