import re
from datetime import datetime
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go
import polars as pl
import pytest

from dashboard.charts.timeline.figure import build_explorer_figure
from dashboard.charts.timeline.layout import FIGURE_HEIGHT
from dashboard.draw.scene import Scene
from dashboard.draw.text_metrics import measure_text_width
from dashboard.state.view import Theme
from dashboard.text.clock import Zone
from tests.dashboard.scenarios import CATALOGUE, SCENARIOS, USDT, build_candles, measure_frames, measure_scenario
from tests.dashboard.text_boxes import collect_annotation_text


def build_figure(
    name: str, *, theme: Theme = Theme.LIGHT, zone: Zone = Zone.UTC, hidden: frozenset[str] = frozenset()
) -> go.Figure:
    """The explorer's figure of a scenario; plotly validates every property."""
    return go.Figure(build_explorer_figure(Scene(measure_scenario(name), CATALOGUE, theme, hidden, zone=zone)))


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


@pytest.mark.parametrize("name", SCENARIOS)
def test_texts_fit_the_smallest_phone(name: str) -> None:
    """On a screen of 360 pixels names stand apart in the right margin, and titles and notice end within the page."""
    phone = build_figure(name).layout.meta["phone"]
    margin = phone["margin"]
    inner_height = FIGURE_HEIGHT - margin["t"] - margin["b"]
    labels = [note for note in phone["annotations"] if note["x"] == 1]
    spans = sorted(
        (middle - height / 2, middle + height / 2)
        for note in labels
        for middle, height in [((1 - note["y"]) * inner_height, 13 * len(note["text"].split("<br>")))]
    )
    assert all(bottom <= top + 1 for (_, bottom), (top, _) in pairwise(spans))
    for note in labels:
        assert note["xshift"] + measure_text_width(note["text"], note["font"]["size"]) <= margin["r"]
    titles = [note for note in phone["annotations"] if note["x"] == 0 and note["yanchor"] == "bottom"]
    assert len(titles) >= 3
    for note in titles:
        assert margin["l"] + note["xshift"] + measure_text_width(note["text"], 13) <= 336
        height = 17 * len(note["text"].split("<br>"))
        assert note["yshift"] + height <= (margin["t"] if note["y"] == 1 else 0.06 * inner_height)


def test_lines_are_the_measured_values() -> None:
    """Binance closed at 1.6, the USD exchanges at 3.36 to 3.6: the nearer of their two middle ones is 3.44."""
    figure = build_figure("crash")
    lines = {trace.name: trace for trace in figure.data}
    assert lines["Binance"].y[30] == pytest.approx(1.6)
    assert lines["against USD exchanges"].y[30] == pytest.approx(100 * (1.6 / 3.44 - 1))
    assert {trace.hoverinfo for trace in figure.data} == {"none", "skip"}


def test_hidden_venues_are_not_drawn() -> None:
    """A hidden venue has no line, and no other line changes."""
    full_figure = build_figure("crash")
    hidden_figure = build_figure("crash", hidden=frozenset({"okx"}))
    assert list_names(full_figure) - list_names(hidden_figure) == {"OKX"}
    line = {trace.name: trace for trace in hidden_figure.data}["against USDT exchanges"]
    assert np.array_equal(
        line.y, {trace.name: trace for trace in full_figure.data}["against USDT exchanges"].y, equal_nan=True
    )


def test_a_zone_changes_only_labels() -> None:
    """In UTC+8 ticks and labels have other times, which name the zone, and the data are the same."""
    utc_figure = build_figure("crash")
    other_figure = build_figure("crash", zone=Zone.UTC8)
    assert utc_figure.layout.xaxis3.tickvals == other_figure.layout.xaxis3.tickvals
    assert (utc_figure.layout.xaxis3.ticktext[0], other_figure.layout.xaxis3.ticktext[0]) == ("21:00", "05:00")
    assert other_figure.layout.xaxis3.title.text == "UTC+8, 11 Oct"
    assert [trace.x0 for trace in utc_figure.data] == [trace.x0 for trace in other_figure.data]
    assert "lowest trade 0.001 at 21:30" in collect_annotation_text(utc_figure)
    assert "lowest trade 0.001 at 05:30 UTC+8" in collect_annotation_text(other_figure)


def test_the_reconstruction_is_marked() -> None:
    """The figure of the reconstruction has the notice and a watermark."""
    text = read_figure_text("illustration")
    assert "Sample data: no conclusion can be drawn." in text
    assert "SAMPLE DATA" in text.splitlines()
    assert "Sample data" not in read_figure_text("crash")


def test_small_minutes_are_hollow() -> None:
    """Minutes below the volume threshold are dots filled with the background colour."""
    dots = [trace for trace in build_figure("thin").data if trace.name == "Gemini, below the volume threshold"]
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


def build_market(venue: str, symbol: str, level: float) -> pl.DataFrame:
    """Half an hour at one price, with more volume than any floor."""
    return build_candles((venue, symbol), np.full(30, level), volume_usd=1e9)


def test_a_premium_is_drawn_like_a_discount() -> None:
    """Binance at 20 among prices of 10 is 100% above: the axis holds it and the fills reach up to it."""
    frames = [build_market(venue, "ATOM/USDT", 10.0) for venue in USDT] + [build_market("binance", "ATOM/USDT", 20.0)]
    figure = go.Figure(build_explorer_figure(Scene(measure_frames(frames, 30), CATALOGUE)))
    traces = {trace.name: trace for trace in figure.data}
    assert traces["against USDT exchanges"].y[10] == pytest.approx(100)
    assert figure.layout.yaxis2.range[1] > 100
    assert [np.nanmax(traces[name].y) for name in ("at least 2% off", "for the entire minute")] == [100, 100]


def test_a_trade_above_the_axis_is_an_arrow_at_the_upper_edge() -> None:
    """One trade at 50 among prices of 10 has its arrow at the upper edge of the prices."""
    frames = [build_market(venue, "ATOM/USDT", 10.0) for venue in ("binance", *USDT)]
    frames[0] = frames[0].with_columns(
        pl.when(pl.col("open_time").dt.minute() == 20).then(50.0).otherwise("high").alias("high")
    )
    figure = go.Figure(build_explorer_figure(Scene(measure_frames(frames, 30), CATALOGUE)))
    (arrow,) = [note for note in figure.layout.annotations if "highest trade" in note.text]
    assert arrow.text == "highest trade <b>50</b> at 21:20"
    assert arrow.y == figure.layout.yaxis.domain[1]
    assert arrow.ay > 0


def test_a_market_without_a_rate_is_drawn_in_its_own_quote() -> None:
    """Won have no dollar rate in this data, so a focus in won is drawn in won, and dollar markets are not."""
    frames = [build_market(venue, "ATOM/KRW", 5_600.0) for venue in ("upbit", "bithumb", "korbit", "coinone")]
    frames.append(build_market("kraken", "ATOM/USD", 4.0))
    measurement = measure_frames(frames, 30, focus="upbit")
    figure = go.Figure(build_explorer_figure(Scene(measurement, CATALOGUE)))
    assert "Price of ATOM in KRW" in collect_annotation_text(figure)
    lines = {trace.name: trace for trace in figure.data if trace.yaxis == "y"}
    assert lines["Upbit"].y[0] == 5_600
    assert np.isnan(lines["Kraken"].y).all()


def test_dollars_and_quotes_are_told_apart() -> None:
    """The title of the prices says whether they are converted."""
    assert "Price of ATOM in USD" in read_figure_text("crash")
    assert "Price of ATOM in each market's own quote currency" in read_figure_text("as_is")
