import re
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go
import pytest

from dashboard.clock import Zone
from dashboard.explorer import HEIGHT, explorer_figure
from dashboard.style import Theme
from deviation.headline import ILLUSTRATION
from deviation.question import Group

from .boxes import words
from .measured import CATALOGUE, EVERY, made


def names(figure: go.Figure) -> set[str]:
    """The names of what is drawn."""
    return {trace.name for trace in figure.data if trace.name}


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("name", EVERY)
def test_every_measurement_is_drawn(name: str, theme: Theme) -> None:
    """Whatever was measured becomes a figure of one height, free width, three panels and full colours."""
    figure = explorer_figure(made(name), CATALOGUE, theme=theme)
    assert figure.layout.height == HEIGHT
    assert figure.layout.width is None
    assert {trace.yaxis for trace in figure.data} <= {"y", "y2", "y3"}
    colours = re.findall(r'"(?:\w*color)":"([^"]*)"', figure.to_json())
    assert all(re.fullmatch(r"#[0-9a-f]{6}", colour) for colour in colours)


@pytest.mark.parametrize("name", EVERY)
def test_names_at_line_ends_never_overlap(name: str) -> None:
    """The labels right of each panel keep apart by the height of their text."""
    figure = explorer_figure(made(name), CATALOGUE)
    inner = HEIGHT - figure.layout.margin.t - figure.layout.margin.b
    ends = sorted((1 - note.y) * inner for note in figure.layout.annotations if note.x == 1)
    assert all(two - one >= 12 for one, two in pairwise(ends))


def test_the_lines_are_the_numbers() -> None:
    """Prices are converted closes, deviations are d in per cent, minute by minute."""
    figure, row = explorer_figure(made("crash"), CATALOGUE), made("crash").focus
    assert row is not None
    lines = {trace.name: trace for trace in figure.data}
    assert lines["Binance"].y[30] == pytest.approx(row.minutes.price[30])
    assert lines["against USD venues"].y[30] == pytest.approx(100 * row.series[Group.USD].d[30])
    assert lines["Binance"].hovertemplate.endswith("<extra>Binance</extra>")


def test_hidden_venues_are_not_drawn() -> None:
    """Hiding takes lines away and changes no other one."""
    shown = explorer_figure(made("crash"), CATALOGUE)
    hidden = explorer_figure(made("crash"), CATALOGUE, hidden=frozenset({"okx"}))
    assert names(shown) - names(hidden) == {"OKX"}
    line = {trace.name: trace for trace in hidden.data}["against USDT venues"]
    assert np.array_equal(line.y, {trace.name: trace for trace in shown.data}["against USDT venues"].y, equal_nan=True)


def test_a_zone_changes_labels_alone() -> None:
    """On UTC+8 ticks say other hours at the same places, and the data stay as they are."""
    utc = explorer_figure(made("crash"), CATALOGUE)
    other = explorer_figure(made("crash"), CATALOGUE, zone=Zone.UTC8)
    assert utc.layout.xaxis3.tickvals == other.layout.xaxis3.tickvals
    assert (utc.layout.xaxis3.ticktext[0], other.layout.xaxis3.ticktext[0]) == ("21:00", "05:00")
    assert other.layout.xaxis3.title.text == "UTC+8, 11 Oct"
    assert [trace.x0 for trace in utc.data] == [trace.x0 for trace in other.data]


def test_the_reconstruction_is_marked() -> None:
    """The notice stands over the figure and a watermark across it."""
    text = words_of("illustration")
    assert ILLUSTRATION in text
    assert "ILLUSTRATION" in text.splitlines()
    assert ILLUSTRATION not in words_of("crash")


def test_small_minutes_are_hollow() -> None:
    """Minutes too small to vote are dots filled with paper."""
    dots = [trace for trace in explorer_figure(made("thin"), CATALOGUE).data if trace.name == "Gemini, small"]
    assert [dot.marker.color for dot in dots] == ["#ffffff"]
    assert np.count_nonzero(~np.isnan(dots[0].y)) == 10


def test_the_strip_can_be_read() -> None:
    """The pointer reads the votes and the state of a minute."""
    traces = explorer_figure(made("one_group"), CATALOGUE).data
    texts = [trace.text for trace in traces if trace.text is not None]
    assert texts[0][29:31] == ("voting", "missing")
    votes = [trace for trace in traces if trace.hovertemplate and "USDT votes" in trace.hovertemplate]
    assert votes[0].customdata[0] == 5


def test_trades_off_the_scale_are_arrows() -> None:
    """A trade below the axis is named at an arrow to its lower edge."""
    assert "lowest trade 0.5 at 21:20" in words_of("crowd")


def words_of(name: str) -> str:
    """All text of the figure of a measurement."""
    return words(explorer_figure(made(name), CATALOGUE))
